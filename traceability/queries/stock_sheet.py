"""What is in stock, as a sheet has it."""

from collections.abc import Iterator

from masterdata.models import Bin, Site
from masterdata.rules.sheet_cells import plain, time_text
from traceability.models import MaterialLot, StockBalance, WorkOrder

HEADER = (
    *("site", "bin", "item", "lot", "status", "quantity", "unit", "order", "expires_on", "supplier_lot", "staged_at"),
)
NUMBERS = frozenset({"quantity"})
AT_ONCE = 1000


def stock_rows(site: Site) -> Iterator[dict[str, str]]:
    """Every balance above zero of a site, by bin, item, lot and order."""
    bins = dict(Bin.objects.filter(site=site).values_list("id", "code"))
    orders = dict(WorkOrder.objects.filter(site=site).values_list("id", "number"))
    balances = list(StockBalance.objects.filter(site_id=site.pk, quantity__gt=0))
    lots = {}
    wanted = sorted({one.lot_id for one in balances})
    for start in range(0, len(wanted), AT_ONCE):
        some = MaterialLot.objects.select_related("item__stock_unit").in_bulk(wanted[start : start + AT_ONCE])
        lots.update(some)
    rows = (
        _row(site, bins.get(one.bin_id, ""), orders.get(one.order_id, ""), lots[one.lot_id], one) for one in balances
    )
    return iter(sorted(rows, key=lambda row: (row["bin"], row["item"], row["lot"], row["order"])))


def _row(site: Site, place: str, order: str, lot: MaterialLot, balance: StockBalance) -> dict[str, str]:
    return {
        "site": site.code,
        "bin": place,
        "item": lot.item.code,
        "lot": lot.code,
        "status": lot.status,
        "quantity": plain(balance.quantity),
        "unit": lot.item.stock_unit.code,
        "order": order,
        "expires_on": lot.expires_on.isoformat() if lot.expires_on else "",
        "supplier_lot": lot.supplier_lot,
        "staged_at": time_text(balance.staged_at) if balance.staged_at else "",
    }
