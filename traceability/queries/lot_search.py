"""Lots found by parts of what people remember, with what is on hand of each."""

from decimal import Decimal

from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from masterdata.models import Site
from traceability.models import MaterialLot, StockBalance


def search_lots(
    site: Site, *, text: str = "", status: str = "", origin: str = "", stocked: bool = False
) -> QuerySet[MaterialLot]:
    """Lots whose code, supplier lot, item code or item name contains `text`; `on_hand` in the item's stock unit.

    `stocked`: only those of which something is on hand.
    """
    found = MaterialLot.objects.filter(site=site).select_related("item__stock_unit", "supplier")
    for word in text.split()[:6]:
        found = found.filter(
            Q(code__icontains=word)
            | Q(supplier_lot__icontains=word)
            | Q(item__code__icontains=word)
            | Q(item__name__icontains=word)
        )
    if status:
        found = found.filter(status=status)
    if origin:
        found = found.filter(origin=origin)
    here = StockBalance.objects.filter(lot_id=OuterRef("pk")).order_by().values("lot_id")
    total = here.annotate(total=Sum("quantity")).values("total")
    zero = Value(Decimal(0), output_field=DecimalField(max_digits=27, decimal_places=9))
    found = found.annotate(on_hand=Coalesce(Subquery(total[:1]), zero))
    return found.filter(on_hand__gt=0) if stocked else found
