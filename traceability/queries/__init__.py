"""What traceability can tell: lots, orders, stock, genealogy, and what a scanned code means."""

from traceability.queries.codes import find_code, lots_of_scan, posting_code
from traceability.queries.genealogy import Genealogy, LotFact, genealogy, made_from, went_into
from traceability.queries.line_state import foreign_lots, standing_clearance
from traceability.queries.lots import lots, lots_of_order
from traceability.queries.orders import open_orders, order_by_number, orders, staging_scans
from traceability.queries.pick_lists import PickLine, pick_list
from traceability.queries.scan import read_scan
from traceability.queries.stock import (
    Held,
    Movement,
    bound_stock,
    entry_movements,
    lot_movements,
    shipped,
    stock_in_bin,
    stock_of,
    stock_of_lots,
)

__all__ = [
    "Genealogy",
    "Held",
    "LotFact",
    "Movement",
    "PickLine",
    "bound_stock",
    "entry_movements",
    "find_code",
    "foreign_lots",
    "genealogy",
    "lot_movements",
    "lots",
    "lots_of_order",
    "lots_of_scan",
    "made_from",
    "open_orders",
    "order_by_number",
    "orders",
    "pick_list",
    "posting_code",
    "read_scan",
    "shipped",
    "staging_scans",
    "standing_clearance",
    "stock_in_bin",
    "stock_of",
    "stock_of_lots",
    "went_into",
]
