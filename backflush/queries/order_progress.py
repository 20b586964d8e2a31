"""How far orders have come, and how fast they run now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import DecimalField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from backflush.models import OrderProgress, Posting
from traceability.models import OrderOperation, WorkOrder

#: what counts as now when a pace is reckoned
WINDOW = timedelta(hours=2)


def with_good(orders: QuerySet[WorkOrder]) -> QuerySet[WorkOrder]:
    """Orders with `good`: good units so far at their last operation (0 where nothing was reported)."""
    last = OrderOperation.objects.filter(order_id=OuterRef("pk"), last=True).values("number")[:1]
    made = OrderProgress.objects.filter(order_id=OuterRef("pk"), operation_number=OuterRef("last_operation"))
    zero = Value(Decimal(0), output_field=DecimalField(max_digits=27, decimal_places=9))
    return orders.annotate(last_operation=Subquery(last), good=Coalesce(Subquery(made.values("good")[:1]), zero))


def progress_of(order_id: int) -> dict[str, OrderProgress]:
    """What each operation of an order reported so far, by operation number."""
    return {row.operation_number: row for row in OrderProgress.objects.filter(order_id=order_id)}


def progress_of_many(order_ids: Iterable[int]) -> dict[tuple[int, str], Decimal]:
    """Good units so far by order and operation."""
    rows = OrderProgress.objects.filter(order_id__in=list(order_ids))
    return {
        (order, operation): good for order, operation, good in rows.values_list("order_id", "operation_number", "good")
    }


def pace(order_ids: Iterable[int], now: datetime) -> dict[tuple[int, str], Decimal]:
    """Good units an hour by order and operation, over the last two hours (or since the first posting in them).

    Reversals take off what they reverse. Operations that stood still are left out.
    """
    rows = (
        Posting.objects.filter(order_id__in=list(order_ids), occurred_at__gt=now - WINDOW, occurred_at__lte=now)
        .exclude(kind="scan_issue")
        .values("order_id", "operation_number")
        .annotate(good_units=Sum("good"))
    )
    hours = Decimal(int(WINDOW.total_seconds())) / 3600
    return {
        (row["order_id"], row["operation_number"]): row["good_units"] / hours for row in rows if row["good_units"] > 0
    }


def seconds_left(units: Decimal | None, per_hour: Decimal | None) -> int | None:
    """How long `units` last at this pace."""
    if units is None or not per_hour:
        return None
    return int(units / per_hour * 3600)
