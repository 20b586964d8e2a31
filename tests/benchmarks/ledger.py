"""How long the invariants of the ledger take on a million lines: `check_ledger_s`, all of the SQL, one after the other.

The product's own actions and one real posting give master data, orders and a recipe. The history is that posting, multiplied
set-based with its reports, entries, lines, balances, statuses, scans and messages, so that every invariant holds.
"""

import time

import psycopg
from django.db import connection

from backflush.models import Posting
from backflush.queries.invariants import all_invariants
from tests import plant, reporting
from tests.benchmarks.posting import settle
from tests.benchmarks.standard_plant import COMPONENTS, NOW, Standard, build
from tests.processes import RealDatabase
from traceability.models import WorkOrder

LINES = 1_000_000
ORDERS = 500


def run(database: RealDatabase, *, lines: int = LINES, orders: int = ORDERS) -> dict[str, float]:
    """Seconds of all SQL invariants together; RuntimeError where one is broken, for then it measures something else."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    fill(database, build(orders, name="LEDGER"), lines // COMPONENTS)
    settle(database)
    took = {}
    for invariant in all_invariants():
        start = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            broken = cursor.fetchmany(3)
        took[invariant.name] = time.perf_counter() - start
        if broken:
            raise RuntimeError(f"{invariant.name} does not hold in the benchmark: {broken}")
    for name, seconds in sorted(took.items(), key=lambda one: -one[1])[:6]:
        print(f"  {name:<50}{seconds:6.2f} s", flush=True)
    return {"check_ledger_s": sum(took.values())}


def fill(database: RealDatabase, standard: Standard, postings: int) -> None:
    """Goods in, staging, and that many postings over the orders in turn."""
    with connection.cursor() as cursor:
        _goods_in(cursor, standard)
    # the drain reads stock that has a history
    settle(database)
    order = WorkOrder.objects.get(pk=standard.orders[0])
    template = reporting.posted(order, good="1", at=NOW)
    values = {
        "site": standard.site,
        "device": standard.device,
        "product": standard.product,
        "orders": standard.orders,
        "staging": standard.staging,
        "finished": standard.finished,
        "consumed": standard.consumed,
        "count": postings,
        "now": template.recorded_at,
        "event": template.occurred_at,
        "body": '{"good":"1","kind":"operation_complete","operation":"10"}',
        "template": template.pk,
        "entry": template.entry_id,
        "recipe": template.recipe_id,
        "number": Posting.objects.count(),
    }
    with psycopg.connect(database.url, autocommit=True) as session:
        # the audit trail refuses writes of nobody
        session.execute("SELECT set_config('backflush.actor', 'service:benchmark', false)")
        for statement in _MULTIPLY:
            session.execute(statement, values)


def _goods_in(cursor, standard: Standard) -> None:
    """What the lots of the standard plant never had: a receipt, a status, a scan into staging, each with its line."""
    people = plant.people()
    values = {
        "site": standard.site,
        "now": NOW,
        "person": people.operator.pk,
        "supplier": plant.place("supplier").pk,
        "store": plant.place("store").pk,
    }
    cursor.execute(
        "INSERT INTO traceability_lotstatuschange (lot_id, status, at, note)"
        " SELECT lot_id, 'released', %(now)s, '' FROM traceability_stockbalance",
        values,
    )
    for kind, start, finish, bound in (
        ("goods_receipt", "%(supplier)s", "%(store)s", "0"),
        ("staging", "%(store)s", "b.bin_id", "b.order_id"),
    ):
        scan = (
            ", scans AS (INSERT INTO traceability_stagingscan (order_id, lot_id, kind, from_bin_id, to_bin_id, quantity,"
            "  rank, exposed, person_id, at, entry_id)"
            "  SELECT order_id, lot_id, 'stage', %(store)s, bin_id, quantity, 0, false, %(person)s, %(now)s, entry FROM b)"
        )
        cursor.execute(
            "WITH b AS MATERIALIZED ("
            "  SELECT *, nextval('traceability_ledgerentry_id_seq') AS entry FROM traceability_stockbalance"
            "), entries AS (INSERT INTO traceability_ledgerentry (id, site_id, kind, person_id, note, occurred_at, recorded_at)"
            f"  SELECT entry, site_id, '{kind}', %(person)s, '', %(now)s, %(now)s FROM b)"
            f"{scan if kind == 'staging' else ''}"
            " INSERT INTO traceability_ledgerline (site_id, entry_id, item_id, lot_id, from_bin_id, from_order, to_bin_id,"
            "  to_order, quantity, standard_amount, actual_amount)"
            f" SELECT site_id, entry, item_id, lot_id, {start}, 0, {finish}, {bound}, quantity, quantity * 2.5, quantity * 2.5"
            " FROM b",
            values,
        )


_MULTIPLY = (
    # one output lot an order; the template's order has one
    "WITH made AS (INSERT INTO traceability_materiallot (site_id, item_id, code, status, received_at, origin, order_id,"
    "  supplier_lot, unit_cost, complete)"
    "  SELECT o.site_id, o.item_id, o.number, 'quarantine', %(now)s, 'production', o.id, '', 60, true"
    "  FROM traceability_workorder o WHERE o.id = ANY(%(orders)s)"
    "   AND NOT EXISTS (SELECT 1 FROM traceability_materiallot l WHERE l.order_id = o.id) RETURNING id)"
    " INSERT INTO traceability_lotstatuschange (lot_id, status, at, note) SELECT id, 'quarantine', %(now)s, '' FROM made",
    "CREATE TEMP TABLE made AS"
    " SELECT n, l.order_id, l.id AS lot_id, nextval('backflush_operationreport_id_seq') AS report_id,"
    "  nextval('traceability_ledgerentry_id_seq') AS entry_id, nextval('backflush_posting_id_seq') AS posting_id"
    " FROM generate_series(1, %(count)s) AS n"
    " JOIN traceability_materiallot l ON l.order_id = (%(orders)s::bigint[])[1 + n %% cardinality(%(orders)s::bigint[])]"
    "  AND l.item_id = %(product)s",
    "INSERT INTO backflush_operationreport (id, site_id, event_id, device_id, kind, order_number, order_id, operation_number,"
    "  occurred_at, received_at, digest, state, attempts, next_at)"
    " SELECT report_id, %(site)s, gen_random_uuid(), %(device)s, 'operation_complete', '', order_id, '10', %(event)s, %(event)s,"
    "  encode(sha256(convert_to(%(body)s, 'UTF8')), 'hex'), 'received', 0, %(now)s FROM made",
    "INSERT INTO backflush_reportbody (report_id, body) SELECT report_id, %(body)s FROM made",
    "UPDATE backflush_operationreport r SET state = 'posted', judged_at = %(now)s, settled_at = %(now)s"
    " FROM made WHERE made.report_id = r.id",
    "INSERT INTO traceability_ledgerentry (id, site_id, kind, order_id, device_id, note, occurred_at, recorded_at)"
    " SELECT entry_id, %(site)s, 'goods_issue', order_id, %(device)s, '', %(event)s, %(now)s FROM made",
    "INSERT INTO traceability_ledgerline (site_id, entry_id, item_id, lot_id, from_bin_id, from_order, to_bin_id, to_order,"
    "  quantity, order_id, component, output_lot_id, standard_quantity, base_quantity, standard_amount, actual_amount)"
    " SELECT t.site_id, m.entry_id, t.item_id, b.lot_id, t.from_bin_id, m.order_id, t.to_bin_id, 0, t.quantity, m.order_id,"
    "  t.component, m.lot_id, t.standard_quantity, t.base_quantity, t.standard_amount, t.actual_amount"
    " FROM made m CROSS JOIN traceability_ledgerline t"
    " JOIN traceability_stockbalance b ON b.order_id = m.order_id AND b.item_id = t.item_id AND b.bin_id = %(staging)s"
    " WHERE t.entry_id = %(entry)s AND t.to_bin_id = %(consumed)s ORDER BY m.n",
    "INSERT INTO traceability_ledgerline (site_id, entry_id, item_id, lot_id, from_bin_id, from_order, to_bin_id, to_order,"
    "  quantity, order_id, standard_amount, actual_amount)"
    " SELECT t.site_id, m.entry_id, t.item_id, m.lot_id, t.from_bin_id, 0, t.to_bin_id, 0, t.quantity, m.order_id,"
    "  t.standard_amount, t.actual_amount"
    " FROM made m CROSS JOIN traceability_ledgerline t"
    " WHERE t.entry_id = %(entry)s AND t.from_bin_id = %(consumed)s",
    "UPDATE traceability_stockbalance b SET quantity = b.quantity - used.quantity FROM ("
    "  SELECT l.lot_id, sum(l.quantity) AS quantity FROM traceability_ledgerline l JOIN made m USING (entry_id)"
    "  WHERE l.to_bin_id = %(consumed)s GROUP BY l.lot_id) AS used"
    " WHERE b.lot_id = used.lot_id AND b.bin_id = %(staging)s",
    "INSERT INTO traceability_stockbalance AS b (site_id, bin_id, lot_id, order_id, item_id, quantity, rank)"
    " SELECT l.site_id, l.to_bin_id, l.lot_id, 0, l.item_id, sum(l.quantity), 0"
    " FROM traceability_ledgerline l JOIN made m USING (entry_id) WHERE l.from_bin_id = %(consumed)s GROUP BY 1, 2, 3, 5"
    " ON CONFLICT (site_id, bin_id, lot_id, order_id) DO UPDATE SET quantity = b.quantity + excluded.quantity",
    "INSERT INTO backflush_posting (id, site_id, number, kind, report_id, order_id, operation_number, entry_id, output_lot_id,"
    "  good, actual_amount, recipe_id, facts, occurred_at, recorded_at)"
    " SELECT m.posting_id, t.site_id, %(number)s + m.n, t.kind, m.report_id, m.order_id, t.operation_number, m.entry_id,"
    "  m.lot_id, t.good, t.actual_amount, t.recipe_id, t.facts, t.occurred_at, t.recorded_at"
    " FROM made m CROSS JOIN backflush_posting t WHERE t.id = %(template)s",
    "INSERT INTO backflush_outboxmessage (site_id, position, kind, posting_id, recorded_at)"
    " SELECT %(site)s, %(number)s + n, 'report', posting_id, %(now)s FROM made",
    "UPDATE backflush_outboxhead SET position = %(number)s + %(count)s WHERE site_id = %(site)s",
)
