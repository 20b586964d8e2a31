"""The BOM editor: a new version from an older one, or a draft written anew; submitted only when no fault is left."""

from collections.abc import Sequence
from dataclasses import replace
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
from masterdata.pages.access import desk_page, person_of, site_of, status_of
from masterdata.pages.figures import exact
from masterdata.pages.once import form_number, once
from masterdata.queries import bom_content, draft_of, surroundings, unchanged_refusal, unit_names
from masterdata.queries.bom_costs import Costing
from masterdata.rules.bom import BomDraft
from masterdata.rules.bom_faults import faults_of, with_unknown
from masterdata.rules.change_control import ChangeState
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.unit_names import write_unit
from masterdata.rules.vocabulary import RecordState
from masterdata.web.bom_copies import copied
from masterdata.web.bom_costs import cost_facts, gap_sentences
from masterdata.web.bom_draft_read import drafted, in_order, kept_rows
from masterdata.web.bom_fault_list import entries, set_down
from masterdata.web.bom_forms import LINES, LOSSES, OUTPUTS, HeadForm, by_operation, head_values, sets_of
from masterdata.web.bom_grid import costs_of, groups_of, line_of


@desk_page(Duty.DRAFT_MASTER_DATA)
def bom_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version of an item's BOM: as its newest approved one, as the one `?from=` names, or `?copy=` of any product."""
    item = get_object_or_404(Item.objects.select_related("stock_unit"), pk=pk)
    base = _copied_from(request.GET.get("copy", "")) or _base(item, request.GET.get("from", ""))
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


def _copied_from(asked: str) -> BomVersion | None:
    """The version of whatever product that is copied; None where none is named, or it is no more."""
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
        return None
    return BomVersion.objects.select_related("base_unit", "item").filter(pk=asked).first()


def _base(item: Item, asked: str) -> BomVersion | None:
    versions = item.bom_versions.select_related("base_unit", "item")
    if asked.isdigit():
        return versions.filter(pk=asked).first()
    return versions.filter(state="approved").order_by("-number").first() or versions.order_by("-number").first()


def _editor(request: HttpRequest, item: Item, base: BomVersion | None, edited: BomVersion | None) -> HttpResponse:
    """Show the editor, or do what its button says: add a row, check, save the draft, or save and submit it."""
    if request.method != "POST":
        return _opened(request, item, base, edited)
    asked = request.POST.get("do", "save")
    head = HeadForm(request.POST, units=unit_names())
    if asked.startswith("add-"):
        return _page(request, item, base, edited, head, sets_of(request.POST, more=asked.removeprefix("add-")))
    sets = sets_of(request.POST)
    readable = all([head.is_valid(), *(rows.is_valid() for rows in sets.values())])
    draft = drafted(item, head, sets)
    if asked == "cost":
        return render(request, "masterdata/bom_costs_shown.html", _costs(request, draft, sets))
    reason = head.cleaned_data.get("reason", "")
    faults = _faults(draft, item, reason) if asked in ("submit", "check") else []
    if asked == "check":
        return _page(request, item, base, edited, head, sets, refusals=faults, checked=True)
    if faults or not readable:
        return _page(request, item, base, edited, head, sets, refusals=faults, status=422)
    try:
        with once(request):
            version = _write(request, item, edited, draft, reason)
    except Refused as refused:
        status = status_of(refused.refusals)
        return _page(request, item, base, edited, head, sets, refusals=refused.refusals, status=status)
    return _submitted(request, version) if asked == "submit" else _saved(request, version)


def _opened(request: HttpRequest, item: Item, base: BomVersion | None, edited: BomVersion | None) -> HttpResponse:
    """The editor as it opens: with what a version says, or empty."""
    units = unit_names()
    start = draft_of(base) if base else None
    if start is not None and start.item != item.code:
        start = copied(start, item)
    empty = {"base_unit": write_unit(item.stock_unit.code, units)}
    values = head_values(start, units, edited.reason if edited else "") if start else empty
    return _page(request, item, base, edited, HeadForm(initial=values, units=units), sets_of(draft=start), start=start)


def _costs(request: HttpRequest, draft: BomDraft, sets: dict[str, Any], *, opened: bool = False) -> dict[str, Any]:
    """What the draft costs as it is typed, by the prefixes of its rows."""
    costed = Costing(timezone.now()).of(draft)
    site = site_of(request)
    currency = site.currency if site else ""
    rows = in_order(sets[LINES]) if opened else kept_rows(sets[LINES])
    names = unit_names()
    return {
        "costs": costs_of(costed, [str(form.prefix) for form in rows], currency),
        "cost_facts": cost_facts(costed, write_unit(draft.base_unit, names), currency),
        "cost_gaps": gap_sentences(costed),
        "cost_total": f"{exact(costed.roll_up.per_unit)} {currency} per {write_unit(draft.base_unit, names)}",
        "currency": currency,
    }


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


def _shown_costs(
    request: HttpRequest, item: Item, head: HeadForm, sets: dict[str, Any], start: BomDraft | None
) -> dict[str, Any]:
    """Costs of what the page shows: what it opens with, or what was typed. A new BOM has none yet."""
    if start is not None:
        return _costs(request, replace(start, lines=by_operation(start.lines)), sets, opened=True)
    if not head.is_bound:
        return {}
    for one in (head, *sets.values()):
        one.is_valid()  # so that every field says what it could read
    return _costs(request, drafted(item, head, sets), sets)


def _grid(item: Item, sets: dict[str, Any], costs: dict[str, Any]) -> dict[str, Any]:
    """The lines by operation, and an empty one that the page adds lines by."""
    operations = dict(Operation.objects.filter(item=item).order_by("number").values_list("number", "name"))
    shown = {one.prefix: one for one in costs.get("costs", ())}
    return {
        **costs,
        "groups": groups_of(sets[LINES], operations, shown),
        "new_line": line_of(sets[LINES].empty_form, 0),
        "operations": operations.items(),
    }


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
    checked: bool = False,
    start: BomDraft | None = None,
) -> HttpResponse:
    general = set_down(head, sets, refusals) if head.is_bound else []
    said = entries(head, sets) if status != 200 or checked else []
    costs = _shown_costs(request, item, head, sets, start)
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
        **_grid(item, sets, costs),
        "outputs": sets[OUTPUTS],
        "losses": sets[LOSSES],
        "management": [rows.management_form for rows in sets.values()],
        "refusals": general,
        "faults": said,
        "checked": checked,
        "closed": edited is not None and edited.state != RecordState.DRAFT,
        "seen": request.POST.get("seen", "")
        if head.is_bound
        else content_digest(bom_content(edited))
        if edited
        else "",
        "form_number": form_number(),
        "units": _unit_choices(),
        "trail": [*trail, {"label": name}],
    }
    return render(request, "masterdata/bom_draft.html", context, status=status)
