"""`make bench`: real PostgreSQL (durable), a real broker, real workers. A table for people, then one JSON line.

`make bench ARGS="posting trace"` runs only those named. Figures are reported, not asserted: machines differ.
"""

import json
import os
import sys
import time
import traceback

import django

GOALS = {
    "posting_ratio_1": "≥ 0.50",
    "posting_ratio_2": "≥ 0.45",
    "posting_hot_ratio": "≥ 0.8",
    "posting_shared_ratio": "≥ 0.8",
    "posting_cpu_ms": "≤ 2",
    "posting_growth": "≤ 1.10",
    "posting_lines_500_ms": "≤ 150",
    "latency_idle_p50_ms": "≤ 15",
    "latency_idle_p99_ms": "≤ 100",
    "latency_80_p99_ms": "≤ 2,000",
    "ingest_p99_ms": "≤ 50",
    "trace_back_100_ms": "≤ 5",
    "trace_forward_10k_ms": "≤ 100",
    "audit_cost_ratio": "≤ 1.10",
    "check_ledger_s": "≤ 60",
    "replay_per_s": "≥ 200",
}


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")
    os.environ["LOG_LEVEL"] = "WARNING"
    django.setup()
    import backflush.project.celery_app  # noqa: F401 - tasks go to the broker of the settings
    from tests import databases
    from tests.benchmarks import audit, impact, latency, ledger, load, posting, profile, trace
    from tests.processes import RealDatabase

    benchmarks = {
        "posting": posting.run,
        "shared": posting.shared,
        "lines": posting.lines,
        "audit": audit.run,
        "latency": latency.run,
        "ingest": load.ingest,
        "load": load.latency_80,
        "trace": trace.run,
        "ledger": ledger.run,
        "growth": posting.growth,
        "impact": impact.run,
    }
    on_request = {"profile": profile.run}
    unknown = [name for name in arguments if name not in benchmarks | on_request]
    if unknown:
        known = ", ".join(benchmarks | on_request)
        print(f"There is no benchmark {', '.join(unknown)}. There are: {known}.", file=sys.stderr)
        return 2
    asked = arguments or list(benchmarks)
    figures: dict[str, float] = {}
    failed: list[str] = []
    # the rows of the limit are no production: the invariants are measured where nothing else was written
    for group in ([one for one in asked if one != "ledger"], [one for one in asked if one == "ledger"]):
        if not group:
            continue
        name = "backflush_bench"
        databases.clone(name, databases.template())
        try:
            with databases.connected_to(name, patient=True):
                database = RealDatabase(name)
                for wanted in group:
                    print(f"{wanted} …", flush=True)
                    start = time.perf_counter()
                    try:
                        figures |= (benchmarks | on_request)[wanted](database)
                    except Exception:
                        # what the others measure in these minutes is not lost; the exit code tells
                        traceback.print_exc()
                        failed.append(wanted)
                    print(f"  {time.perf_counter() - start:.0f} s", flush=True)
        finally:
            databases.drop(name)
    print(f"\n{'figure':<26}{'measured':>12}   goal")
    for key, value in figures.items():
        print(f"{key:<26}{value:>12.2f}   {GOALS.get(key, '')}")
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))
    if failed:
        print(f"Not measured, with an error above: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
