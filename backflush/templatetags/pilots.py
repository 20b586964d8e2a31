"""Pilots on pages of other layers: the step at an order that is measured, and what ran at a product."""

from typing import Any

from django import template
from django.urls import reverse

from backflush.models import Pilot
from backflush.pages.pilot_tones import TONES
from backflush.queries.pilots import running_pilot
from masterdata.models import Item
from traceability.models import WorkOrder

register = template.Library()
SHOWN = 20


@register.simple_tag
def measuring(order: WorkOrder, operation: str) -> bool:
    """Whether a pilot runs at this operation of the order's product."""
    return running_pilot(order, operation) is not None


@register.inclusion_tag("backflush/pilots_of_product.html", takes_context=True)
def pilots_of(context: Any, item: Item) -> dict[str, Any]:
    """Pilots that ran or run at a product, the newest first."""
    rows = Pilot.objects.filter(item=item).select_related("started_by", "ended_by").order_by("-id")[:SHOWN]
    return {
        "item": item,
        "pilots": [(row, TONES[row.state]) for row in rows],
        "new_url": f"{reverse('pilot-new')}?item={item.code}" if context.get("may_draft") else "",
    }
