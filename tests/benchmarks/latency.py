"""From the acknowledgement of a report to its committed posting, on an idle machine: HTTP, broker and worker are real."""

import http.client
import json
import statistics
import time
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg

from tests import plant
from tests.benchmarks.standard_plant import build
from tests.processes import LivePlant, RealDatabase, WorkerProcess
from traceability.models import WorkOrder

REPORTS = 300


def run(database: RealDatabase) -> dict[str, float]:
    """latency_idle_p50_ms, latency_idle_p99_ms and ingest of the same requests."""
    standard = build(20, name="LATENCY")
    numbers = list(WorkOrder.objects.filter(pk__in=standard.orders).values_list("number", flat=True))
    database.empty_broker()
    web, worker = LivePlant(database), WorkerProcess(database, concurrency=1, beat=False, env={})
    try:
        web.wait_until_ready()
        worker.wait_until_ready()
        acknowledged, posted = _measure(database, web.url, numbers)
    finally:
        web.stop()
        worker.stop()
    return {
        "latency_idle_p50_ms": statistics.median(posted),
        "latency_idle_p99_ms": _percentile(posted, 99),
        "ingest_idle_p99_ms": _percentile(acknowledged, 99),
    }


def _measure(database: RealDatabase, url: str, numbers: list[str]) -> tuple[list[float], list[float]]:
    address = urlsplit(url)
    client = http.client.HTTPConnection(address.hostname or "", address.port)
    acknowledged, posted = [], []
    with psycopg.connect(database.url, autocommit=True) as watch:
        for index in range(REPORTS + 20):
            event = str(uuid.uuid4())
            body = json.dumps(
                {
                    "event_id": event,
                    "order": numbers[index % len(numbers)],
                    "operation": "10",
                    "occurred_at": datetime.now(UTC).isoformat(),
                    "good": "1",
                }
            )
            start = time.perf_counter()
            client.request(
                "POST",
                "/api/v1/operation-reports",
                body,
                {"Authorization": f"Device {plant.DEVICE_TOKEN}", "Content-Type": "application/json"},
            )
            answer = client.getresponse()
            text = answer.read()
            received = time.perf_counter()
            if answer.status != 202:
                raise RuntimeError(f"{answer.status}: {text.decode()[:500]}")
            _wait_until_posted(watch, event)
            if index >= 20:  # the first ones warm every process up
                acknowledged.append(1000 * (received - start))
                posted.append(1000 * (time.perf_counter() - received))
            time.sleep(0.02)
    return acknowledged, posted


def _wait_until_posted(watch: psycopg.Connection, event: str) -> None:
    limit = time.perf_counter() + 10
    while time.perf_counter() < limit:
        row = watch.execute("SELECT state FROM backflush_operationreport WHERE event_id = %s", [event]).fetchone()
        if row and row[0] == "posted":
            return
        if row and row[0] != "received":
            raise RuntimeError(f"The report is {row[0]}.")
        time.sleep(0.0005)
    raise RuntimeError("The report was not posted within ten seconds.")


def _percentile(values: list[float], percent: int) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)]
