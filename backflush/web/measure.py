"""Measuring for a pilot: scan the lot, enter what was really used of it. Blind: what was computed is not shown here."""

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from backflush.actions.measure_usage import mark_order, measure_usage, take_back_measurement
from backflush.models import Pilot, PilotMeasurement
from backflush.queries.pilots import ComponentReading, latest_mark, order_at_hand, order_readings, running_pilot
from backflush.rules.pilot import order_refusals
from masterdata.models import Item
from masterdata.pages.access import can, person_of
from masterdata.pages.figures import figure, when
from masterdata.pages.floor import floor_page
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.vocabulary import PostingMethod
from traceability.models import MaterialLot, OrderOperation, WorkOrder
from traceability.pages.order_head import floor_operation, floor_order, order_head
from traceability.pages.scanned import scanned, the_lot

Components = dict[str, ComponentReading]
#: what the page says already: in its head, and about the mark
_SAID = frozenset({"measuring_completed", "order_not_open"})


@floor_page(to_change=Duty.MEASURE_USAGE)
def measure(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """Without `?lot=`: what was measured, and a scan. With it: how much was used of that lot."""
    order, at, pilot = _at(request, pk, operation)
    if pilot is None:
        return _page(request, order, at, None, {})
    components = _components(pilot, order)
    try:
        if request.method == "POST" and request.POST.get("code", "").strip():
            lot = _scanned(order, components, request.POST["code"].strip())
            return redirect(f"{reverse('measure', args=[pk, at.number])}?{urlencode({'lot': lot.pk})}")
        wanted = request.POST.get("lot") or request.GET.get("lot") or ""
        if not wanted:
            return _page(request, order, at, pilot, components)
        lot = _chosen(order, components, wanted)
    except Refused as refused:
        return _page(request, order, at, pilot, components, refused)
    if request.method != "POST":
        return _quantity(request, order, at, components, lot)
    try:
        made = _record(request, pilot, order, components, lot)
    except Refused as refused:
        return _quantity(request, order, at, components, lot, refused)
    messages.success(request, f"{figure(made.quantity)} {_symbol(lot.item)} of lot {lot.code} are noted.")
    return redirect("measure", pk, at.number)


@floor_page(to_change=Duty.MEASURE_USAGE)
def measure_take_back(request: HttpRequest, pk: int, operation: str, measurement: int) -> HttpResponse:
    """A measurement that was wrong is taken back, with a reason."""
    order, at, pilot = _at(request, pk, operation)
    row = PilotMeasurement.objects.select_related("pilot", "order", "lot").filter(pk=measurement, order=order).first()
    if row is None:
        raise Http404("There is no such measurement of this order.")
    if request.method == "POST":
        try:
            take_back_measurement(
                measurement=row,
                reason=request.POST.get("reason", "")[:300],
                actor=person_of(request),
                now=timezone.now(),
            )
        except Refused as refused:
            return _page(request, order, at, pilot, _components(pilot, order), refused)
        messages.success(request, "It is taken back and does not count.")
    return redirect("measure", pk, at.number)


@floor_page(to_change=Duty.MEASURE_USAGE)
def measure_mark(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """Measuring of the order is completed, or taken up again."""
    order, at, pilot = _at(request, pk, operation)
    if request.method == "POST" and pilot is not None:
        completed = request.POST.get("completed") == "yes"
        try:
            mark_order(pilot=pilot, order=order, completed=completed, actor=person_of(request), now=timezone.now())
        except Refused as refused:
            return _page(request, order, at, pilot, _components(pilot, order), refused)
        done = _counts_words(_components(pilot, order)) if completed else "Measuring goes on."
        messages.success(request, done)
    return redirect("measure", pk, at.number)


def _counts_words(components: Components) -> str:
    """For what the order counts now: for nothing that was not measured at it."""
    left = [one.code for one in components.values() if one.measured is None]
    if not left:
        return "The order counts."
    return f"The order counts for what was measured. Not measured, so it does not count for: {', '.join(left)}."


def _at(request: HttpRequest, pk: int, operation: str) -> tuple[WorkOrder, OrderOperation, Pilot | None]:
    order = floor_order(request, pk)
    at = floor_operation(order, operation)
    return order, at, running_pilot(order, at.number)


def _components(pilot: Pilot | None, order: WorkOrder) -> Components:
    readings = order_readings(pilot, timezone.now(), only=order) if pilot else []
    return readings[0].components if readings else {}


def _measurable(components: Components, item_id: int) -> list[str]:
    return [
        component
        for component, one in components.items()
        if item_id in one.items and one.method == PostingMethod.BACKFLUSH
    ]


def _scanned(order: WorkOrder, components: Components, text: str) -> MaterialLot:
    items = {item for one in components.values() for item in one.items}
    found = scanned(order.site, text, items=items, remedy="Scan the label of the lot that was used.")
    if not found.lots:
        raise Refused(Refusal("not_a_lot", f"{text} is a bin.", text, "Scan the label of the lot that was used."))
    return _chosen(order, components, str(the_lot(found.lots, text).pk))


def _chosen(order: WorkOrder, components: Components, wanted: str) -> MaterialLot:
    """The lot, where this operation takes its item and it is not posted by scan anyway."""
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
    lot = MaterialLot.objects.filter(pk=number, site=order.site).select_related("item__stock_unit").first()
    if lot is None:
        raise Refused(Refusal("code_unknown", "There is no such lot at this site.", wanted, "Scan its label."))
    if _measurable(components, lot.item_id):
        return lot
    if any(lot.item_id in one.items for one in components.values()):
        raise Refused(
            Refusal(
                "posted_by_scan",
                f"{lot.item.code} is posted as it is scanned: those scans are what is measured.",
                lot.code,
                "Weigh or assemble it as usual, and not a second time here.",
            )
        )
    raise Refused(
        Refusal(
            "component_unknown",
            f"This operation takes no {lot.item.code} (lot {lot.code}).",
            lot.code,
            "Scan a lot of what is listed below.",
        )
    )


def _record(
    request: HttpRequest, pilot: Pilot, order: WorkOrder, components: Components, lot: MaterialLot
) -> PilotMeasurement:
    typed = typed_number(request.POST.get("quantity", "")[:40])
    offered = _measurable(components, lot.item_id)
    component = request.POST.get("component", "")
    try:
        event = uuid.UUID(request.POST.get("event_id", ""))
    except ValueError:
        raise Refused(
            Refusal(
                "form_incomplete", "The form was not sent as it was shown.", "", "Load the page and enter it again."
            )
        ) from None
    return measure_usage(
        pilot=pilot,
        event_id=event,
        order=order,
        component=component if component in offered else offered[0],
        lot=lot,
        quantity=Decimal(typed) if typed else None,
        actor=person_of(request),
        now=timezone.now(),
    )


def _page(
    request: HttpRequest,
    order: WorkOrder,
    at: OrderOperation,
    pilot: Pilot | None,
    components: Components,
    refused: Refused | None = None,
) -> HttpResponse:
    mark = latest_mark(pilot, order.pk) if pilot else None
    hindered = order_refusals(order_at_hand(pilot, order), pilot.item.code, pilot.operation_number) if pilot else []
    may = can(request, Duty.MEASURE_USAGE)
    items = Item.objects.select_related("stock_unit").in_bulk([one.item_id for one in components.values()])
    measurements = _measurements(pilot, order) if pilot else []
    context: dict[str, Any] = {
        **order_head(order, "measure", at),
        "pilot": pilot,
        "refusals": refused.refusals if refused else (),
        "mark": mark if mark and mark.completed else None,
        "hindered": [one for one in hindered if one.code not in _SAID],
        "may_measure": may and not hindered,
        "may_mark": may and pilot is not None and bool(measurements),
        "components": [
            {
                "item": items[one.item_id],
                "scans": one.method != PostingMethod.BACKFLUSH,
                "done": one.measured is not None,
            }
            for one in components.values()
        ],
        "measurements": measurements,
    }
    return render(request, "backflush/measure.html", context, status=422 if refused else 200)


def _measurements(pilot: Pilot, order: WorkOrder) -> list[dict[str, Any]]:
    """The newest first; what was taken back stands struck out."""
    rows = pilot.measurements.filter(order=order, takes_back=None).select_related(
        "lot__item__stock_unit", "person", "taken_back_by__person"
    )
    return [
        {
            "pk": row.pk,
            "item": row.lot.item,
            "lot": row.lot.code,
            "quantity": figure(row.quantity),
            "unit": _symbol(row.lot.item),
            "who": row.person.name,
            "at": when(row.at),
            "back": getattr(row, "taken_back_by", None),
        }
        for row in rows.order_by("-id")
    ]


def _quantity(
    request: HttpRequest,
    order: WorkOrder,
    at: OrderOperation,
    components: Components,
    lot: MaterialLot,
    refused: Refused | None = None,
) -> HttpResponse:
    offered = _measurable(components, lot.item_id)
    context = {
        **order_head(order, "measure", at),
        "lot": lot,
        "unit": _symbol(lot.item),
        "choices": [
            {"value": one, "label": f"{components[one].code}, line {place} of this operation"}
            for place, one in enumerate(components, start=1)
            if one in offered
        ],
        "given": request.POST,
        "event_id": request.POST.get("event_id") or uuid.uuid4(),
        "refusals": refused.refusals if refused else (),
    }
    return render(request, "backflush/measure_quantity.html", context, status=422 if refused else 200)


def _symbol(item: Item) -> str:
    return item.stock_unit.symbol or item.stock_unit.code
