"""The head of every floor screen that works at one order: what it makes, and the steps that it takes."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from masterdata.models import TriggerDefinition
from masterdata.pages.access import the_site
from masterdata.pages.figures import figure
from masterdata.rules.vocabulary import RecordState, TriggerKind
from traceability.models import OrderOperation, WorkOrder
from traceability.queries.scanned_lines import scanned_operations


def floor_order(request: HttpRequest, pk: int) -> WorkOrder:
    """The order of this site, with what screens show of it; 404 where there is none."""
    order = (
        WorkOrder.objects.filter(pk=pk, site=the_site(request))
        .select_related("item__stock_unit", "unit", "site")
        .first()
    )
    if order is None:
        raise Http404("There is no such order at this site.")
    return order


def floor_operation(order: WorkOrder, number: str) -> OrderOperation:
    found = order.operations.filter(number=number).select_related("line").first()
    if found is None:
        raise Http404(f"Order {order.number} has no operation {number}.")
    return found


def order_head(order: WorkOrder, step: str, operation: OrderOperation | None = None) -> dict[str, Any]:
    """Context of `floor/order_head.html`. `step`: the address name of the screen; `operation`: the one worked at.

    Without an operation the steps lead to the order's first one.
    """
    operations = list(order.operations.select_related("line").order_by("sequence"))
    scans = scanned_operations(order, timezone.now())
    at = operation or (operations[0] if operations else None)
    return {
        "order": order,
        "order_quantity": f"{figure(order.quantity)} {order.unit.symbol or order.unit.code}",
        "step": step,
        "operations": operations,
        "at": at,
        "clears": next((one for one in operations if one.requires_clearance and (not operation or one == at)), None),
        "weighs": bool(at and "weigh" in scans.get(at.number, ())),
        "assembles": bool(at and "assemble" in scans.get(at.number, ())),
        "packs": bool(at and (at.packs or _closes_units(order, at))),
        "is_open": order.state == "released",
    }


def _closes_units(order: WorkOrder, at: OrderOperation) -> bool:
    """Whether closing handling units declares output at the operation, now or in an earlier version."""
    return TriggerDefinition.objects.filter(
        item_id=order.made_by_id,
        operation_number=at.number,
        kind=TriggerKind.HANDLING_UNIT_CLOSED,
        state=RecordState.APPROVED,
    ).exists()
