"""What work in process and stock were worth at any moment, from the ledger alone, to the last decimal.

Every line carries one amount out of one end and into the other, so that what came from suppliers is always, exactly, what lies
in stock, is in process, was taken by variances, or left. An order's work in process is what it used less what it made, until
the variance of its close takes it. A moment means when lines were recorded: what was told of it never changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

ZERO = Decimal(0)
#: what a row of stock stands for
GROUPS = ("item", "bin", "lot")


class OrderValue(NamedTuple):
    """An order at a moment. `settled`: what its variance took at the close. Amounts at standard, and at actual cost."""

    order_id: int
    number: str
    item_id: int
    item: str
    name: str
    issued_standard: Decimal
    issued_actual: Decimal
    received: Decimal
    settled_standard: Decimal
    settled_actual: Decimal

    @property
    def standard(self) -> Decimal:
        return self.issued_standard - self.received - self.settled_standard

    @property
    def actual(self) -> Decimal:
        return self.issued_actual - self.received - self.settled_actual


class StockValue(NamedTuple):
    """A row of stock at a moment, at the amounts that its lines moved. `exact`: quantity × lot cost, not rounded."""

    item_id: int
    item: str
    name: str
    unit: str
    bin: str
    lot_id: int | None
    lot: str
    quantity: Decimal
    standard: Decimal
    actual: Decimal
    exact: Decimal

    @property
    def rounding(self) -> Decimal:
        """The cents by which lines were rounded one by one; they stay when the last of a lot is gone."""
        return self.actual - self.exact


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Where all value is at a moment, at actual cost: `received` is the sum of the others, exactly."""

    received: Decimal
    stock: Decimal
    in_process: Decimal
    settled: Decimal
    other_use: Decimal
    adjusted: Decimal
    shipped: Decimal

    @property
    def difference(self) -> Decimal:
        """Zero, by construction of the ledger."""
        there = self.stock + self.in_process + self.settled + self.other_use + self.adjusted + self.shipped
        return self.received - there


_ORDERS = """
WITH settled AS (
    -- the latest variance that was frozen by then took what was recorded until it
    SELECT order_id, max(frozen_at) AS at FROM variance_ordervariance WHERE frozen_at <= %(at)s GROUP BY order_id
), moved AS (
    SELECT l.order_id, l.standard_amount AS standard, l.actual_amount AS actual, coalesce(e.recorded_at <= s.at, false) AS taken,
        CASE WHEN finish.kind = 'consumed' THEN 1 ELSE -1 END AS sign,
        (finish.kind = 'consumed') <> (l.mirrors IS NOT NULL) AS issue
    FROM traceability_ledgerline l
    JOIN traceability_ledgerentry e ON e.id = l.entry_id AND e.recorded_at <= %(at)s
    JOIN masterdata_bin finish ON finish.id = l.to_bin_id
    LEFT JOIN settled s ON s.order_id = l.order_id
    WHERE l.site_id = %(site)s AND l.order_id IS NOT NULL
)
SELECT o.id, o.number, i.id, i.code, i.name, m.issued_standard, m.issued_actual, m.received, m.settled_standard,
    m.settled_actual
FROM (
    SELECT order_id,
        coalesce(sum(sign * standard) FILTER (WHERE issue), 0) AS issued_standard,
        coalesce(sum(sign * actual) FILTER (WHERE issue), 0) AS issued_actual,
        coalesce(sum(-sign * actual) FILTER (WHERE NOT issue), 0) AS received,
        coalesce(sum(sign * standard) FILTER (WHERE taken), 0) AS settled_standard,
        coalesce(sum(sign * actual) FILTER (WHERE taken), 0) AS settled_actual
    FROM moved GROUP BY order_id
) AS m
JOIN traceability_workorder o ON o.id = m.order_id
JOIN masterdata_item i ON i.id = o.item_id
ORDER BY o.number
"""

_STOCK = """
WITH ends AS (
    SELECT to_bin_id AS bin_id, lot_id, entry_id, quantity, standard_amount AS standard, actual_amount AS actual
    FROM traceability_ledgerline WHERE site_id = %(site)s
    UNION ALL
    SELECT from_bin_id, lot_id, entry_id, -quantity, -standard_amount, -actual_amount
    FROM traceability_ledgerline WHERE site_id = %(site)s
), held AS (
    SELECT x.bin_id, x.lot_id, sum(x.quantity) AS quantity, sum(x.standard) AS standard, sum(x.actual) AS actual
    FROM ends x
    JOIN traceability_ledgerentry e ON e.id = x.entry_id AND e.recorded_at <= %(at)s
    JOIN masterdata_bin b ON b.id = x.bin_id AND b.kind NOT IN ('supplier', 'consumed', 'adjustment', 'customer')
    GROUP BY x.bin_id, x.lot_id
)
SELECT i.id, i.code, i.name, u.symbol, {bin}, {lot_id}, {lot}, sum(h.quantity), sum(h.standard), sum(h.actual),
    sum(h.quantity * l.unit_cost)
FROM held h
JOIN traceability_materiallot l ON l.id = h.lot_id
JOIN masterdata_item i ON i.id = l.item_id
JOIN masterdata_unit u ON u.id = i.stock_unit_id
JOIN masterdata_bin b ON b.id = h.bin_id
GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(h.quantity) <> 0 OR sum(h.actual) <> 0 OR sum(h.standard) <> 0
ORDER BY 2, 5, 7
"""

_ENDS = """
SELECT ends.kind, sum(ends.amount) FROM (
    SELECT b.kind, l.actual_amount AS amount, l.entry_id
    FROM traceability_ledgerline l JOIN masterdata_bin b ON b.id = l.to_bin_id WHERE l.site_id = %(site)s
    UNION ALL
    SELECT b.kind, -l.actual_amount, l.entry_id
    FROM traceability_ledgerline l JOIN masterdata_bin b ON b.id = l.from_bin_id WHERE l.site_id = %(site)s
) AS ends
JOIN traceability_ledgerentry e ON e.id = ends.entry_id AND e.recorded_at <= %(at)s
GROUP BY ends.kind
"""


def work_in_process(site_id: int, at: datetime) -> list[OrderValue]:
    """Every order that had used or made anything by a moment, closed ones too."""
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, {"site": site_id, "at": at})
        return list(map(OrderValue._make, cursor.fetchall()))


def stock_value(site_id: int, at: datetime, group: str = "item") -> list[StockValue]:
    """What lay in counted bins, by item, by item and bin, or by item, bin and lot. Rows of cents that nothing lies behind stay:
    without them the rows would not add up to the ledger."""
    by_bin, by_lot = group in ("bin", "lot"), group == "lot"
    statement = _STOCK.format(
        bin="b.code" if by_bin else "''", lot_id="l.id" if by_lot else "NULL::bigint", lot="l.code" if by_lot else "''"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"site": site_id, "at": at})
        return list(map(StockValue._make, cursor.fetchall()))


def reconciled(site_id: int, at: datetime, orders: Sequence[OrderValue] | None = None) -> Reconciled:
    """Where the value of everything received is, told by the two ends of every line. `orders`: those of the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, {"site": site_id, "at": at})
        ends: dict[str, Any] = dict(cursor.fetchall())
    found = work_in_process(site_id, at) if orders is None else orders
    in_process = sum((one.actual for one in found), ZERO)
    settled = sum((one.settled_actual for one in found), ZERO)
    supplied, consumed = ends.pop("supplier", ZERO), ends.pop("consumed", ZERO)
    adjusted, shipped = ends.pop("adjustment", ZERO), ends.pop("customer", ZERO)
    return Reconciled(
        received=-supplied,
        stock=sum(ends.values(), ZERO),
        in_process=in_process,
        settled=settled,
        other_use=consumed - in_process - settled,
        adjusted=adjusted,
        shipped=shipped,
    )


class ValueLine(NamedTuple):
    """A ledger line as it counts in a figure of value: with its sign."""

    line_id: int
    entry_id: int
    kind: str
    recorded_at: datetime
    posting: int | None
    item_id: int
    item: str
    unit: str
    lot_id: int
    lot: str
    from_bin: str
    to_bin: str
    quantity: Decimal
    standard: Decimal
    actual: Decimal
    settled: bool


_LINES = """
SELECT l.id, e.id, e.kind, e.recorded_at, p.number, i.id, i.code, u.symbol, t.id, t.code, start.code, finish.code,
    x.sign * l.quantity, x.sign * l.standard_amount, x.sign * l.actual_amount,
    coalesce(e.recorded_at <= (SELECT max(v.frozen_at) FROM variance_ordervariance v
        WHERE v.order_id = l.order_id AND v.frozen_at <= %(at)s), false)
FROM traceability_ledgerline l
JOIN traceability_ledgerentry e ON e.id = l.entry_id AND e.recorded_at <= %(at)s
JOIN traceability_materiallot t ON t.id = l.lot_id
JOIN masterdata_item i ON i.id = l.item_id
JOIN masterdata_unit u ON u.id = i.stock_unit_id
JOIN masterdata_bin start ON start.id = l.from_bin_id
JOIN masterdata_bin finish ON finish.id = l.to_bin_id
LEFT JOIN backflush_posting p ON p.entry_id = e.id
CROSS JOIN LATERAL ({signs}) AS x
WHERE l.site_id = %(site)s AND x.sign <> 0 AND {wanted}
ORDER BY e.recorded_at, l.id
"""
_UNCOUNTED = "('supplier', 'consumed', 'adjustment', 'customer')"


def lines_of_order_value(site_id: int, at: datetime, order_id: int) -> list[ValueLine]:
    """The lines behind an order's work in process: used counts +, made counts −."""
    return _lines(
        "SELECT CASE WHEN finish.kind = 'consumed' THEN 1 ELSE -1 END AS sign",
        "l.order_id = %(order)s",
        {"site": site_id, "at": at, "order": order_id},
    )


def lines_of_stock_value(
    site_id: int, at: datetime, item_id: int, bin_code: str = "", lot_id: int | None = None
) -> list[ValueLine]:
    """The lines behind a row of stock: what came in counts +, what left −. A move within the row counts nothing."""

    def inside(end: str) -> str:
        return f"({end}.kind NOT IN {_UNCOUNTED} AND (%(bin)s = '' OR {end}.code = %(bin)s))"

    return _lines(
        f"SELECT {inside('finish')}::int - {inside('start')}::int AS sign",
        "l.item_id = %(item)s AND (%(lot)s::bigint IS NULL OR l.lot_id = %(lot)s::bigint)",
        {"site": site_id, "at": at, "item": item_id, "bin": bin_code, "lot": lot_id},
    )


def _lines(signs: str, wanted: str, values: dict[str, Any]) -> list[ValueLine]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(signs=signs, wanted=wanted), values)
        return list(map(ValueLine._make, cursor.fetchall()))
