"""Open orders that are made by an earlier version of a BOM, also through a phantom; and why one could not move to the new one."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from masterdata.models import BomVersion
from masterdata.queries.open_orders import OpenOrder
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import decimal_text
from traceability.models import OrderPin, WorkOrder
from traceability.queries.pinned_boms import resolve, taken_by
from traceability.rules.vocabulary import OrderState


def orders_made_by_earlier(kind: str, version: Any) -> list[OpenOrder]:
    """Released orders whose pinned BOM, or one of its phantoms, is another version of the same item."""
    if kind != "bom_version":
        return []
    orders = list(
        WorkOrder.objects.filter(state=OrderState.RELEASED)
        .filter(Q(pins__bom_version__item_id=version.item_id) | Q(pins__phantom_versions__has_key=str(version.item_id)))
        .select_related("site", "item", "unit")
        .distinct()
        .order_by("site__code", "number")
    )
    pins = _last_pins([order.pk for order in orders])
    found = []
    for order in orders:
        pin = pins[order.pk]
        by = version_in(pin, version.item_id)
        if by is None or by == version.pk:
            continue
        found.append(
            OpenOrder(
                order_id=order.pk,
                name=f"{order.site.code} {order.number}",
                number=order.number,
                product=f"{order.item.code}  {order.item.name}",
                quantity=f"{decimal_text(Fraction(order.quantity))} {order.unit.symbol}",
                made="",
                version=str(pin.bom_version),
            )
        )
    return found


def version_in(pin: OrderPin, item_id: int) -> int | None:
    """The version of an item by which a pin makes it: the product's, or a phantom's."""
    if pin.bom_version.item_id == item_id:
        return pin.bom_version_id
    return pin.phantom_versions.get(str(item_id))


def why_it_cannot_move(order_id: int, version: BomVersion) -> list[Refusal]:
    """`order_cannot_move` where the version takes something at an operation that the order does not have."""
    order = WorkOrder.objects.select_related("site").get(pk=order_id)
    if order.item_id != version.item_id and order.made_by_id != version.item_id:
        return []  # through a phantom, whose components are taken at the operation of its line
    operations = set(order.operations.values_list("number", flat=True))
    taken = {one.operation_number for one in taken_by(resolve(version, timezone.now()))}
    return [
        Refusal(
            "order_cannot_move",
            f"Order {order.number} has no operation {number}, where {version} takes something.",
            order.number,
            "Keep the order on its version, or draft the version without that operation.",
        )
        for number in sorted(taken - operations)
    ]


def _last_pins(order_ids: list[int]) -> dict[int, OrderPin]:
    pins = (
        OrderPin.objects.filter(order_id__in=order_ids).select_related("bom_version__item").order_by("applicable_from")
    )
    return {pin.order_id: pin for pin in pins}
