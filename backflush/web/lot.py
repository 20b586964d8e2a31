"""The lot page: what it is, where it is, what went into it and where it went, level by level or whole."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.queries.lot_postings import issued_lots, numbers_of_entries, postings_of_lot
from backflush.web.explained import unit_symbols
from masterdata.models import Person, ReasonCode
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import day, figure, price, when, words
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import MaterialLot, WorkOrder
from traceability.queries.genealogy import Genealogy, InOrder, genealogy
from traceability.queries.packing import holding_units
from traceability.queries.quality import records_of_lot
from traceability.queries.stock import lot_movements, stock_of
from traceability.rules.genealogy import Direction, Node
from traceability.rules.lot_status import LOT_TRANSITIONS
from traceability.rules.vocabulary import LotOrigin, LotStatus, OrderState

TONES = {"released": "good", "quarantine": "held", "held": "held", "rejected": "blocked", "recalled": "blocked"}
SHOWN = {
    "released": "released",
    "quarantine": "in quarantine",
    "held": "held",
    "rejected": "rejected",
    "recalled": "recalled",
}
MOVEMENTS = 100


@desk_page()
def lot(request: HttpRequest, pk: int) -> HttpResponse:
    """One lot."""
    return _page(request, _find(request, pk))


@desk_page()
def lot_tree(request: HttpRequest, pk: int, direction: str) -> HttpResponse:
    """One level of a lot's tree, for the browser to put in place; `?whole=1`: a page with all of it."""
    if direction not in set(Direction):
        raise Http404(f"There is no direction {direction}.")
    found = _find(request, pk)
    if request.GET.get("whole"):
        whole = genealogy(found, direction)
        return render(
            request,
            "backflush/lot_tree.html",
            {
                "lot": found,
                "direction": direction,
                "nodes": _nodes(whole, whole.root, direction, whole=True),
                "count": len(whole.lots) - 1,
                "cut": whole.cut,
                "trail": [
                    {"label": "Lots", "url": reverse("lots")},
                    {"label": found.code, "url": reverse("lot", args=[pk])},
                    {"label": "What is in it" if direction == Direction.BACK else "Where it went"},
                ],
            },
        )
    level = genealogy(found, direction, depth=1)
    return render(request, "backflush/lot_tree_level.html", {"nodes": _nodes(level, level.root, direction)})


def _some_status(person: Person, pk: int) -> tuple[Duty, ...]:
    return Duty.DISPOSE_OF_LOT, Duty.HANDLE_STOCK


@desk_page(to_change=_some_status)
def lot_status(request: HttpRequest, pk: int) -> HttpResponse:
    """QA (to hold: whoever handles stock) gives the lot another status."""
    found = _find(request, pk)
    if request.method != "POST":
        return redirect("lot", pk)
    wanted, note = request.POST.get("status", ""), request.POST.get("note", "").strip()[:500]
    reason = ReasonCode.objects.filter(code=request.POST.get("reason", ""), active=True).first()
    try:
        set_lot_status(lot=found, status=wanted, actor=person_of(request), now=timezone.now(), reason=reason, note=note)
    except Refused as refused:
        return _page(request, _find(request, pk), refused=refused)
    messages.success(request, f"Lot {found.code} is {SHOWN[wanted]} from now on.")
    return redirect("lot", pk)


def _find(request: HttpRequest, pk: int) -> MaterialLot:
    found = (
        MaterialLot.objects.filter(pk=pk, site=the_site(request))
        .select_related("item__stock_unit", "supplier", "site")
        .first()
    )
    if found is None:
        raise Http404("There is no such lot at this site.")
    return found


def _page(request: HttpRequest, found: MaterialLot, *, refused: Refused | None = None) -> HttpResponse:
    unit = found.item.stock_unit.symbol
    back, forward = genealogy(found, Direction.BACK, depth=1), genealogy(found, Direction.FORWARD, depth=1)
    movements = lot_movements(found, limit=MOVEMENTS)
    symbols = unit_symbols()
    stock = stock_of(found)
    dispose, hold = can(request, Duty.DISPOSE_OF_LOT), can(request, Duty.HANDLE_STOCK)
    choices = [one for one in LOT_TRANSITIONS[LotStatus(found.status)] if dispose or (hold and one == LotStatus.HELD)]
    context = {
        "lot": found,
        "unit": unit,
        "may_rework": _may_rework(request, found),
        "holding": holding_units(found),
        "tone": TONES[found.status],
        "status_words": SHOWN[found.status],
        "facts": _facts(found, unit),
        "stock": stock,
        "on_hand": sum(one.quantity for one in stock),
        "back": _nodes(back, back.root, Direction.BACK),
        "forward": _nodes(forward, forward.root, Direction.FORWARD),
        "postings": [{**one, "unit": symbols.get(one["unit"], one["unit"])} for one in postings_of_lot(found.pk)],
        "movements": movements,
        "most": MOVEMENTS,
        "numbers": numbers_of_entries({one.entry_id for one in movements}),
        "changes": _changes(found),
        "quality": records_of_lot(found.pk),
        "may_open_record": can(request, Duty.OPEN_QUALITY_RECORD),
        "choices": [(one.value, SHOWN[one]) for one in LotStatus if one in choices],
        "reasons": ReasonCode.objects.filter(active=True, kind__in=["scrap", "return", "adjustment"]).order_by("code"),
        "refusals": refused.refusals if refused else (),
        "given": request.POST if refused else {},
        "trail": [{"label": "Lots", "url": reverse("lots")}, {"label": found.code}],
    }
    return render(request, "backflush/lot.html", context, status=status_of(refused.refusals) if refused else 200)


def _may_rework(request: HttpRequest, found: MaterialLot) -> bool:
    made_here = found.origin != LotOrigin.RECEIPT
    return made_here and found.status == LotStatus.HELD and can(request, Duty.PLAN_ORDERS)


def _facts(found: MaterialLot, unit: str) -> list[dict[str, Any]]:
    order = WorkOrder.objects.filter(pk=found.order_id).first() if found.order_id else None
    facts: list[dict[str, Any]] = [
        {"name": "Item", "value": found.item.code, "url": reverse("item", args=[found.item_id]), "code": True},
        {"name": "Name", "value": found.item.name},
        {"name": "Origin", "value": words(found.origin)},
    ]
    if order:
        facts.append(
            {"name": "Made by order", "value": order.number, "url": reverse("order", args=[order.pk]), "code": True}
        )
    if order and order.reworks:
        url = reverse("lot", args=[order.reworks_id])
        facts.append({"name": "Reworked from lot", "value": order.reworks.code, "url": url, "code": True})
    for taken in WorkOrder.objects.filter(reworks=found).order_by("number"):
        url = reverse("order", args=[taken.pk])
        facts.append({"name": "Taken up by rework order", "value": taken.number, "url": url, "code": True})
    if found.supplier:
        facts.append({"name": "Supplier", "value": found.supplier.name})
    if found.supplier_lot:
        facts.append({"name": "Supplier lot", "value": found.supplier_lot, "code": True})
    facts += [
        {"name": "Received", "value": when(found.received_at)},
        {"name": "Expires", "value": day(found.expires_on) or "does not expire"},
        {
            # what is made is received at the standard that was frozen at its order's release
            "name": "Cost" if found.origin == LotOrigin.RECEIPT else "Standard cost, frozen at the order's release",
            "value": f"{price(found.unit_cost, found.site.currency_decimals)} {found.site.currency} per {unit}",
        },
    ]
    if found.potency is not None:
        facts.append({"name": "Potency", "value": f"{figure(found.potency * 100)} %"})
    if found.density is not None:
        at = f" at {figure(found.density_temperature)} °C" if found.density_temperature is not None else ""
        facts.append({"name": "Density", "value": f"{figure(found.density)} kg/l{at}"})
    if not found.complete:
        facts.append({"name": "Scans", "value": "incomplete: not releasable", "tone": "blocked"})
    return facts


def _nodes(tree: Genealogy, top: Node, direction: str, *, whole: bool = False) -> list[dict[str, Any]]:
    """A level as the `tree` component takes it; with `whole`, every level below it, open."""
    said_by = {entry for edge in tree.edges for entry in edge.entries}
    numbers = numbers_of_entries(said_by | {entry for one in tree.in_orders for entry in one.entries})
    nodes = _level(tree, top, direction, numbers, whole=whole)
    if not whole:
        below = {child.lot_id for child in top.children}
        if direction == Direction.FORWARD:
            deeper = issued_lots(below)
        else:
            deeper = {lot_id for lot_id in below if tree.lots[lot_id].origin != LotOrigin.RECEIPT}
        for node, child in zip(nodes, top.children, strict=False):  # orders stand after the lots
            if child.lot_id in deeper:
                node["more_url"] = reverse("lot-tree", args=[child.lot_id, direction])
    return nodes


def _level(tree: Genealogy, top: Node, direction: str, numbers: dict[int, str], *, whole: bool) -> list[dict[str, Any]]:
    nodes = []
    for child in top.children:
        fact = tree.lots[child.lot_id]
        entries = sorted({entry for edge in child.edges for entry in edge.entries})
        named = [numbers[entry] for entry in entries if entry in numbers]
        # the quantity is the inner lot's: what is below when looking back, what is above when looking forward
        unit = fact.unit if direction == Direction.BACK else tree.lots[top.lot_id].unit
        hows = {edge.how for edge in child.edges}
        node: dict[str, Any] = {
            "code": fact.code,
            "url": reverse("lot", args=[child.lot_id]),
            "name": f"{fact.item_code} {fact.item_name}",
            "tone": TONES[fact.status],
            "word": SHOWN[fact.status],
            "amount": f"{figure(child.quantity)} {unit}" if child.quantity else "covered by an earlier issue",
            "meta": _meta(named, hows, repeated=child.repeated),
            "meta_url": reverse("posting", args=[named[0]]) if named else "",
            "open": whole,
        }
        if whole:
            node["children"] = _level(tree, child, direction, numbers, whole=True)
        nodes.append(node)
    if not top.repeated:
        nodes += [_order_node(one, tree, numbers) for one in tree.in_orders if one.lot_id == top.lot_id]
    return nodes


def _order_node(one: InOrder, tree: Genealogy, numbers: dict[int, str]) -> dict[str, Any]:
    """Work in progress: an order that took of the lot and has no output lot yet."""
    named = [numbers[entry] for entry in one.entries if entry in numbers]
    return {
        "code": one.number,
        "url": reverse("order", args=[one.order_id]),
        "name": "in work order, no output lot yet",
        "tone": "soon" if one.state == OrderState.RELEASED else "idle",
        "word": "open" if one.state == OrderState.RELEASED else one.state,
        "amount": f"{figure(one.quantity)} {tree.lots[one.lot_id].unit}",
        "meta": _meta(named, set(), repeated=False),
        "meta_url": reverse("posting", args=[named[0]]) if named else "",
    }


def _meta(named: list[str], hows: set[Any], *, repeated: bool) -> str:
    told = f"{named[0]} and {len(named) - 1} more" if len(named) > 1 else "".join(named)
    if hows and "own" not in hows:
        told += " (shared by the order)" if "shared" in hows else " (carried)"
    return f"{told}, opened elsewhere here".lstrip(", ") if repeated else told


def _changes(found: MaterialLot) -> list[dict[str, Any]]:
    rows = found.status_changes.select_related("person", "reason").order_by("-at", "-id")
    entries = []
    for row in rows:
        why = " ".join(part for part in (row.reason.name if row.reason else "", row.note) if part)
        entries.append(
            {
                "at": when(row.at, seconds=True),
                "who": row.person.name if row.person else "the system",
                "what": SHOWN[row.status],
                "why": why,
            }
        )
    return entries
