"""The BOM editor: a new version from an older one, or a draft written anew; submitted only when no fault is left."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.draft_bom import draft_bom
from masterdata.actions.redraft_bom import redraft_bom
from masterdata.actions.submit_bom import submit_bom
from masterdata.models import BomVersion, Item, Operation, Unit
from masterdata.pages.access import desk_page, person_of, status_of
from masterdata.pages.once import form_number, once
from masterdata.queries import draft_of, surroundings
from masterdata.rules.bom import BomDraft
from masterdata.rules.bom_faults import faults_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.web.bom_forms import LINES, LOSSES, OUTPUTS, HeadForm, drafted, head_values, sets_of

_WHERE = re.compile(r"(line|output) (\d+) ")
_SETS = {"line": LINES, "output": OUTPUTS}


@desk_page(Duty.DRAFT_MASTER_DATA)
def bom_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version of an item's BOM; `?from=` names the version that it starts as, else the newest approved one."""
    item = get_object_or_404(Item.objects.select_related("stock_unit"), pk=pk)
    base = _base(item, request.GET.get("from", ""))
    return _editor(request, item, base, None)


@desk_page(Duty.DRAFT_MASTER_DATA)
def bom_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft written anew, by its author."""
    version = get_object_or_404(BomVersion.objects.select_related("item__stock_unit", "base_unit", "author"), pk=pk)
    return _editor(request, version.item, version, version)


def _base(item: Item, asked: str) -> BomVersion | None:
    versions = item.bom_versions.select_related("base_unit", "item")
    if asked.isdigit():
        return versions.filter(pk=asked).first()
    return versions.filter(state="approved").order_by("-number").first() or versions.order_by("-number").first()


def _editor(request: HttpRequest, item: Item, base: BomVersion | None, edited: BomVersion | None) -> HttpResponse:
    """Show the editor, or do what its button says: add a row, save the draft, or save and submit it."""
    start = draft_of(base) if base else None
    if request.method != "POST":
        head = HeadForm(
            initial=head_values(start, edited.reason if edited else "")
            if start
            else {"base_unit": item.stock_unit.code}
        )
        return _page(request, item, base, edited, head, sets_of(draft=start))
    asked = request.POST.get("do", "save")
    head = HeadForm(request.POST)
    if asked.startswith("add-"):
        return _page(request, item, base, edited, head, sets_of(request.POST, more=asked.removeprefix("add-")))
    sets = sets_of(request.POST)
    if not all([head.is_valid(), *(rows.is_valid() for rows in sets.values())]):
        return _page(request, item, base, edited, head, sets, status=422)
    try:
        draft = drafted(item, head, sets)
        if asked == "submit":
            _refuse_faults(draft, head.cleaned_data["reason"])
        with once(request):
            version = _write(request, item, edited, draft, head.cleaned_data["reason"])
    except Refused as refused:
        return _page(
            request, item, base, edited, head, sets, refusals=refused.refusals, status=status_of(refused.refusals)
        )
    if asked == "submit":
        submit_bom(version=version, actor=person_of(request), now=timezone.now())
        messages.success(request, f"{version} is submitted. Somebody else approves it.")
    else:
        messages.success(request, f"{version} is saved as a draft.")
    return redirect("bom", version.pk)


def _refuse_faults(draft: BomDraft, reason: str) -> None:
    """Every fault at once, before anything is written."""
    faults = list(faults_of(draft, surroundings(draft, timezone.now())))
    if not reason.strip():
        faults.insert(0, Refusal("reason_missing", "Say why there is a new version.", "head", "Fill in the reason."))
    if faults:
        raise Refused(*faults)


def _write(request: HttpRequest, item: Item, edited: BomVersion | None, draft: BomDraft, reason: str) -> BomVersion:
    said: dict[str, Any] = {
        "author": person_of(request),
        "now": timezone.now(),
        "lines": draft.lines,
        "base_quantity": draft.base_quantity,
        "base_unit": draft.base_unit,
        "phantom": draft.phantom,
        "outputs": draft.outputs,
        "assembly_scrap": draft.assembly_scrap,
        "operation_scrap": draft.operation_scrap,
        "reason": reason,
    }
    return redraft_bom(version=edited, **said) if edited else draft_bom(item=item, **said)


def _page(
    request: HttpRequest,
    item: Item,
    base: BomVersion | None,
    edited: BomVersion | None,
    head: HeadForm,
    sets: dict[str, Any],
    *,
    refusals: Sequence[Refusal] = (),
    status: int = 200,
) -> HttpResponse:
    placed, others = _placed(sets, refusals)
    name = f"Draft {edited}" if edited else f"New BOM version of {item.code}"
    trail = [
        {"label": "Products", "url": reverse("products")},
        {"label": item.code, "url": reverse("product", args=[item.pk])},
    ]
    context: dict[str, Any] = {
        "item": item,
        "base": base,
        "edited": edited,
        "title": name,
        "head": head,
        "lines": [(form, placed.get((LINES, place), [])) for place, form in enumerate(sets[LINES])],
        "outputs": [(form, placed.get((OUTPUTS, place), [])) for place, form in enumerate(sets[OUTPUTS])],
        "losses": [(form, []) for form in sets[LOSSES]],
        "management": [rows.management_form for rows in sets.values()],
        "refusals": others,
        "form_number": form_number(),
        "items": Item.objects.order_by("code").values_list("code", "name"),
        "units": Unit.objects.order_by("code").values_list("code", "symbol", "name"),
        "operations": Operation.objects.filter(item=item).values_list("number", "name"),
        "trail": [*trail, {"label": name}],
    }
    return render(request, "masterdata/bom_draft.html", context, status=status)


def _placed(
    sets: dict[str, Any], refusals: Sequence[Refusal]
) -> tuple[dict[tuple[str, int], list[Refusal]], list[Refusal]]:
    """Faults beside the row that they are about; the others above. Rules count the rows that were kept."""
    kept = {
        prefix: [
            place
            for place, form in enumerate(rows)
            if form.is_bound and getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        for prefix, rows in sets.items()
    }
    placed: dict[tuple[str, int], list[Refusal]] = {}
    others = []
    for refusal in refusals:
        found = _WHERE.match(refusal.subject + " ")
        rows = kept[_SETS[found[1]]] if found else []
        if found and int(found[2]) <= len(rows):
            placed.setdefault((_SETS[found[1]], rows[int(found[2]) - 1]), []).append(refusal)
        else:
            others.append(refusal)
    return placed, others
