"""Writing a change request: of a record that is there, of a new one, or the draft once more."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.propose_change import duty_of, propose_change
from masterdata.actions.revise_change import revise_change
from masterdata.models import ChangeRequest, Person
from masterdata.pages.access import can, desk_page, person_of, the_site
from masterdata.pages.forms import form_page
from masterdata.queries.changes import content_of_request, open_requests_of, record_of
from masterdata.queries.governed import content_of_record, find_record, subject_of_record
from masterdata.rules.change_control import ChangeState
from masterdata.rules.duties import Duty
from masterdata.rules.governed_kinds import KINDS, Kind, changed_fields
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.web.change_page import way_back
from masterdata.web.governed_forms import GovernedForm

INTRO = "This drafts a change request. Nothing changes until it is submitted and somebody else has signed it."


@desk_page()
def kinds(request: HttpRequest) -> HttpResponse:
    """What can be proposed, and where."""
    entries = [
        {
            "title": kind.plural[0].upper() + kind.plural[1:],
            "url": reverse("change-new", args=[kind.name]) if not kind.versioned else reverse(_LISTS[kind.name]),
            "versioned": kind.versioned,
            "records": "" if kind.versioned else reverse("change-records", args=[kind.name]),
            "title_of_one": kind.title,
        }
        for kind in KINDS.values()
        if can(request, duty_of(kind.name))
    ]
    trail = [{"label": "Change requests", "url": reverse("changes")}, {"label": "New"}]
    return render(request, "masterdata/change_kinds.html", {"entries": entries, "trail": trail})


_LISTS = {"bom_version": "products", "unit_factor": "unit-factors", "trigger_definition": "triggers"}


def _of_kind(person: Person, kind: str, pk: int = 0) -> tuple[Duty, ...]:
    """What it takes to write a request of this kind."""
    _plan(kind)
    return (duty_of(kind),)


def _of_request(person: Person, number: int) -> tuple[Duty, ...]:
    return (duty_of(get_object_or_404(ChangeRequest, number=number).kind),)


@desk_page(_of_kind)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Propose a new record."""
    plan = _plan(kind)
    form = GovernedForm(request.POST or None, kind=plan, site=the_site(request), initial=_asked(request, plan))
    trail = [{"label": "Change requests", "url": reverse("changes")}, {"label": f"New {plan.title}"}]
    return _page(request, form, None, title=f"New {plan.title}", trail=trail)


@desk_page(_of_kind)
def of_record(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Propose a change of a record that is there."""
    plan = _plan(kind)
    record = find_record(kind, pk)
    if record is None:
        raise Http404(f"There is no such {plan.title}.")
    content = content_of_record(kind, record)
    form = GovernedForm(request.POST or None, kind=plan, site=the_site(request), content=content)
    name = subject_of_record(kind, content)
    trail = [*way_back(kind, record, name), {"label": "Change"}]
    return _page(request, form, record, title=f"Change {name}", trail=trail, note=_open_already(kind, pk))


@desk_page(_of_request)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Write a draft anew."""
    found = get_object_or_404(ChangeRequest.objects.select_related("author"), number=number)
    plan = _plan(found.kind)
    if found.state != ChangeState.DRAFT:
        raise Refused(Refusal("out_of_sequence", f"{found} is {found.state}, not a draft.", str(found), "Reload it."))
    record = record_of(found)
    content = content_of_record(found.kind, record) if record is not None else None
    form = GovernedForm(request.POST or None, kind=plan, site=the_site(request), content=content, request=found)
    seen = request.POST.get("seen", "")

    def save(asked: dict[str, Any]) -> HttpResponse:
        revise_change(
            request=found,
            author=person_of(request),
            now=timezone.now(),
            proposed=form.proposed(),
            reason=asked["reason"],
            effective_from=asked["effective_from"],
            seen=seen,
        )
        messages.success(request, f"{found} is saved.")
        return redirect("change", number)

    trail = [
        {"label": "Change requests", "url": reverse("changes")},
        {"label": str(found), "url": reverse("change", args=[number])},
        {"label": "Edit"},
    ]
    return form_page(
        request,
        form,
        save,
        title=f"Edit {found}: {found.subject}",
        trail=trail,
        wide=True,
        hidden={"seen": seen or content_digest(content_of_request(found, record))},
    )


def _page(
    request: HttpRequest,
    form: GovernedForm,
    record: Any,
    *,
    title: str,
    trail: list[dict[str, str]],
    note: str = "",
) -> HttpResponse:
    def propose(asked: dict[str, Any]) -> HttpResponse:
        proposed = form.proposed()
        if record is not None and not changed_fields(form.kind, form.content, proposed):
            messages.info(request, "Nothing was different, so no change was drafted.")
            return redirect(request.path)
        made = propose_change(
            kind=form.kind.name,
            record=record,
            proposed=proposed,
            author=person_of(request),
            reason=asked["reason"],
            now=timezone.now(),
            effective_from=asked["effective_from"],
        )
        messages.success(request, f"{made} is drafted. Read it over, then submit it.")
        return redirect("change", made.number)

    return form_page(
        request,
        form,
        propose,
        title=title,
        trail=trail,
        wide=len(form.kind.fields) > 6,
        intro=INTRO,
        note=note,
        action="Draft it",
    )


def _open_already(kind: str, pk: int) -> str:
    """Said before somebody writes a second request for the same record."""
    told = ", ".join(f"{one} by {one.author.name} ({one.state})" for one in open_requests_of(kind, pk))
    return (
        f"Open already for the same record: {told}. Whichever takes effect second has to be looked at again."
        if told
        else ""
    )


def _plan(kind: str) -> Kind:
    plan = KINDS.get(kind)
    if plan is None or plan.versioned:
        raise Http404(f"There is no form for {kind}.")
    return plan


def _asked(request: HttpRequest, plan: Kind) -> dict[str, Any]:
    """What a link has filled in already."""
    return {field.name: request.GET[field.name] for field in plan.fields if field.name in request.GET}
