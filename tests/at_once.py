"""Works that meet: in threads that start together, or one after the other into a lock that somebody holds."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
from django.db import connection

from masterdata.rules.refusal import Refused

Work = Callable[[], Any]


def told(work: Work) -> Any:
    """What the work returns, or the codes of its refusals."""
    try:
        return work()
    except Refused as refused:
        return refused.codes
    finally:
        connection.close()


def at_once(*works: Work) -> list[Any]:
    """Run the works in threads that start together; their results, or the codes of their refusals."""
    start = threading.Barrier(len(works))

    def run(work: Work) -> Any:
        start.wait()
        return told(work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def one_after_the_other_into(url: str, lock: str, *works: Work) -> list[Any]:
    """While somebody holds `lock` (a statement), each work runs until it waits or is done; then the lock is let go.

    So each is in the middle of what it does when the next begins. Results as of `at_once`.
    """
    with psycopg.connect(url) as holder, ThreadPoolExecutor(len(works)) as pool:
        holder.execute("SELECT set_config('backflush.actor', 'test', true)")
        holder.execute(lock)
        running: list[Future] = []
        for work in works:
            running.append(pool.submit(told, work))
            _until_it_waits(url, running)
        holder.rollback()
        return [one.result(timeout=30) for one in running]


def _until_it_waits(url: str, running: list[Future]) -> None:
    limit = time.monotonic() + 15
    with psycopg.connect(url, autocommit=True) as look:
        while time.monotonic() < limit:
            waiting = look.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ).fetchone()
            if waiting and waiting[0] >= sum(not one.done() for one in running):
                return
            time.sleep(0.02)
    raise AssertionError("A work neither waited nor ended.")
