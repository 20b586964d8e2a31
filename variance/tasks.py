"""Background work of finance."""

from celery import shared_task
from django.utils import timezone

from variance.actions.freeze_order import freeze_closed_orders


@shared_task(name="variance.freeze_closed_orders")
def freeze_closed() -> int:
    """Freeze the variances of orders that were closed since the last time."""
    return freeze_closed_orders(now=timezone.now())
