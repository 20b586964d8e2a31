"""Genealogy in one statement, any depth, both ways.

An input stands in an output lot by its own lines (they name the output lot), by carried links, or shared: lines of the order
that name no output lot are in every lot of the order, and by-products share all of their order's lines. A line that was
reversed is no edge. One step is `genealogy_back.sql` or `genealogy_forward.sql`; LATERAL with OFFSET 0 keeps the planner
on the indexes whatever it believes about the sizes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from django.db import connection

from traceability.models import MaterialLot
from traceability.rules.genealogy import Direction, Edge, Node, build_tree

#: beyond this many edges a tree is cut, and says so: nobody reads on
MOST_EDGES = 200_000

_STEPS = {way: Path(__file__).with_name(f"genealogy_{way}.sql").read_text(encoding="utf-8") for way in Direction}
# where issues go, and the products whose BOMs, or the phantoms in them, yield by-products
_PLANT = """
WITH RECURSIVE yielding (item_id) AS (
    SELECT v.item_id FROM masterdata_bomoutput o JOIN masterdata_bomversion v ON v.id = o.version_id
    UNION
    SELECT v.item_id FROM yielding y
    JOIN masterdata_bomline l ON l.item_id = y.item_id JOIN masterdata_bomversion v ON v.id = l.version_id
)
SELECT (SELECT coalesce(array_agg(id), '{}') FROM masterdata_bin WHERE kind = 'consumed'),
    (SELECT coalesce(array_agg(item_id), '{}') FROM yielding)
"""
# lots with units beside them that went to rework
_REWORKED = """
SELECT coalesce(array_agg(good.id), '{}') FROM traceability_materiallot made
JOIN traceability_materiallot good ON good.site_id = made.site_id AND good.item_id = made.item_id
    AND good.code = left(made.code, -2)
WHERE made.origin = 'rework' AND made.code LIKE '%-R'
"""
# columns as `Edge` has them: the lot asked about is the outer one on the way back, the inner one on the way forward
_COLUMNS = {
    Direction.BACK: "r.lot_id, e.other, e.how, e.quantity, e.said_by",
    Direction.FORWARD: "e.other, r.lot_id, e.how, e.quantity, e.said_by",
}
#: what `genealogy_forward.sql` says of a lot that orders used which have made nothing yet
_OPEN = "open"
_NEXT = {Direction.BACK: "inner_lot", Direction.FORWARD: "outer_lot"}
_ONE_LEVEL = "SELECT {columns} FROM (SELECT %(lot)s::bigint AS lot_id) AS r CROSS JOIN LATERAL ({step}) AS e"
_WHOLE = (
    "WITH RECURSIVE edges (outer_lot, inner_lot, how, quantity, said_by) AS ("
    " SELECT %(lot)s::bigint, %(lot)s::bigint, 'root', 0::numeric, ''"
    " UNION SELECT {columns} FROM (SELECT {next} AS lot_id FROM edges) AS r CROSS JOIN LATERAL ({step}) AS e)"
    " SELECT * FROM edges WHERE how <> 'root' LIMIT %(most)s"
)


class LotFact(NamedTuple):
    """What a tree shows of a lot."""

    id: int
    code: str
    item_code: str
    item_name: str
    unit: str
    status: str
    origin: str
    order_id: int | None
    supplier_lot: str
    expires_on: date | None


class InOrder(NamedTuple):
    """`quantity` of a lot was used by an order that has no output lot yet: work in progress, in no other lot."""

    lot_id: int
    order_id: int
    number: str
    state: str
    quantity: Decimal
    entries: list[int]


@dataclass(frozen=True, slots=True)
class Genealogy:
    """A lot's tree in one direction, the lots in it by id, and whether it was cut for its size.

    `in_orders` (forward only): where lots of it went that are in no output lot yet.
    """

    direction: Direction
    root: Node
    lots: dict[int, LotFact]
    edges: tuple[Edge, ...]
    cut: bool = False
    in_orders: tuple[InOrder, ...] = ()


def genealogy(lot: MaterialLot, direction: str = Direction.BACK, depth: int | None = None) -> Genealogy:
    """What is in a lot (`back`) or where it went (`forward`), `depth` levels of it (None: to the end)."""
    way = Direction(direction)
    edges, in_process = edges_of(lot.pk, way, whole=depth != 1)
    lots = lot_facts({lot.pk, *(edge.outer for edge in edges), *(edge.inner for edge in edges)})
    names = {lot_id: f"{fact.item_code}\0{fact.code}" for lot_id, fact in lots.items()}
    root = build_tree(lot.pk, edges, way, names=names, depth=depth)
    in_orders = tuple(used_without_output(in_process))
    return Genealogy(way, root, lots, tuple(edges), len(edges) >= MOST_EDGES, in_orders)


def used_without_output(lot_ids: Collection[int]) -> list[InOrder]:
    """What orders used of these lots in lines that name no output lot, where the order has no lot that could share them."""
    if not lot_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.lot_id, o.id, o.number, o.state, sum(l.quantity), array_agg(DISTINCT l.entry_id)"
            " FROM traceability_ledgerline l JOIN traceability_workorder o ON o.id = l.order_id"
            " JOIN masterdata_bin b ON b.id = l.to_bin_id AND b.kind = 'consumed'"
            " WHERE l.lot_id = ANY (%s) AND l.output_lot_id IS NULL AND l.mirrors IS NULL"
            "  AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)"
            "  AND NOT EXISTS (SELECT 1 FROM traceability_materiallot made"
            "   WHERE made.order_id = l.order_id AND made.id <> l.lot_id)"
            " GROUP BY l.lot_id, o.id ORDER BY o.number, l.lot_id",
            [list(lot_ids)],
        )
        return list(map(InOrder._make, cursor.fetchall()))


def edges_of(lot_id: int, direction: Direction, *, whole: bool = True) -> tuple[list[Edge], set[int]]:
    """The edges that begin at a lot, and with `whole` all that follow from them; and lots in orders without output yet."""
    statement = (_WHOLE if whole else _ONE_LEVEL).format(
        step=_STEPS[direction], columns=_COLUMNS[direction], next=_NEXT[direction]
    )
    with connection.cursor() as cursor:
        cursor.execute(_PLANT)
        consumed, products = cursor.fetchone()
        asked = {"lot": lot_id, "consumed": consumed, "products": products, "by_products": bool(products)}
        if direction == Direction.FORWARD:
            cursor.execute(_REWORKED)
            asked["reworked"] = cursor.fetchone()[0]
        cursor.execute(statement, {**asked, "most": MOST_EDGES})
        rows = cursor.fetchall()
    return [Edge._make(row) for row in rows if row[2] != _OPEN], {row[1] for row in rows if row[2] == _OPEN}


def lot_facts(lot_ids: Collection[int]) -> dict[int, LotFact]:
    """What trees show of these lots, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.id, l.code, i.code, i.name, u.symbol, l.status, l.origin, l.order_id, l.supplier_lot, l.expires_on"
            " FROM traceability_materiallot l JOIN masterdata_item i ON i.id = l.item_id"
            " JOIN masterdata_unit u ON u.id = i.stock_unit_id WHERE l.id = ANY (%s)",
            [list(lot_ids)],
        )
        return {row[0]: LotFact._make(row) for row in cursor.fetchall()}


def made_from(lot: MaterialLot) -> list[tuple[LotFact, Decimal, tuple[Edge, ...]]]:
    """The lots directly in a lot, with what of each went in."""
    return _neighbours(lot, Direction.BACK)


def went_into(lot: MaterialLot) -> list[tuple[LotFact, Decimal, tuple[Edge, ...]]]:
    """The lots that a lot directly went into, with how much of it."""
    return _neighbours(lot, Direction.FORWARD)


def _neighbours(lot: MaterialLot, direction: Direction) -> list[tuple[LotFact, Decimal, tuple[Edge, ...]]]:
    found = genealogy(lot, direction, depth=1)
    return [(found.lots[node.lot_id], node.quantity, node.edges) for node in found.root.children]
