"""Copying a BOM from another product: which version is chosen first, then the editor opens with what it says."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from masterdata.models import BomVersion, Item
from masterdata.pages import lists
from masterdata.pages.access import desk_page
from masterdata.rules.bom import BomDraft
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.web.suggestions import named_version


@desk_page(Duty.DRAFT_MASTER_DATA)
def bom_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the version that a new draft of this product starts as."""
    item = get_object_or_404(Item, pk=pk)
    typed = lists.asked(request, "from")
    found = named_version(typed) if typed else None
    if isinstance(found, BomVersion):
        return redirect(f"{reverse('bom-draft', args=[pk])}?{urlencode({'copy': found.pk})}")
    context: dict[str, Any] = {
        "title": f"Copy a BOM to {item.code}",
        "item": item,
        "typed": typed,
        "refusals": [found] if isinstance(found, Refusal) else [],
        "trail": [
            {"label": "Products", "url": reverse("products")},
            {"label": item.code, "url": reverse("product", args=[pk])},
            {"label": "Copy from another product"},
        ],
    }
    return render(request, "masterdata/bom_copy.html", context, status=422 if context["refusals"] else 200)


def copied(draft: BomDraft, item: Item) -> BomDraft:
    """What another product's version says, said of this one: items kept, no line with that product's identity."""
    return replace(
        draft,
        item=item.code,
        lines=tuple(replace(line, identity=None) for line in draft.lines),
        outputs=tuple(replace(output, identity=None) for output in draft.outputs),
    )
