"""What stands and lies at a line: clearances, and lots that are not the order's."""

from masterdata.models import Bin, BinService, ProductionLine
from masterdata.rules.vocabulary import BinKind
from traceability.models import LineClearance, MaterialLot, StockBalance, WorkOrder
from traceability.rules.orders import ForeignLot


def standing_clearance(order_id: int, line_id: int) -> LineClearance | None:
    """The clearance of a line that stands for an order."""
    return LineClearance.objects.filter(order_id=order_id, line_id=line_id, revoked_at__isnull=True).first()


def foreign_lots(line: ProductionLine, order: WorkOrder) -> list[ForeignLot]:
    """Lots in the line's staging bins that are not bound to the order, by bin and lot."""
    bins = dict(
        Bin.objects.filter(
            id__in=BinService.objects.filter(line=line).values("bin_id"), kind=BinKind.STAGING
        ).values_list("id", "code")
    )
    balances = list(
        StockBalance.objects.filter(site_id=line.site_id, bin_id__in=bins, quantity__gt=0).exclude(order_id=order.pk)
    )
    lots = dict(MaterialLot.objects.filter(id__in={one.lot_id for one in balances}).values_list("id", "code"))
    orders = dict(WorkOrder.objects.filter(id__in={one.order_id for one in balances}).values_list("id", "number"))
    found = [ForeignLot(lots[one.lot_id], bins[one.bin_id], orders.get(one.order_id, "")) for one in balances]
    return sorted(found, key=lambda one: (one.bin_code, one.lot_code, one.order_number))
