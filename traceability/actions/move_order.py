"""Move an open order to another version of its BOM, as a signed change request decided."""

from datetime import datetime

from masterdata.models import BomVersion, Item, Person
from traceability.actions.holding import hold_order
from traceability.models import OrderPin
from traceability.queries.pinned_boms import items_of, resolve


def move_order(*, order_id: int, version: BomVersion, applicable_from: datetime, actor: object) -> OrderPin:
    """From `applicable_from` (event time) on it is made by `version`, or by its own with `version` as the phantom's.

    Joins the transaction of the change that moves it, which holds the posting locks; line identities carry over, so
    what is still owed is by the new figures from that time on.
    """
    order = hold_order(order_id)
    last = order.pins.select_related("bom_version").order_by("-applicable_from").first()
    assert last is not None  # released orders are pinned
    top = version if version.item_id == last.bom_version.item_id else last.bom_version
    pinned = resolve(top, applicable_from)
    # What else the order was pinned to stays: only this version was decided on.
    phantoms = {**{str(item): one for item, one in pinned.phantoms.items()}, **last.phantom_versions}
    if str(version.item_id) in phantoms and version.item_id != top.item_id:
        phantoms[str(version.item_id)] = version.pk
    items = items_of(pinned) | {order.item_id} | {int(item) for item in last.standard_costs}
    costs = Item.objects.filter(id__in=items).values_list("id", "standard_cost")
    return OrderPin.objects.create(
        order=order,
        applicable_from=applicable_from,
        bom_version_id=top.pk,
        phantom_versions=dict(sorted(phantoms.items())),
        standard_costs={str(item): format(cost, "f") for item, cost in sorted(costs)},
        pinned_by=actor if isinstance(actor, Person) else None,
    )
