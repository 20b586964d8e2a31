"""Which orders have avoidable scrap beyond its limit. Nothing is stored of it: progress says it."""

from datetime import datetime

from backflush.models import OrderProgress
from backflush.queries.recipes import trigger_in_force
from backflush.rules.avoidable_scrap import BeyondLimit, beyond_limit
from masterdata.rules.exact import Fraction
from traceability.models import WorkOrder


def order_beyond_limit(order: WorkOrder, now: datetime) -> list[BeyondLimit]:
    """The operations of an order whose avoidable scrap stands beyond the limit now."""
    scrapped = dict(OrderProgress.objects.filter(order_id=order.pk).values_list("operation_number", "avoidable_scrap"))
    found = []
    for operation in order.operations.filter(number__in=scrapped).order_by("sequence"):
        trigger = trigger_in_force(order.made_by_id, operation.number, operation.line_id, now)
        one = beyond_limit(Fraction(scrapped[operation.number]), Fraction(order.quantity), trigger, operation.number)
        found += [one] if one else []
    return found
