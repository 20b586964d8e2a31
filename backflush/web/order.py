"""The order page: operations and readiness, what it is made by, staging, postings, lots, reports, clearance, and its close."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.close_order import close_order
from backflush.models import OperationReport, OrderClose
from backflush.queries.avoidable_scrap import order_beyond_limit
from backflush.queries.closing import close_findings
from backflush.queries.order_progress import pace, progress_of, seconds_left
from backflush.queries.postings import postings_of, undone_counts
from backflush.queries.readiness import readiness_of
from backflush.queries.reports import describe
from backflush.rules.order_close import ACCEPTABLE
from backflush.web.explained import unit_symbols
from backflush.web.remedies import with_links
from masterdata.models import BomVersion, Item, Operation, ProductionLine
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import figure, lasting, when, with_symbols, words
from masterdata.pages.histories import history_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from traceability.actions.release_order import release_order
from traceability.models import LineClearance, OrderPin, WorkOrder
from traceability.queries.lots import lots_of_order
from traceability.queries.orders import staging_scans
from traceability.queries.stock import bound_stock
from traceability.rules.orders import operation_key
from traceability.rules.vocabulary import OrderState

TONES = {"planned": "idle", "released": "good", "closed": "info"}
LOT_TONES = {"released": "good", "quarantine": "held", "held": "held", "rejected": "blocked", "recalled": "blocked"}
REPORT_TONES = {
    "received": "soon",
    "posted": "good",
    "blocked": "blocked",
    "refused": "blocked",
    "waived": "idle",
    "reversed": "held",
}
MOST = 100


@desk_page()
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order."""
    return _page(request, _find(request, pk))


@desk_page(to_change=Duty.PLAN_ORDERS)
def order_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Release a planned order, each operation at the line that was chosen."""
    found = _find(request, pk)
    if request.method != "POST":
        return redirect("order", pk)
    lines = {str(line.pk): line for line in ProductionLine.objects.filter(site=found.site)}
    chosen = {
        name.removeprefix("line-"): lines[value]
        for name, value in request.POST.items()
        if name.startswith("line-") and value in lines
    }
    try:
        release_order(order=found, actor=person_of(request), now=timezone.now(), lines=chosen)
    except Refused as refused:
        return _page(request, _find(request, pk), refused=refused)
    messages.success(request, f"Order {found.number} is released.")
    return redirect("order", pk)


@desk_page(to_change=Duty.CLOSE_ORDER)
def order_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an order; findings that may be accepted come with their reasons."""
    found = _find(request, pk)
    if request.method != "POST":
        return redirect("order", pk)
    accepted = {code: why for code in ACCEPTABLE if (why := request.POST.get(f"accept-{code}", "").strip()[:300])}
    try:
        close_order(order=found, actor=person_of(request), now=timezone.now(), accepted=accepted)
    except Refused as refused:
        return _page(request, _find(request, pk), refused=refused, accepted=accepted)
    messages.success(request, f"Order {found.number} is closed. Nothing posts to it any more.")
    return redirect("order", pk)


def _find(request: HttpRequest, pk: int) -> WorkOrder:
    found = (
        WorkOrder.objects.filter(pk=pk, site=the_site(request))
        .select_related("item__stock_unit", "unit", "site")
        .first()
    )
    if found is None:
        raise Http404("There is no such order at this site.")
    return found


def _page(
    request: HttpRequest,
    found: WorkOrder,
    *,
    refused: Refused | None = None,
    accepted: dict[str, str] | None = None,
) -> HttpResponse:
    now = timezone.now()
    operations = _operations(found, now)
    last = next((one for one in operations if one["last"]), None)
    close = OrderClose.objects.filter(order_id=found.pk).select_related("closed_by").order_by("-revision").first()
    reports = OperationReport.objects.filter(site_id=found.site_id, order_number=found.number).order_by("-received_at")
    posted = postings_of(found.pk)
    context = {
        "order": found,
        "tone": TONES[found.state],
        "facts": _facts(found),
        "operations": operations,
        "done": last["good"] if last else 0,
        "done_text": figure(last["good"]) if last else "0",
        "whole_text": f"{figure(found.quantity)} {found.unit.symbol}",
        "beyond_limit": order_beyond_limit(found, now),
        "planned_route": _route(found) if found.state == OrderState.PLANNED else [],
        "lines": ProductionLine.objects.filter(site=found.site).order_by("code"),
        "may_release": found.state == OrderState.PLANNED and can(request, Duty.PLAN_ORDERS),
        "pins": _pins(found),
        "bound": bound_stock(found),
        "scans": staging_scans(found, limit=MOST),
        "postings": posted[:MOST],
        "undone": undone_counts(posted),
        "lots": [(lot, LOT_TONES[lot.status]) for lot in lots_of_order(found.pk)],
        "reports": [{**row, "tone": REPORT_TONES[row["state"]]} for row in describe(reports[:MOST])],
        "clearances": LineClearance.objects.filter(order=found)
        .select_related("line", "operator", "checker")
        .order_by("-cleared_at"),
        "close": close,
        "closed_at": when(close.closed_at) if close else "",
        "history": history_of(found),
        "refusals": refused.refusals if refused else (),
        "trail": [{"label": "Orders", "url": reverse("orders")}, {"label": found.number}],
        **_closing(request, found, now, accepted or {}),
    }
    return render(request, "backflush/order.html", context, status=status_of(refused.refusals) if refused else 200)


def _closing(request: HttpRequest, found: WorkOrder, now: datetime, accepted: dict[str, str]) -> dict[str, Any]:
    """What stands between the order and its close; findings that a reason may accept, once by code."""
    if found.state != OrderState.RELEASED:
        return {"findings": [], "acceptable": [], "may_close": False}
    findings = close_findings(found, now)
    codes = list(dict.fromkeys(one.code for one in findings))
    return {
        "findings": with_links([one.as_dict() for one in findings if one.code not in ACCEPTABLE], order_id=0),
        "acceptable": [
            {
                "code": code,
                "name": words(code),
                "sentences": [one.sentence for one in findings if one.code == code],
                "why": accepted.get(code, ""),
            }
            for code in codes
            if code in ACCEPTABLE
        ],
        "may_close": can(request, Duty.CLOSE_ORDER),
        "counted_findings": len(findings),
    }


def _facts(found: WorkOrder) -> list[dict[str, Any]]:
    return [
        {"name": "Product", "value": found.item.code, "url": reverse("product", args=[found.item_id]), "code": True},
        {"name": "Name", "value": found.item.name},
        {"name": "Kind", "value": words(found.kind)},
        *_rework_facts(found),
        {"name": "Lots are drawn", "value": words(found.allocation)},
        {"name": "Output lot", "value": found.output_lot_code or "made by rule", "code": bool(found.output_lot_code)},
        {"name": "Due", "value": when(found.due_at)},
        {"name": "Planned", "value": when(found.created_at)},
        {"name": "Released", "value": when(found.released_at)},
        {"name": "Closed", "value": when(found.closed_at)},
    ]


def _rework_facts(found: WorkOrder) -> list[dict[str, Any]]:
    """Of a rework order: the lot that it takes up, the order that first made it, and whose recipe it is made by."""
    if found.reworks is None:
        return []
    first = WorkOrder.objects.filter(pk=found.reworks.order_id).first() if found.reworks.order_id else None
    facts: list[dict[str, Any]] = [
        {
            "name": "Reworks lot",
            "value": found.reworks.code,
            "url": reverse("lot", args=[found.reworks_id]),
            "code": True,
        }
    ]
    if first:
        url = reverse("order", args=[first.pk])
        facts.append({"name": "First made by", "value": first.number, "url": url, "code": True})
    if found.recipe_item:
        url = reverse("product", args=[found.recipe_item_id])
        facts.append({"name": "By the recipe of", "value": found.recipe_item.code, "url": url, "code": True})
    return facts


def _operations(found: WorkOrder, now: datetime) -> list[dict[str, Any]]:
    progress, speeds = progress_of(found.pk), pace([found.pk], now)
    lights = readiness_of([found], now).get(found.pk, {}) if found.state == OrderState.RELEASED else {}
    shown, symbols = [], unit_symbols()
    for one in found.operations.select_related("line").order_by("sequence"):
        made, light = progress.get(one.number), lights.get(one.number)
        left = seconds_left(light.units, speeds.get((found.pk, one.number))) if light else None
        shown.append(
            {
                "number": one.number,
                "name": one.name,
                "line": one.line,
                "last": one.last,
                "demands": [
                    word
                    for word, holds in (
                        ("count point", one.count_point),
                        ("line clearance", one.requires_clearance),
                        ("training", one.requires_training),
                        ("packs", one.packs),
                    )
                    if holds
                ],
                "good": made.good if made else 0,
                "scrap": (made.structural_scrap + made.avoidable_scrap) if made else 0,
                "rework": made.rework if made else 0,
                "setups": made.setups if made else 0,
                "light": light,
                "sentence": with_symbols(light.sentence, symbols) if light else "",
                "reasons": with_links([reason.as_dict() for reason in light.reasons], order_id=0)
                if light and light.state == "blocked"
                else [],
                "left": lasting(left) if left else "",
            }
        )
    return shown


def _route(found: WorkOrder) -> list[Operation]:
    rows = Operation.objects.filter(item_id=found.made_by_id).select_related("line")
    return sorted(rows, key=lambda operation: operation_key(operation.number))


def _pins(found: WorkOrder) -> list[dict[str, Any]]:
    """What the order is made by, and from when: versions, phantoms, frozen standard costs."""
    pins = list(
        OrderPin.objects.filter(order=found)
        .select_related("bom_version__item", "pinned_by")
        .order_by("applicable_from")
    )
    phantoms = BomVersion.objects.select_related("item").in_bulk(
        {version for pin in pins for version in pin.phantom_versions.values()}
    )
    items = Item.objects.select_related("stock_unit").in_bulk({int(key) for pin in pins for key in pin.standard_costs})
    return [
        {
            "from": when(pin.applicable_from),
            "version": pin.bom_version,
            "by": pin.pinned_by,
            "phantoms": [phantoms[one] for one in pin.phantom_versions.values() if one in phantoms],
            "costs": sorted(
                ((items[int(key)], cost) for key, cost in pin.standard_costs.items() if int(key) in items),
                key=lambda pair: pair[0].code,
            ),
        }
        for pin in pins
    ]
