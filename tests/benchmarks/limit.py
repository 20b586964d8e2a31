"""The limit: how fast this server takes the rows of standard postings when nothing is read, judged or computed.

Frozen: changing it changes what every figure means. The product's own tables, constraints and triggers; its rows made
beforehand; psycopg COPY and one set-based update per table; fifty postings a commit; as many clients as workers.
"""

import itertools
import threading
import time
import uuid

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
_AT = "2026-01-06T08:00:00+00:00"
_numbers = itertools.count(10_000_000_000)
_lock = threading.Lock()


class Batch:
    """The rows of fifty postings over fifty orders, made beforehand."""

    def __init__(self, standard: Standard, bound: dict[int, list[tuple[int, int, int]]], orders: list[int], facts: str):
        with _lock:
            numbers = [next(_numbers) for _ in orders]
        components = [uuid.UUID(int=index + 1) for index in range(len(standard.components))]
        self.entries, self.lines, self.postings, self.messages = [], [], [], []
        self.balances: dict[int, float] = {}
        for number, order in zip(numbers, orders, strict=True):
            self.entries.append(f"{number}\t{standard.site}\tgoods_issue\t{order}\t{standard.device}\t\t{_AT}\t{_AT}\n")
            for component, (balance, lot, item) in zip(components, bound[order], strict=True):
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
                f"{number}\t{standard.site}\t{number}\treport\t{number}\t{order}\t10\t{number}\t1\t1\t6.2\t1\t{facts}"
                f"\t{_AT}\t{_AT}\n"
            )
            self.messages.append(f"{standard.site}\t{number}\treport\t{number}\t{_AT}\n")

    def write(self, connection: psycopg.Connection) -> None:
        """One commit."""
        with connection.transaction(), connection.cursor() as cursor:
            for statement, rows in ((_ENTRIES, self.entries), (_LINES, self.lines)):
                with cursor.copy(statement) as copy:
                    copy.write("".join(rows))
            cursor.execute(
                "UPDATE traceability_stockbalance b SET quantity = b.quantity + c.change"
                " FROM unnest(%s::bigint[], %s::numeric[]) AS c (id, change) WHERE b.id = c.id",
                [list(self.balances), list(self.balances.values())],
            )
            for statement, rows in ((_POSTINGS, self.postings), (_MESSAGES, self.messages)):
                with cursor.copy(statement) as copy:
                    copy.write("".join(rows))


def bound_lots(url: str, standard: Standard) -> dict[int, list[tuple[int, int, int]]]:
    """(balance, lot, item) bound to each order."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    with psycopg.connect(url) as connection:
        for order, balance, lot, item in connection.execute(
            "SELECT order_id, id, lot_id, item_id FROM traceability_stockbalance WHERE order_id = ANY(%s) ORDER BY id",
            [standard.orders],
        ):
            found.setdefault(order, []).append((balance, lot, item))
    return found


def batches(
    standard: Standard, bound: dict[int, list[tuple[int, int, int]]], count: int, facts: str, orders: list[int]
) -> list[Batch]:
    """`count` postings over the orders in turn, fifty a batch."""
    turn = [orders[index % len(orders)] for index in range(count)]
    return [Batch(standard, bound, turn[start : start + BATCH], facts) for start in range(0, count, BATCH)]


def postings_per_second(url: str, made: list[Batch], clients: int) -> float:
    """Write the batches with `clients` connections; each takes every n-th batch, so that no two want the same orders."""
    connections = [psycopg.connect(url) for _ in range(clients)]
    gate = threading.Barrier(clients + 1)

    def run(index: int) -> None:
        gate.wait()
        for batch in made[index::clients]:
            batch.write(connections[index])

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
    return sum(len(batch.entries) for batch in made) / seconds
