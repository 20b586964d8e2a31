"""Lots, to be found by what people know of them."""

from django.db.models import QuerySet

from masterdata.models import Item, Site
from traceability.models import MaterialLot


def lots(
    *,
    site: Site | None = None,
    code: str = "",
    item: Item | str | None = None,
    status: str = "",
    supplier_lot: str = "",
) -> QuerySet[MaterialLot]:
    """Lots by exact code (it may contain anything), item (or its code), status, supplier's lot code; newest first."""
    found = MaterialLot.objects.select_related("item__stock_unit", "site", "supplier")
    if site is not None:
        found = found.filter(site=site)
    if code:
        found = found.filter(code=code)
    if isinstance(item, str):
        if item:
            found = found.filter(item__code=item)
    elif item is not None:
        found = found.filter(item=item)
    if status:
        found = found.filter(status=status)
    if supplier_lot:
        found = found.filter(supplier_lot=supplier_lot)
    return found.order_by("-id")


def lots_of_order(order_id: int) -> QuerySet[MaterialLot]:
    """The lots that an order made, in the order it made them."""
    return MaterialLot.objects.filter(order_id=order_id).select_related("item__stock_unit").order_by("id")
