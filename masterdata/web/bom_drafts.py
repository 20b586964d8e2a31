"""The BOM editor: a new version from an older one, or a draft written anew; submitted only when no fault is left."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.ask_for_approval import ask_for_approval
from masterdata.actions.draft_bom import draft_bom
from masterdata.actions.redraft_bom import redraft_bom
from masterdata.models import BomVersion, Item, Operation, Unit
from masterdata.pages.access import desk_page, person_of, status_of
from masterdata.pages.once import form_number, once
from masterdata.queries import bom_content, draft_of, surroundings, unchanged_refusal, unit_names
from masterdata.rules.bom import BomDraft
from masterdata.rules.bom_faults import faults_of, with_unknown
from masterdata.rules.change_control import ChangeState
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.unit_names import write_unit
from masterdata.rules.vocabulary import RecordState
from masterdata.web.bom_draft_read import drafted
from masterdata.web.bom_fault_list import entries, set_down
from masterdata.web.bom_forms import LINES, LOSSES, OUTPUTS, HeadForm, head_values, sets_of


@desk_page(Duty.DRAFT_MASTER_DATA)
def bom_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version of an item's BOM; `?from=` names the version that it starts as, else the newest approved one."""
    item = get_object_or_404(Item.objects.select_related("stock_unit"), pk=pk)
    base = _base(item, request.GET.get("from", ""))
    return _editor(request, item, base, None)


@desk_page(Duty.DRAFT_MASTER_DATA)
def bom_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft written anew, by its author. What is no draft any more is shown, not edited."""
    version = get_object_or_404(BomVersion.objects.select_related("item__stock_unit", "base_unit", "author"), pk=pk)
    if version.state != RecordState.DRAFT and request.method != "POST":
        messages.warning(
            request, f"{version} is {version.state}, so it is not edited any more. Draft a new version from it."
        )
        return redirect("bom", pk)
    return _editor(request, version.item, version, version)


def _base(item: Item, asked: str) -> BomVersion | None:
    versions = item.bom_versions.select_related("base_unit", "item")
    if asked.isdigit():
        return versions.filter(pk=asked).first()
    return versions.filter(state="approved").order_by("-number").first() or versions.order_by("-number").first()


def _editor(request: HttpRequest, item: Item, base: BomVersion | None, edited: BomVersion | None) -> HttpResponse:
    """Show the editor, or do what its button says: add a row, save the draft, or save and submit it."""
    units = unit_names()
    if request.method != "POST":
        start = draft_of(base) if base else None
        empty = {"base_unit": write_unit(item.stock_unit.code, units)}
        values = head_values(start, units, edited.reason if edited else "") if start else empty
        return _page(request, item, base, edited, HeadForm(initial=values, units=units), sets_of(draft=start))
    asked = request.POST.get("do", "save")
    head = HeadForm(request.POST, units=units)
    if asked.startswith("add-"):
        return _page(request, item, base, edited, head, sets_of(request.POST, more=asked.removeprefix("add-")))
    sets = sets_of(request.POST)
    readable = all([head.is_valid(), *(rows.is_valid() for rows in sets.values())])
    draft = drafted(item, head, sets)
    reason = head.cleaned_data.get("reason", "")
    faults = _faults(draft, item, reason) if asked == "submit" else []
    if faults or not readable:
        return _page(request, item, base, edited, head, sets, refusals=faults, status=422)
    try:
        with once(request):
            version = _write(request, item, edited, draft, reason)
    except Refused as refused:
        status = status_of(refused.refusals)
        return _page(request, item, base, edited, head, sets, refusals=refused.refusals, status=status)
    return _submitted(request, version) if asked == "submit" else _saved(request, version)


def _saved(request: HttpRequest, version: BomVersion) -> HttpResponse:
    messages.success(request, f"{version} is saved as a draft.")
    return redirect("bom", version.pk)


def _submitted(request: HttpRequest, version: BomVersion) -> HttpResponse:
    """To the change request that decides on it. Refused only where something around it changed in this very moment."""
    try:
        opened = ask_for_approval(
            kind="bom_version",
            version=version,
            actor=person_of(request),
            reason=version.reason,
            now=timezone.now(),
        )
    except Refused as refused:
        messages.error(request, f"{version} is saved as a draft, but was not submitted: {refused}")
        return redirect("bom", version.pk)
    if opened.state == ChangeState.DRAFT:
        messages.info(request, f"{version} is saved. Decide what it means for open orders, then submit {opened}.")
    else:
        messages.success(request, f"{opened} is submitted. Somebody else approves it.")
    return redirect("change", opened.number)


def _faults(draft: BomDraft, item: Item, reason: str) -> list[Refusal]:
    """Every fault at once, before anything is written."""
    faults = faults_of(draft, with_unknown(draft, surroundings(draft, timezone.now())))
    unchanged = unchanged_refusal(draft, item)
    if unchanged is not None:
        faults.append(unchanged)
    if not reason.strip():
        faults.insert(0, Refusal("reason_missing", "Say why there is a new version.", "head", "Fill in the reason."))
    return faults


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
    if edited is None:
        return draft_bom(item=item, **said)
    return redraft_bom(version=edited, seen=request.POST.get("seen", ""), **said)


def _unit_choices() -> list[tuple[str, str, str]]:
    """Code, how it is best written, and name of every unit."""
    names = unit_names()
    rows = Unit.objects.order_by("code").values_list("code", "name")
    return [(code, write_unit(code, names), name) for code, name in rows]


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
    general = set_down(head, sets, refusals) if head.is_bound else []
    said = entries(head, sets) if status != 200 else []
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
        "lines": sets[LINES],
        "outputs": sets[OUTPUTS],
        "losses": sets[LOSSES],
        "management": [rows.management_form for rows in sets.values()],
        "refusals": general,
        "faults": said,
        "closed": edited is not None and edited.state != RecordState.DRAFT,
        "seen": request.POST.get("seen", "")
        if head.is_bound
        else content_digest(bom_content(edited))
        if edited
        else "",
        "form_number": form_number(),
        "items": Item.objects.order_by("code").values_list("code", "name"),
        "units": _unit_choices(),
        "operations": Operation.objects.filter(item=item).values_list("number", "name"),
        "trail": [*trail, {"label": name}],
    }
    return render(request, "masterdata/bom_draft.html", context, status=status)
