"""How far orders have come, and how fast they run now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from backflush.models import OrderProgress, Posting
from traceability.models import OrderOperation

#: what counts as now when a pace is reckoned
WINDOW = timedelta(hours=2)


def good_at_the_end(order_ids: Iterable[int]) -> dict[int, Decimal]:
    """Good units so far at each order's last operation."""
    last = dict(
        OrderOperation.objects.filter(order_id__in=list(order_ids), last=True).values_list("order_id", "number")
    )
    rows = OrderProgress.objects.filter(order_id__in=last).values_list("order_id", "operation_number", "good")
    return {order: good for order, operation, good in rows if last[order] == operation}


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
