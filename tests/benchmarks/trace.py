"""How long one click on a lot takes: what is in it, and where it went, on tables with history.

`build` fills the tables of an empty database directly (a tree of lots is all that counts here, no stock); `measure` returns
`trace_back_100_ms` and `trace_forward_10k_ms`: medians, the whole query as the page calls it, tree and lots included.
"""

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from django.db import connection

from backflush.project.garbage import look_through_seldom
from masterdata.models import Bin, Item, Person, Site, Unit
from tests.benchmarks.posting import settle
from traceability.models import MaterialLot
from traceability.queries.genealogy import genealogy

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
#: lots by level under the finished lot: 100 in five levels
WIDTHS = [1, 3, 6, 12, 24, 55]
FORWARD_LOTS = 10_000


@dataclass(frozen=True)
class Traced:
    """The lots that the two questions are asked about."""

    finished: MaterialLot
    supplied: MaterialLot


def build(database, *, history_lines: int = 400_000) -> Traced:
    """Two trees in the midst of other production: 100 lots over 5 levels, and a supplier lot in 10,000 lots."""
    site = Site.objects.create(code="TRACE", name="Trace works")
    piece = Unit.objects.filter(code="C62").first() or Unit.objects.create(
        code="C62", name="one", symbol="1", dimension="count", numerator=1, denominator=1
    )
    item = Item.objects.create(code="TRACE-PART", name="Part", kind="intermediate", stock_unit=piece)
    person = Person.objects.create(username="trace", name="Trace Builder", badge="TRACE")
    store = Bin.objects.create(site=site, code="TRACE-STORE", kind="store")
    consumed = Bin.objects.create(site=site, code="CONSUMED", kind="consumed")
    places = {"site": site.pk, "item": item.pk, "person": person.pk, "store": store.pk, "consumed": consumed.pk}
    with connection.cursor() as cursor:
        for prefix, orders, supplied in _lots_wanted(history_lines):
            _make(cursor, places, piece.pk, prefix, orders, supplied=supplied)
        # without statistics of what was just inserted the planner joins it row by row, for an hour
        settle(database)
        _history(cursor, places, history_lines)
        finished, supplied = _back_tree(cursor, places), _forward_tree(cursor, places)
    settle(database)
    return Traced(MaterialLot.objects.get(code=finished), MaterialLot.objects.get(code=supplied))


def measure(traced: Traced, *, rounds: int = 9) -> dict[str, float]:
    """Median milliseconds of both questions, in a process set up as a web server is."""
    look_through_seldom()
    return {
        "trace_back_100_ms": _median(lambda: genealogy(traced.finished, "back"), rounds),
        "trace_forward_10k_ms": _median(lambda: genealogy(traced.supplied, "forward"), rounds),
    }


def _median(ask, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        times.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(times), 2)


def _lots_wanted(history_lines: int) -> list[tuple[str, int, int]]:
    """Prefix, orders (each with its output lot) and supplied lots of the history and of the two trees."""
    return [
        ("H", history_lines // 20, _supplied(history_lines)),
        ("B", sum(WIDTHS[:-1]), WIDTHS[-1]),
        ("F", FORWARD_LOTS, 1),
    ]


def _supplied(history_lines: int) -> int:
    return max(20, history_lines // 20 * 5)


def _history(cursor, places: dict[str, int], lines: int) -> None:
    """Orders of twenty lines each, every one with an output lot and twenty supplied lots that four orders share."""
    _issue(
        cursor,
        places,
        "SELECT n / 20, 'HS-' || (n::bigint * 7919) %% %(supplied)s, 'H-' || n / 20 FROM generate_series(0, %(last)s) AS n",
        {"supplied": _supplied(lines), "last": lines - 1},
        order_prefix="H",
    )


def _back_tree(cursor, places: dict[str, int]) -> str:
    """One finished lot over 100 lots in five levels (3, 6, 12, 24 and 55 lots), each input drawn in three postings."""
    start = 0
    for level, (here, below) in enumerate(pairwise(WIDTHS)):
        names = "'BS-' || child" if level == len(WIDTHS) - 2 else f"'B-' || (child + {start + here})"
        _issue(
            cursor,
            places,
            f"SELECT {start} + child * {here} / {below}, {names}, 'B-' || ({start} + child * {here} / {below})"
            f" FROM generate_series(0, {below - 1}) AS child, generate_series(1, 3)",
            {},
            order_prefix="B",
        )
        start += here
    return "B-0"


def _forward_tree(cursor, places: dict[str, int]) -> str:
    """One supplied lot in 100 lots, each of which is in 99 more: 10,000 lots."""
    _issue(
        cursor,
        places,
        "SELECT n, CASE WHEN n < 100 THEN 'FS-0' ELSE 'F-' || n %% 100 END, 'F-' || n FROM generate_series(0, %(last)s) n",
        {"last": FORWARD_LOTS - 1},
        order_prefix="F",
    )
    return "FS-0"


def _make(cursor, places: dict[str, int], unit: int, prefix: str, orders: int, *, supplied: int) -> None:
    """Orders with an output lot each (P-0, P-1, …) and supplied lots (PS-0, …)."""
    cursor.execute(
        "INSERT INTO traceability_workorder (site_id, number, kind, item_id, quantity, unit_id, state, allocation,"
        " output_lot_code, created_at)"
        " SELECT %s, %s || '-' || n, 'production', %s, 1, %s, 'planned', 'fefo', '', %s FROM generate_series(0, %s) n",
        [places["site"], prefix, places["item"], unit, NOW, orders - 1],
    )
    columns = "site_id, item_id, code, status, received_at, origin, order_id, supplier_lot, unit_cost, complete"
    cursor.execute(
        f"INSERT INTO traceability_materiallot ({columns})"
        " SELECT site_id, item_id, number, 'quarantine', %s, 'production', id, '', 0, true"
        " FROM traceability_workorder WHERE site_id = %s AND number LIKE %s",
        [NOW, places["site"], f"{prefix}-%"],
    )
    cursor.execute(
        f"INSERT INTO traceability_materiallot ({columns})"
        " SELECT %s, %s, %s || '-' || n, 'quarantine', %s, 'receipt', NULL, '', 0, true FROM generate_series(0, %s) n",
        [places["site"], places["item"], f"{prefix}S", NOW, supplied - 1],
    )


def _issue(cursor, places: dict[str, int], rows: str, values: dict, *, order_prefix: str) -> None:
    """Ledger lines for rows of (number of the order, code of the lot issued, code of the output lot)."""
    cursor.execute(
        "WITH asked (number, input, output) AS (" + rows + "),"
        " entries AS (INSERT INTO traceability_ledgerentry"
        "  (site_id, kind, order_id, person_id, note, occurred_at, recorded_at)"
        "  SELECT %(site)s, 'goods_issue', o.id, %(person)s, '', %(now)s, %(now)s"
        "  FROM (SELECT DISTINCT number FROM asked) a"
        "  JOIN traceability_workorder o ON o.site_id = %(site)s AND o.number = %(prefix)s || '-' || a.number"
        "  RETURNING id, order_id)"
        " INSERT INTO traceability_ledgerline (site_id, entry_id, item_id, lot_id, from_bin_id, from_order, to_bin_id,"
        "  to_order, quantity, order_id, component, output_lot_id, standard_amount, actual_amount)"
        " SELECT %(site)s, e.id, %(item)s, i.id, %(store)s, o.id, %(consumed)s, 0, 1, o.id, gen_random_uuid(), out.id, 0, 0"
        " FROM asked a"
        " JOIN traceability_workorder o ON o.site_id = %(site)s AND o.number = %(prefix)s || '-' || a.number"
        " JOIN entries e ON e.order_id = o.id"
        " JOIN traceability_materiallot i ON i.site_id = %(site)s AND i.code = a.input"
        " JOIN traceability_materiallot out ON out.site_id = %(site)s AND out.code = a.output",
        {**places, **values, "now": NOW, "prefix": order_prefix},
    )


def run(database) -> dict[str, float]:
    """Both questions, in the benchmark's database."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    return measure(build(database))
