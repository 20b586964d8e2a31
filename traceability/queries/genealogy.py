"""Genealogy in one statement, any depth, both ways.

An input stands in an output lot by its own lines (they name the output lot), by carried links, or shared: lines of the order
that name no output lot are in every lot of the order, and by-products share all of their order's lines. A line that was
reversed is no edge. LATERAL with OFFSET 0 keeps the planner on the indexes whatever it believes about the sizes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from traceability.models import MaterialLot
from traceability.rules.genealogy import Direction, Edge, How, Node, build_tree

#: beyond this many edges a tree is cut, and says so: nobody reads on
MOST_EDGES = 200_000

_STANDING = "NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)"
_LINK_STANDS = (
    "NOT EXISTS (SELECT 1 FROM traceability_ledgerline l JOIN traceability_ledgerline m ON m.mirrors = l.id"
    " WHERE l.entry_id = c.entry_id)"
)

# what went into lot r.lot_id
_BACK = f"""
    SELECT other, how, sum(quantity) AS quantity, array_agg(DISTINCT entry_id) AS entries FROM (
        SELECT l.lot_id AS other, 'own' AS how, l.quantity, l.entry_id
        FROM traceability_ledgerline l
        WHERE l.output_lot_id = r.lot_id AND l.mirrors IS NULL AND {_STANDING}
        UNION ALL
        SELECT c.input_lot_id, 'carried', 0, c.entry_id
        FROM traceability_carriedlink c WHERE c.output_lot_id = r.lot_id AND {_LINK_STANDS}
        UNION ALL
        SELECT l.lot_id, 'shared', l.quantity, l.entry_id
        FROM traceability_materiallot made
        JOIN traceability_workorder o ON o.id = made.order_id
        JOIN traceability_ledgerline l ON l.order_id = made.order_id
        WHERE made.id = r.lot_id AND l.mirrors IS NULL AND l.lot_id <> r.lot_id
            AND l.to_bin_id = ANY (%(consumed)s) AND (l.output_lot_id IS NULL OR made.item_id <> o.item_id)
            AND {_STANDING}
    ) AS edge GROUP BY other, how OFFSET 0"""

# what lot r.lot_id went into
_FORWARD = f"""
    SELECT other, how, sum(quantity) AS quantity, array_agg(DISTINCT entry_id) AS entries FROM (
        SELECT l.output_lot_id AS other, 'own' AS how, l.quantity, l.entry_id
        FROM traceability_ledgerline l
        WHERE l.lot_id = r.lot_id AND l.output_lot_id IS NOT NULL AND l.mirrors IS NULL AND {_STANDING}
        UNION ALL
        SELECT c.output_lot_id, 'carried', 0, c.entry_id
        FROM traceability_carriedlink c WHERE c.input_lot_id = r.lot_id AND {_LINK_STANDS}
        UNION ALL
        SELECT made.id, 'shared', l.quantity, l.entry_id
        FROM traceability_ledgerline l
        JOIN traceability_workorder o ON o.id = l.order_id
        JOIN traceability_materiallot made ON made.order_id = l.order_id
        WHERE l.lot_id = r.lot_id AND l.mirrors IS NULL AND made.id <> r.lot_id
            AND l.to_bin_id = ANY (%(consumed)s) AND (l.output_lot_id IS NULL OR made.item_id <> o.item_id)
            AND {_STANDING}
    ) AS edge GROUP BY other, how OFFSET 0"""

_STEPS = {Direction.BACK: _BACK, Direction.FORWARD: _FORWARD}
_ONE_LEVEL = (
    "SELECT r.lot_id, e.other, e.how, e.quantity, e.entries"
    " FROM (SELECT %(lot)s::bigint AS lot_id) AS r CROSS JOIN LATERAL ({step}) AS e"
)
_WHOLE = (
    "WITH RECURSIVE edges (from_lot, lot_id, how, quantity, entries) AS ("
    " SELECT NULL::bigint, %(lot)s::bigint, '', 0::numeric, '{{}}'::bigint[]"
    " UNION SELECT r.lot_id, e.other, e.how, e.quantity, e.entries"
    " FROM edges r CROSS JOIN LATERAL ({step}) AS e)"
    " SELECT * FROM edges WHERE from_lot IS NOT NULL LIMIT %(most)s"
)


@dataclass(frozen=True, slots=True)
class LotFact:
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


@dataclass(frozen=True, slots=True)
class Genealogy:
    """A lot's tree in one direction, the lots in it by id, and whether it was cut for its size."""

    direction: Direction
    root: Node
    lots: dict[int, LotFact]
    edges: tuple[Edge, ...]
    cut: bool = False


def genealogy(lot: MaterialLot, direction: str = Direction.BACK, depth: int | None = None) -> Genealogy:
    """What is in a lot (`back`) or where it went (`forward`), `depth` levels of it (None: to the end)."""
    way = Direction(direction)
    edges = edges_of(lot.pk, way, whole=depth != 1)
    lots = lot_facts({lot.pk, *(edge.outer for edge in edges), *(edge.inner for edge in edges)})
    names = {lot_id: f"{fact.item_code}\0{fact.code}" for lot_id, fact in lots.items()}
    root = build_tree(lot.pk, edges, way, names=names, depth=depth)
    return Genealogy(way, root, lots, tuple(edges), cut=len(edges) >= MOST_EDGES)


def edges_of(lot_id: int, direction: Direction, *, whole: bool = True) -> list[Edge]:
    """The edges that begin at a lot, and with `whole` all that follow from them."""
    # doubled percent signs are none of the template's business: the only placeholders are named ones
    statement = (_WHOLE if whole else _ONE_LEVEL).format(step=_STEPS[direction])
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(id) FROM masterdata_bin WHERE kind = 'consumed'")
        consumed = cursor.fetchone()[0] or []
        cursor.execute(statement, {"lot": lot_id, "consumed": consumed, "most": MOST_EDGES})
        rows = cursor.fetchall()
    if direction == Direction.BACK:
        return [Edge(here, there, How(how), quantity, tuple(entries)) for here, there, how, quantity, entries in rows]
    return [Edge(there, here, How(how), quantity, tuple(entries)) for here, there, how, quantity, entries in rows]


def lot_facts(lot_ids: Collection[int]) -> dict[int, LotFact]:
    """What trees show of these lots, by id."""
    rows = MaterialLot.objects.filter(id__in=lot_ids).values_list(
        "id",
        "code",
        "item__code",
        "item__name",
        "item__stock_unit__symbol",
        "status",
        "origin",
        "order_id",
        "supplier_lot",
        "expires_on",
    )
    return {row[0]: LotFact(*row) for row in rows}


def made_from(lot: MaterialLot) -> list[tuple[LotFact, Decimal, tuple[Edge, ...]]]:
    """The lots directly in a lot, with what of each went in."""
    return _neighbours(lot, Direction.BACK)


def went_into(lot: MaterialLot) -> list[tuple[LotFact, Decimal, tuple[Edge, ...]]]:
    """The lots that a lot directly went into, with how much of it."""
    return _neighbours(lot, Direction.FORWARD)


def _neighbours(lot: MaterialLot, direction: Direction) -> list[tuple[LotFact, Decimal, tuple[Edge, ...]]]:
    found = genealogy(lot, direction, depth=1)
    return [(found.lots[node.lot_id], node.quantity, node.edges) for node in found.root.children]
