"""Standard postings: inbox → worker → commit, against the limit in the same run; and whether history slows them down."""

import statistics
import time

import psycopg
from django.db import connection

from backflush.actions.post_reports import post_reports
from backflush.models import Posting
from backflush.tasks import drain_inbox
from tests.benchmarks import limit
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.standard_plant import Standard, build, fill_inbox, waiting
from tests.processes import RealDatabase, WorkerProcess

POSTINGS = 2000
ROUNDS = 3


def run(database: RealDatabase) -> dict[str, float]:
    """posting_per_s_1/2, their ratios to the limit, the hot orders' ratio and CPU."""
    standard = standard_of(database)
    stored = limit.stored_texts(database.url)
    bound = limit.bound_lots(database.url, standard)
    figures: dict[str, float] = {}
    for workers in (1, 2):
        rates, ratios, cpu = [], [], []
        for _ in range(ROUNDS):
            fill_inbox(standard, POSTINGS)
            made = limit.batches(database.url, standard, bound, POSTINGS, stored, standard.orders)
            best = limit.postings_per_second(database.url, made, workers)
            rate, milliseconds = measure(database, standard, POSTINGS, workers)
            rates.append(rate)
            ratios.append(rate / best)
            cpu.append(milliseconds)
            print(f"  {workers} worker(s): {rate:7.0f}/s   limit {best:7.0f}/s   ratio {rate / best:.2f}", flush=True)
        figures[f"posting_per_s_{workers}"] = statistics.median(rates)
        figures[f"posting_ratio_{workers}"] = statistics.median(ratios)
        if workers == 1:
            figures["posting_cpu_ms"] = statistics.median(cpu)
    hot = standard.orders[:10]
    rate = statistics.median(measure(database, standard, POSTINGS, 2, hot)[0] for _ in range(ROUNDS))
    figures["posting_hot_ratio"] = rate / figures["posting_per_s_2"]
    figures["limit_bare_per_s"] = _bare(database, standard, bound, stored)
    return figures


def shared(database: RealDatabase) -> dict[str, float]:
    """All orders draw on the same supermarket lots ÷ each on lots of its own; one worker, in turn in the same run."""
    standard = standard_of(database)
    shelved = build(name="SHARED", shared=True)
    measure(database, shelved, 1000, 1)
    settle(database)
    ratios = []
    for _ in range(ROUNDS):
        own, _cpu = measure(database, standard, POSTINGS, 1)
        rate, _cpu = measure(database, shelved, POSTINGS, 1)
        ratios.append(rate / own)
    return {"posting_shared_ratio": statistics.median(ratios)}


def lines(database: RealDatabase) -> dict[str, float]:
    """One report with 500 components over two lots each (1,000 lines): the drain from pick to commit, in this process."""
    wide = build(orders=12, components=500, name="WIDE", lots=2)
    settle(database)
    times = []
    for index, order in enumerate(wide.orders):
        fill_inbox(wide, 1, [order])
        start = time.perf_counter()
        settled = post_reports()
        milliseconds = 1000 * (time.perf_counter() - start)
        if settled != 1 or waiting():
            raise RuntimeError("The report of 500 components was not settled.")
        if index >= 3:  # the first ones compile the recipe and warm the statements up
            times.append(milliseconds)
    made = Posting.objects.filter(order_id__in=wide.orders).count()
    if made != len(wide.orders):
        raise RuntimeError(f"{made} of {len(wide.orders)} reports of 500 components posted.")
    return {"posting_lines_500_ms": statistics.median(times)}


def _bare(database: RealDatabase, standard: Standard, bound: limit.Bound, stored: limit.Stored) -> float:
    """Postings a second of the limit when it writes nothing but postings, lines and balances; for information."""
    fill_inbox(standard, POSTINGS)
    made = limit.batches(database.url, standard, bound, POSTINGS, stored, standard.orders)
    rate = limit.bare_postings_per_second(database.url, made)
    again = limit.batches(database.url, standard, bound, POSTINGS, stored, standard.orders)
    limit.postings_per_second(database.url, again, 1)  # so that nothing of it waits for the next figure
    return rate


def growth(database: RealDatabase) -> dict[str, float]:
    """Time per posting after 100,000 earlier ones ÷ after 1,000."""
    standard = standard_of(database)
    early = statistics.median(1 / measure(database, standard, POSTINGS, 1)[0] for _ in range(ROUNDS))
    stored = limit.stored_texts(database.url)
    bound = limit.bound_lots(database.url, standard)
    history = 100_000 - Posting.objects.count()
    while history > 0:
        fill_inbox(standard, min(history, 10_000))
        made = limit.batches(database.url, standard, bound, min(history, 10_000), stored, standard.orders)
        limit.postings_per_second(database.url, made, 2)
        history -= 10_000
    settle(database)
    late = statistics.median(1 / measure(database, standard, POSTINGS, 1)[0] for _ in range(ROUNDS))
    print(f"  {early * 1000:.2f} ms a posting early, {late * 1000:.2f} ms after 100,000", flush=True)
    return {"posting_growth": late / early}


def standard_of(database: RealDatabase) -> Standard:
    """The standard plant with a little history, so that no figure is of empty tables."""
    if not hasattr(database, "standard"):
        database.standard = build()  # type: ignore[attr-defined]
        measure(database, database.standard, 1000, 1)  # type: ignore[attr-defined]
        settle(database)
    return database.standard  # type: ignore[attr-defined]


def settle(database: RealDatabase) -> None:
    """Statistics as autovacuum would leave them, and no vacuum of what went before while something is measured."""
    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def measure(
    database: RealDatabase, standard: Standard, count: int, workers: int, orders: list[int] | None = None
) -> tuple[float, float]:
    """Postings per second and CPU milliseconds a posting (workers and PostgreSQL) for `count` reports in the inbox."""
    fill_inbox(standard, count, orders)
    database.empty_broker()
    worker = WorkerProcess(database, concurrency=workers, beat=False, env={})
    try:
        worker.wait_until_ready()
        roots = [worker.pid, _postmaster()]
        before, start = cpu_seconds(roots), time.perf_counter()
        for _ in range(workers):
            drain_inbox.delay()
        while waiting():
            time.sleep(0.01)
            if time.perf_counter() - start > 300:
                raise RuntimeError(f"{waiting()} reports still wait after 300 s:\n{worker.log()[-3000:]}")
        seconds = time.perf_counter() - start
        used = cpu_seconds(roots) - before
    finally:
        worker.stop()
    return count / seconds, 1000 * used / count


def _postmaster() -> int:
    """The process that all of PostgreSQL descends from."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rsplit(")", 1)[1].split()[1])
