"""Freezes the variance of a closed order: what it was at the close is what finance reads ever after."""

import uuid
from datetime import datetime
from decimal import Decimal

from backflush.models import OrderClose
from masterdata.actions.acting import acting
from traceability.models import WorkOrder
from variance.models import OrderVariance
from variance.queries.order_variances import order_variance

ACTOR = "service:variance"


def freeze_order(*, order: WorkOrder, now: datetime) -> None:
    """Write revision 1 of a closed order's variance: one row for the whole, one for each component."""
    with acting(ACTOR):
        variance = order_variance(order)
        rows = [
            OrderVariance(
                order_id=order.pk,
                parts={part["name"]: part["amount"] for part in variance["parts"]},
                total=Decimal(variance["total"]),
                actual_quantity=Decimal(variance["units"]),
                frozen_at=now,
            )
        ]
        rows += [
            OrderVariance(
                order_id=order.pk,
                item_id=component["item_id"],
                component=uuid.UUID(component["component"]),
                standard_quantity=Decimal(component["standard_quantity"]),
                actual_quantity=Decimal(component["actual_quantity"]),
                parts={part["name"]: part["amount"] for part in component["parts"]},
                total=Decimal(component["total"]),
                frozen_at=now,
            )
            for component in variance["components"]
        ]
        OrderVariance.objects.bulk_create(rows)


def freeze_closed_orders(*, now: datetime) -> int:
    """Freeze every closed order that is not frozen yet; returns how many. Safe to run twice at once: one row is unique."""
    frozen = OrderVariance.objects.values("order_id")
    closed = OrderClose.objects.exclude(order_id__in=frozen).values_list("order_id", flat=True)[:100]
    orders = WorkOrder.objects.filter(pk__in=list(closed)).select_related("site", "item", "unit")
    for order in orders:
        freeze_order(order=order, now=now)
    return len(orders)
