"""Where posting spends its time: the drain of standard postings in this process, under cProfile.

`make bench ARGS=profile` prints it. It is not part of a plain `make bench`: a profile slows what it looks at.
"""

import cProfile
import pstats
import time

from backflush.actions.post_reports import post_reports
from tests.benchmarks.posting import settle, standard_of
from tests.benchmarks.standard_plant import fill_inbox
from tests.processes import RealDatabase

POSTINGS = 1000


def run(database: RealDatabase) -> dict[str, float]:
    """Prints the functions that take longest; the figures are per posting, without and with the profiler."""
    standard = standard_of(database)
    fill_inbox(standard, POSTINGS)
    post_reports()  # recipes are compiled, statements planned
    settle(database)
    fill_inbox(standard, POSTINGS)
    wall, cpu = time.perf_counter(), time.process_time()
    post_reports()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    fill_inbox(standard, POSTINGS)
    profile = cProfile.Profile()
    profile.runcall(post_reports)
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    return {"drain_wall_ms": 1000 * wall / POSTINGS, "drain_cpu_ms": 1000 * cpu / POSTINGS}
