"""Write down by which versions an order is made from a time on, with the standard costs of everything in them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from masterdata.models import Item, Person
from traceability.models import OrderPin, WorkOrder


def pin_order(
    order: WorkOrder,
    *,
    version_id: int,
    phantoms: Mapping[str, int],
    items: Iterable[int],
    applicable_from: datetime,
    actor: object,
) -> OrderPin:
    """Joins the transaction of the release or of the change that moves the order. `phantoms`: version by item id, as text."""
    costs = Item.objects.filter(id__in=[*items, order.item_id]).values_list("id", "standard_cost")
    return OrderPin.objects.create(
        order=order,
        applicable_from=applicable_from,
        bom_version_id=version_id,
        phantom_versions=dict(sorted(phantoms.items())),
        standard_costs={str(item): format(cost, "f") for item, cost in sorted(costs)},
        pinned_by=actor if isinstance(actor, Person) else None,
    )
