"""Freezes the variance of a closed order: what it was at the close is what finance reads ever after."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef

from backflush.models import OrderClose
from masterdata.actions.acting import acting
from traceability.models import WorkOrder
from variance.models import OrderVariance
from variance.queries.order_uses import order_uses
from variance.queries.order_variances import variance_of

ACTOR = "service:variance"


def freeze_order(*, order: WorkOrder, now: datetime, revision: int = 1) -> None:
    """Write this revision of a closed order's variance: one row for the whole, one for each component."""
    with acting(ACTOR):
        variance = variance_of(order, order_uses([order.pk])[order.pk])
        rows = [
            OrderVariance(
                order_id=order.pk,
                revision=revision,
                parts={part["name"]: part["amount"] for part in variance["parts"]},
                total=Decimal(variance["total"]),
                actual_quantity=Decimal(variance["units"]),
                frozen_at=now,
            )
        ]
        rows += [
            OrderVariance(
                order_id=order.pk,
                revision=revision,
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
    """Freeze every closed order whose latest close is not frozen yet; returns how many.

    An order that was opened again and closed gets another revision; the earlier ones stay. Safe to run twice at once: one
    row is unique.
    """
    frozen = OrderVariance.objects.filter(order_id=OuterRef("order_id"), revision=OuterRef("revision"))
    waiting = OrderClose.objects.filter(~Exists(frozen), reopening__reopened_at=None)
    revisions = dict(waiting.order_by("id").values_list("order_id", "revision")[:100])
    orders = WorkOrder.objects.filter(pk__in=revisions).select_related("site", "item", "unit")
    for order in orders:
        freeze_order(order=order, now=now, revision=revisions[order.pk])
    return len(orders)
