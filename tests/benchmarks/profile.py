"""Where posting spends its time: the drain of standard postings in this process, under cProfile.

`make bench ARGS=profile` prints it. It is not part of a plain `make bench`: a profile slows what it looks at.
"""

import cProfile
import pstats
import time
from collections import Counter

from django.db import connection

from backflush.actions.post_reports import post_reports
from backflush.project.garbage import look_through_seldom
from tests.benchmarks.posting import settle, standard_of
from tests.benchmarks.standard_plant import fill_inbox
from tests.processes import RealDatabase

POSTINGS = 1000


def run(database: RealDatabase) -> dict[str, float]:
    """Prints the functions that take longest; the figures are per posting, without and with the profiler."""
    look_through_seldom()
    standard = standard_of(database)
    fill_inbox(standard, POSTINGS)
    post_reports()  # recipes are compiled, statements planned
    settle(database)
    fill_inbox(standard, POSTINGS)
    wall, cpu = time.perf_counter(), time.process_time()
    post_reports()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    fill_inbox(standard, POSTINGS)
    _print_statements()
    fill_inbox(standard, POSTINGS)
    profile = cProfile.Profile()
    profile.runcall(post_reports)
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    return {"drain_wall_ms": 1000 * wall / POSTINGS, "drain_cpu_ms": 1000 * cpu / POSTINGS}


def _print_statements() -> None:
    """Milliseconds a posting that each statement takes, seen from here, the longest first."""
    spent: Counter[str] = Counter()

    def timed(execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[" ".join(sql.split())[:110]] += time.perf_counter() - start

    with connection.execute_wrapper(timed):
        post_reports()
    for sql, seconds in spent.most_common(25):
        print(f"{1000 * seconds / POSTINGS:8.3f}  {sql}")
    print(f"{1000 * sum(spent.values()) / POSTINGS:8.3f}  all of them, COPY and COMMIT apart", flush=True)
