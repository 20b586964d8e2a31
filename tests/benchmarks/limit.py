"""The limit: how fast this server takes the rows of standard postings when nothing is read, judged or computed.

Frozen: changing it changes what every figure means. The product's own tables, constraints and triggers; its rows made
beforehand; psycopg COPY, and one set-based statement for each table that is updated (balances, progress, reports, outbox head);
fifty postings a commit; as many clients as workers.
"""

import itertools
import threading
import time
import uuid
from dataclasses import dataclass

import psycopg

from tests.benchmarks.standard_plant import Standard

BATCH = 50
_LINES = (
    "COPY traceability_ledgerline (site_id, entry_id, item_id, lot_id, from_bin_id, from_order, to_bin_id, to_order,"
    " quantity, order_id, component, output_lot_id, standard_quantity, base_quantity, standard_amount, actual_amount)"
    " FROM STDIN"
)
_ENTRIES = (
    "COPY traceability_ledgerentry (id, site_id, kind, order_id, device_id, note, occurred_at, recorded_at) FROM STDIN"
)
_POSTINGS = (
    "COPY backflush_posting (id, site_id, number, kind, report_id, order_id, operation_number, entry_id, output_lot_id,"
    " good, actual_amount, recipe_id, facts, occurred_at, recorded_at) FROM STDIN"
)
_MESSAGES = "COPY backflush_outboxmessage (site_id, position, kind, posting_id, recorded_at) FROM STDIN"
_BALANCES = """
UPDATE traceability_stockbalance b SET quantity = b.quantity + c.change
FROM unnest(%s::bigint[], %s::numeric[]) AS c (id, change) WHERE b.id = c.id
"""
#: kept beside the product's own progress (a minus before the order), which the ledger lines of the limit must not change
_PROGRESS = """
INSERT INTO backflush_orderprogress (order_id, operation_number, good, structural_scrap, avoidable_scrap, rework, setups,
    reports, lines) SELECT -o, '10', 1, 0, 0, 0, 1, 1, l FROM unnest(%s::bigint[], %s::text[]) AS n (o, l)
ON CONFLICT (order_id, operation_number) DO UPDATE SET good = excluded.good, lines = excluded.lines
"""
_REPORTS = """
UPDATE backflush_operationreport SET state = 'posted', settled_at = now(), judged_at = now()
WHERE id = ANY(%s) AND state = 'received'
"""
#: locks and writes the head; its position stays, so that the product's numbers have no gap
_HEAD = "UPDATE backflush_outboxhead SET position = position WHERE site_id = %s"
_AT = "2026-01-06T08:00:00+00:00"
_numbers = itertools.count(10_000_000_000)
_lock = threading.Lock()


@dataclass(frozen=True)
class Stored:
    """What the product keeps beside a standard posting, as text: the facts it was decided on, and its order's progress."""

    facts: str
    progress: str


@dataclass(frozen=True)
class Bound:
    """(balance, lot, item) bound to each order, and the balance that each order's output is received into."""

    components: dict[int, list[tuple[int, int, int]]]
    finished: dict[int, int]


class Batch:
    """The rows of fifty postings over fifty orders, made beforehand."""

    def __init__(self, standard: Standard, bound: Bound, orders: list[int], reports: list[int], stored: Stored):
        with _lock:
            numbers = [next(_numbers) for _ in orders]
        self.site = standard.site
        self.reports = reports
        self.orders = sorted(set(orders))
        self.progress = [stored.progress] * len(self.orders)
        components = [uuid.UUID(int=index + 1) for index in range(len(standard.components))]
        self.entries, self.lines, self.postings, self.messages = [], [], [], []
        self.balances: dict[int, float] = {}
        for number, order, report in zip(numbers, orders, reports, strict=True):
            self.entries.append(f"{number}\t{standard.site}\tgoods_issue\t{order}\t{standard.device}\t\t{_AT}\t{_AT}\n")
            made = bound.finished[order]
            self.balances[made] = self.balances.get(made, 0.0) + 1.0
            for component, (balance, lot, item) in zip(components, bound.components[order], strict=True):
                self.lines.append(
                    f"{standard.site}\t{number}\t{item}\t{lot}\t{standard.staging}\t{order}\t{standard.consumed}\t0\t0.125"
                    f"\t{order}\t{component}\t1\t0.125\t0.125\t0.31\t0.31\n"
                )
                self.balances[balance] = self.balances.get(balance, 0) - 0.125
            self.lines.append(
                f"{standard.site}\t{number}\t{standard.product}\t1\t{standard.consumed}\t0\t{standard.finished}\t0\t1"
                f"\t{order}\t\\N\t\\N\t\\N\t\\N\t60\t60\n"
            )
            self.postings.append(
                f"{number}\t{standard.site}\t{number}\treport\t{report}\t{order}\t10\t{number}\t1\t1\t6.2\t1\t{stored.facts}"
                f"\t{_AT}\t{_AT}\n"
            )
            self.messages.append(f"{standard.site}\t{number}\treport\t{number}\t{_AT}\n")

    def write(self, connection: psycopg.Connection) -> None:
        """One commit."""
        with connection.transaction(), connection.cursor() as cursor:
            for statement, rows in ((_ENTRIES, self.entries), (_LINES, self.lines)):
                with cursor.copy(statement) as copy:
                    copy.write("".join(rows))
            cursor.execute(_BALANCES, [list(self.balances), list(self.balances.values())])
            cursor.execute(_PROGRESS, [self.orders, self.progress])
            cursor.execute(_REPORTS, [self.reports])
            cursor.execute(_HEAD, [self.site])
            for statement, rows in ((_POSTINGS, self.postings), (_MESSAGES, self.messages)):
                with cursor.copy(statement) as copy:
                    copy.write("".join(rows))


def bare_postings_per_second(url: str, made: list[Batch]) -> float:
    """One client that writes postings, their lines and one net update per balance, nothing else: for information.

    Its postings name no report, so that those in the inbox still wait for somebody else.
    """
    rows = [(batch, [_without_report(posting) for posting in batch.postings]) for batch in made]
    with psycopg.connect(url) as connection:
        start = time.perf_counter()
        for batch, postings in rows:
            with connection.transaction(), connection.cursor() as cursor:
                for statement, texts in ((_LINES, batch.lines), (_POSTINGS, postings)):
                    with cursor.copy(statement) as copy:
                        copy.write("".join(texts))
                cursor.execute(_BALANCES, [list(batch.balances), list(batch.balances.values())])
        return BATCH * len(made) / (time.perf_counter() - start)


def _without_report(posting: str) -> str:
    fields = posting.split("\t")
    fields[4] = "\\N"
    return "\t".join(fields)


def stored_texts(url: str) -> Stored:
    """Texts of the latest posting of the product."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT p.facts, g.lines FROM backflush_posting p JOIN backflush_orderprogress g USING (order_id, operation_number)"
            " ORDER BY p.id DESC LIMIT 1"
        ).fetchone()
    if row is None:
        raise LookupError("The product has posted nothing yet.")
    return Stored(*row)


def bound_lots(url: str, standard: Standard) -> Bound:
    """What each order draws from and receives into. The product has posted to every order before."""
    bound = Bound({}, {})
    with psycopg.connect(url) as connection:
        for order, balance, lot, item in connection.execute(
            "SELECT order_id, id, lot_id, item_id FROM traceability_stockbalance WHERE order_id = ANY(%s) ORDER BY id",
            [standard.orders],
        ):
            bound.components.setdefault(order, []).append((balance, lot, item))
        for order, balance in connection.execute(
            "SELECT l.order_id, b.id FROM traceability_stockbalance b JOIN traceability_materiallot l ON l.id = b.lot_id"
            " WHERE b.bin_id = %s AND l.order_id = ANY(%s)",
            [standard.finished, standard.orders],
        ):
            bound.finished[order] = balance
    return bound


def batches(url: str, standard: Standard, bound: Bound, count: int, stored: Stored, orders: list[int]) -> list[Batch]:
    """`count` postings over the orders in turn, fifty a batch, each for a report that waits in the inbox."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT id FROM backflush_operationreport WHERE state = 'received' ORDER BY id LIMIT %s", [count]
        )
        reports = [row[0] for row in rows]
    turn = [orders[index % len(orders)] for index in range(count)]
    return [
        Batch(standard, bound, turn[start : start + BATCH], reports[start : start + BATCH], stored)
        for start in range(0, count, BATCH)
    ]


def postings_per_second(url: str, made: list[Batch], clients: int) -> float:
    """Write the batches with `clients` connections; each takes every n-th batch, so that no two want the same orders."""
    connections = [psycopg.connect(url) for _ in range(clients)]
    gate = threading.Barrier(clients + 1)

    failures: list[Exception] = []

    def run(index: int) -> None:
        gate.wait()
        try:
            for batch in made[index::clients]:
                batch.write(connections[index])
        except Exception as error:  # raised below: a client that failed would make the limit look low
            failures.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(clients)]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    for connection in connections:
        connection.close()
    if failures:
        raise failures[0]
    return sum(len(batch.entries) for batch in made) / seconds
