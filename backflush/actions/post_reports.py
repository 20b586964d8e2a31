"""The drain: takes waiting reports from the inbox and posts them in batches, all or nothing each, exactly once.

Row locks exclude, not leases. One lock order everywhere: site → orders → reports → balances → lots → outbox head. A batch
that fails is tried once more; if it fails again each report goes alone, so that a poison report stops nobody else.
"""

import random
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import cache

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction

from backflush.actions.open_report_deviations import deviations_of_posted
from backflush.actions.record_postings import Decided, record_postings
from backflush.actions.settle_reports import block_reports, fail_report
from backflush.queries.batch import Batch, ReportRow, read_body
from backflush.queries.recipes import book_of_this_thread
from backflush.rules.avoidable_scrap import BeyondLimit, report_beyond_limit
from backflush.rules.decide import decide
from backflush.rules.recipe import Recipe
from backflush.rules.stored_facts import write_facts
from masterdata.actions.acting import acting
from masterdata.actions.share_site import share_site
from masterdata.rules.refusal import Refusal

log = structlog.get_logger(__name__)
ACTOR = "service:poster"
BATCH = 50
MOST_LINES = 2000
ALONE_FROM = 3
MOST_ATTEMPTS = 5

_ORDERS_WAITING = "SELECT id FROM traceability_workorder WHERE id = ANY(%s) ORDER BY id LIMIT %s FOR NO KEY UPDATE"
_ORDERS_FREE = _ORDERS_WAITING + " SKIP LOCKED"
_REPORTS = """
SELECT r.id, r.site_id, r.order_id, r.order_number, r.operation_number, r.kind, r.device_id, r.person_id,
    coalesce(r.corrected_at, r.occurred_at), r.received_at, b.body,
    CASE WHEN r.corrected_at IS NOT NULL THEN r.occurred_at END, r.accepted_at
FROM backflush_operationreport r JOIN backflush_reportbody b ON b.report_id = r.id
WHERE r.state = 'received' AND (
    (r.order_id = ANY(%(orders)s) AND r.attempts < %(alone)s)
    OR (r.id = ANY(%(ids)s) AND (r.order_id = 0 OR %(by_id)s)))
ORDER BY r.occurred_at, r.id LIMIT %(batch)s FOR UPDATE OF r
"""


def post_in_streams(*, now: datetime | None = None) -> int:
    """Drain as `post_reports` does, with a second stream while there is a backlog.

    A batch waits for PostgreSQL about as long as it computes; two streams of one process fill one another's waiting. They
    exclude each other as two processes do, by row locks.
    """
    second: list[Future[int]] = []

    def on_backlog() -> None:
        if not second:
            second.append(_second_stream().submit(_post_in_thread, now))

    settled = post_reports(now=now, on_backlog=on_backlog)
    return settled + sum(stream.result() for stream in second)


@cache
def _second_stream() -> ThreadPoolExecutor:
    """Its one thread stays, since it keeps what it read; made where it is first needed, which is after a fork."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="second-stream")


def _post_in_thread(now: datetime | None) -> int:
    try:
        return post_reports(now=now)
    finally:
        connection.close()  # it is this thread's own


def post_reports(*, now: datetime | None = None, on_backlog: Callable[[], None] = lambda: None) -> int:
    """Drain until nothing waits; returns how many reports were settled.

    `now`: the moment to look from (default: the clock). `on_backlog` is called when a full batch was found.
    """
    settled = 0
    while True:
        picked = _pick(now)
        if not picked:
            return settled
        if len(picked) == BATCH:
            on_backlog()
        done = 0
        alone = [row for row in picked if row[2] >= ALONE_FROM]
        together = [row for row in picked if row[2] < ALONE_FROM]
        if together:
            done += _post_batch(together)
        for row in alone:
            done += _post_alone(row)
        settled += done
        if not done:
            return settled


def _pick(now: datetime | None) -> list[tuple[int, int, int]]:
    """T0: waiting reports of one site, their attempt counted, in a commit of its own. Rows of (report, order, attempts)."""
    with acting(ACTOR), connection.cursor() as cursor:
        cursor.execute(
            "WITH picked AS ("
            " SELECT id FROM backflush_operationreport WHERE state = 'received'"
            "  AND next_at <= coalesce(%(now)s, clock_timestamp())"
            "  AND site_id = (SELECT site_id FROM backflush_operationreport WHERE state = 'received'"
            "   AND next_at <= coalesce(%(now)s, clock_timestamp()) ORDER BY next_at LIMIT 1)"
            " ORDER BY next_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED)"
            " UPDATE backflush_operationreport r SET attempts = attempts + 1,"
            "  next_at = clock_timestamp() + interval '5 seconds',"
            "  order_id = CASE WHEN r.order_id <> 0 THEN r.order_id ELSE coalesce((SELECT o.id FROM"
            "   traceability_workorder o WHERE o.site_id = r.site_id AND o.number = r.order_number), 0) END"
            " FROM picked WHERE r.id = picked.id RETURNING r.id, r.order_id, r.attempts",
            {"now": now, "batch": BATCH},
        )
        return cursor.fetchall()


def _post_batch(picked: list[tuple[int, int, int]]) -> int:
    """Post what was picked, together; after two failures, one by one."""
    for attempt in (1, 2):
        try:
            return _drain([row[0] for row in picked], sorted({row[1] for row in picked}), alone=False)
        except OperationalError as error:
            _after_failure(error)
            log.warning("drain_retried", attempt=attempt, error=str(error).strip())
            time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - jitter, not a secret
        except Exception as error:  # one report may be the cause: each alone finds out which
            _after_failure(error)
            log.exception("drain_failed")
            break
    return sum(_post_alone(row) for row in picked)


def _post_alone(row: tuple[int, int, int]) -> int:
    """Post one report by itself. A failure is recorded on it; after the last attempt it is blocked as machinery failure."""
    report_id, order_id, attempts = row
    try:
        return _drain([report_id], [order_id], alone=True)
    except Exception as error:
        _after_failure(error)
        reference = f"F-{secrets.token_hex(4)}"
        log.exception("report_failed", report=report_id, attempts=attempts, reference=reference)
        if attempts < MOST_ATTEMPTS:
            return 0
        with acting(ACTOR):
            fail_report(report_id=report_id, reference=reference)
        return 1


def _after_failure(error: Exception) -> None:
    if isinstance(error, DatabaseError) and not transaction.get_connection().in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _drain(report_ids: list[int], order_ids: list[int], *, alone: bool) -> int:
    """T1: one transaction. Returns how many reports it settled."""
    with acting(ACTOR):
        site_id = _lock_site(report_ids[0])
        orders = _lock_orders([order for order in order_ids if order], alone=alone)
        rows = _lock_reports(report_ids, orders, alone=alone)
        _give_back(report_ids, rows, orders)
        if not rows:
            return 0
        batch = Batch(book_of_this_thread(), orders, rows)
        recipes = {row.id: batch.recipe(row) for row in rows}
        rows = _within_limit(rows, recipes)
        batch.load_stock([recipe for recipe in recipes.values() if recipe is not None], lock=True)
        recorded_at = _clock()
        decided: list[Decided] = []
        blocked: list[tuple[int, list[Refusal], bool]] = []
        wasteful: dict[int, BeyondLimit] = {}
        for row in rows:
            recipe = recipes[row.id]
            if recipe is None:
                blocked.append((row.id, [_unknown_operation(batch, row)], False))
                continue
            report, order = batch.report_fact(row, recipe), batch.order_fact(row, recipe)
            progress, stock = batch.progress(row), batch.stock()
            plan = decide(report, order, recipe, progress, stock)
            if plan.refusals:
                blocked.append((row.id, plan.refusals, plan.final))
                continue
            facts = write_facts(report, order, recipe, progress, stock, plan)
            decided.append(Decided(row, report, order, recipe, plan, facts))
            if report.scrap and (beyond := report_beyond_limit(report, order.quantity, recipe, progress)):
                wasteful[row.id] = beyond
            batch.settle(stock)
            batch.orders[row.order_id].progress[row.operation] = plan.after
        block_reports(blocked, recorded_at)
        deviations_of_posted(wasteful, recorded_at)
        record_postings(batch, site_id, decided, recorded_at)
        return len(rows)


def _lock_site(report_id: int) -> int:
    """Share the site's lock with other posters; making a governed change effective takes it alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT site_id FROM backflush_operationreport WHERE id = %s", [report_id])
        site_id: int = cursor.fetchone()[0]
    share_site(site_id)
    return site_id


def _lock_orders(order_ids: list[int], *, alone: bool) -> list[int]:
    """Lock order rows, sorted. Where few orders wait, at most half of them, so that a second worker finds work."""
    if not order_ids:
        return []
    most = len(order_ids) if alone or len(order_ids) >= 40 else (len(order_ids) + 1) // 2
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS_WAITING if alone else _ORDERS_FREE, [order_ids, most])
        return [row[0] for row in cursor.fetchall()]


def _lock_reports(report_ids: list[int], orders: list[int], *, alone: bool) -> list[ReportRow]:
    """The oldest waiting reports of the locked orders, whoever picked them, and picked ones without an order."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REPORTS,
            {"ids": report_ids, "orders": [] if alone else orders, "batch": BATCH, "alone": ALONE_FROM, "by_id": alone},
        )
        rows = [
            ReportRow(*row[:10], body=read_body(row[10]), said_at=row[11], accepted_at=row[12])
            for row in cursor.fetchall()
        ]
    return sorted(rows, key=lambda row: (row.occurred_at, row.id))


def _give_back(report_ids: list[int], rows: list[ReportRow], orders: list[int]) -> None:
    """Picked reports that are not taken now lose nothing by it: their attempt and their turn come back."""
    taken = {row.id for row in rows}
    left = [report_id for report_id in report_ids if report_id not in taken]
    if left:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE backflush_operationreport SET attempts = greatest(attempts - 1, 0), next_at = received_at"
                " WHERE id = ANY(%s) AND state = 'received'",
                [left],
            )


def _within_limit(rows: list[ReportRow], recipes: Mapping[int, Recipe | None]) -> list[ReportRow]:
    """As many reports as make at most `MOST_LINES` lines; one at least."""
    kept: list[ReportRow] = []
    lines = 0
    for row in rows:
        recipe = recipes[row.id]
        lines += len(recipe.lines) if recipe is not None else 0
        if kept and lines > MOST_LINES:
            break
        kept.append(row)
    return kept


def _clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def _unknown_operation(batch: Batch, row: ReportRow) -> Refusal:
    if row.order_id not in batch.orders:
        return Refusal(
            "order_not_open",
            f"Order {row.order_number} is not known.",
            row.order_number,
            "Release the order, or report to the right one; the report is then retried by itself.",
        )
    facts = batch.orders[row.order_id]
    if not facts.operations:
        return Refusal(
            "order_not_open",
            f"Order {row.order_number} is {facts.order.state}.",
            row.order_number,
            "Release the order; the report is then retried by itself.",
        )
    known = ", ".join(operation.number for operation in facts.operations)
    return Refusal(
        "operation_unknown",
        f"Order {row.order_number} has no operation {row.operation}; it has {known}.",
        row.operation,
        "Report to an operation of the order.",
    )
