"""Pages that are one form: sent once however often its button is pressed, shown again with every fault and nothing lost."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from masterdata.pages.access import status_of
from masterdata.pages.once import form_number, once
from masterdata.rules.refusal import Refused


def form_page(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], HttpResponse],
    *,
    title: str,
    trail: Sequence[dict[str, str]],
    action: str = "Save",
    intro: str = "",
    note: str = "",
    wide: bool = False,
    hidden: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Show the form; sent and valid, `do` with what was filled in. What `do` refuses stands above the form (403 or 422)."""
    refused: Refused | None = None
    if request.method == "POST" and form.is_valid():
        try:
            with once(request):
                return do(form.cleaned_data)
        except Refused as error:
            refused = error
    status = status_of(refused.refusals) if refused else 422 if form.is_bound and form.errors else 200
    context = {
        "form": form,
        "title": title,
        "intro": intro,
        "note": note,
        "action": action,
        "wide": wide,
        "hidden": dict(hidden or {}),
        "trail": trail,
        "form_number": form_number(),
        "refusals": refused.refusals if refused else (),
    }
    return render(request, "masterdata/form.html", context, status=status)


def local_time(label: str, **options: Any) -> forms.DateTimeField:
    """A time at the site, typed or picked."""
    options.setdefault("help_text", "At the site's time.")
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


def reason_field(label: str = "Why?") -> forms.CharField:
    return forms.CharField(label=label, max_length=300)


def labelled(field: forms.Field, words: Callable[[Any], str]) -> None:
    """Say how a choice of rows is written."""
    field.label_from_instance = words  # type: ignore[attr-defined]
