"""Reports at a steady rate through HTTP while workers post: how long an acknowledgement takes, and a posting after it.

The load generator runs on the same machine as web server, workers and PostgreSQL, and takes its share of it.
"""

import http.client
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg

from tests import plant
from tests.benchmarks.posting import settle, standard_of
from tests.benchmarks.standard_plant import fill_inbox, waiting
from tests.processes import LivePlant, RealDatabase, WorkerProcess
from traceability.models import WorkOrder

SECONDS = 30
CLIENTS = 16


@dataclass
class Run:
    """What a stretch of load came to: milliseconds of each acknowledgement, and moments by event."""

    acknowledged: list[float] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)


def ingest(database: RealDatabase) -> dict[str, float]:
    """ingest_p99_ms: 20 reports a second, while a backlog is posted the whole time."""
    standard = standard_of(database)
    numbers = _numbers(standard)
    settle(database)
    with _plant(database, workers=1) as url:
        _send(url, numbers, rate=20, seconds=3)
        stop = threading.Event()
        backlog = threading.Thread(target=_keep_a_backlog, args=(database, standard, stop))
        backlog.start()
        run = _send(url, numbers, rate=20, seconds=SECONDS)
        stop.set()
        backlog.join()
        _until_posted()
    return {"ingest_p99_ms": _percentile(run.acknowledged, 99)}


def latency_80(database: RealDatabase) -> dict[str, float]:
    """latency_80_p99_ms at 80 % of saturation: the highest HTTP rate at which nothing piles up for thirty seconds."""
    numbers = _numbers(standard_of(database))
    settle(database)
    with _plant(database, workers=1) as url:
        _send(url, numbers, rate=50, seconds=3)
        rate = _as_fast_as_it_goes(url, numbers)
        while rate > 20 and not _holds(url, numbers, rate):
            rate *= 0.85
        print(f"  saturation at {rate:.0f} reports/s", flush=True)
        watch = _Watch(database)
        run = _send(url, numbers, rate=0.8 * rate, seconds=SECONDS)
        _until_posted()
        seen = watch.stop()
    spans = [1000 * (seen[event] - at) for event, at in run.at.items() if event in seen]
    if len(spans) < len(run.at) * 0.99:
        raise RuntimeError(f"{len(run.at) - len(spans)} of {len(run.at)} reports were not seen posted.")
    return {"latency_80_p99_ms": _percentile(spans, 99), "saturation_per_s": rate}


class _plant:  # noqa: N801 - reads as a word in `with`
    """The real web server and worker, ready; gives the address."""

    def __init__(self, database: RealDatabase, *, workers: int):
        database.empty_broker()
        self._web = LivePlant(database, WEB_CONCURRENCY="2", API_CALLS_PER_MINUTE="0")
        self._worker = WorkerProcess(database, concurrency=workers, beat=True, env={})

    def __enter__(self) -> str:
        self._web.wait_until_ready()
        self._worker.wait_until_ready()
        return self._web.url

    def __exit__(self, *failure: object) -> None:
        self._web.stop()
        self._worker.stop()


class _Watch:
    """Sees each posting as soon as another connection can: when its commit is there, within a few milliseconds.

    Positions beyond the head are rows of the limit, which another benchmark left.
    """

    def __init__(self, database: RealDatabase):
        self._url = database.url
        self._seen: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as session:
            row = session.execute("SELECT coalesce(max(position), 0) FROM backflush_outboxhead").fetchone()
            position = row[0] if row else 0
            while not self._stop.is_set():
                found = session.execute(
                    "SELECT m.position, r.event_id FROM backflush_outboxmessage m JOIN backflush_posting p ON p.id = m.posting_id"
                    " JOIN backflush_operationreport r ON r.id = p.report_id"
                    " JOIN backflush_outboxhead h ON h.site_id = m.site_id WHERE m.position > %s AND m.position <= h.position",
                    [position],
                ).fetchall()
                now = time.perf_counter()
                for number, event in found:
                    position = max(position, number)
                    self._seen[str(event)] = now
                time.sleep(0.005)

    def stop(self) -> dict[str, float]:
        time.sleep(0.1)
        self._stop.set()
        self._thread.join()
        return self._seen


def _numbers(standard) -> list[str]:
    return list(WorkOrder.objects.filter(pk__in=standard.orders).values_list("number", flat=True))


def _send(url: str, numbers: list[str], *, rate: float, seconds: float) -> Run:
    """Open loop: each report has its moment, whether or not those before were answered."""
    run = Run()
    begin, total = time.perf_counter() + 0.1, int(rate * seconds)
    turn = iter(range(total))
    lock = threading.Lock()

    def client() -> None:
        connection = _connection(url)
        while True:
            with lock:
                index = next(turn, None)
            if index is None:
                return connection.close()
            due = begin + index / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            _report(connection, numbers[index % len(numbers)], run)

    _in_threads(client)
    return run


def _as_fast_as_it_goes(url: str, numbers: list[str], seconds: float = 8) -> float:
    """Closed loop: what all clients together get through, a first guess at saturation."""
    run = Run()
    end = time.perf_counter() + seconds

    def client() -> None:
        connection = _connection(url)
        while time.perf_counter() < end:
            _report(connection, numbers[len(run.at) % len(numbers)], run)
        connection.close()

    _in_threads(client)
    _until_posted()
    return len(run.at) / seconds


def _holds(url: str, numbers: list[str], rate: float) -> bool:
    """Whether the rate is reached and nothing piles up: at the end no more waits than is taken in within half a second."""
    begin = time.perf_counter()
    _send(url, numbers, rate=rate, seconds=SECONDS)
    took, left = time.perf_counter() - begin, waiting()
    _until_posted()
    return took < SECONDS * 1.05 and left < rate / 2


def _connection(url: str) -> http.client.HTTPConnection:
    address = urlsplit(url)
    return http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)


def _report(connection: http.client.HTTPConnection, number: str, run: Run) -> None:
    event = str(uuid.uuid4())
    body = {"event_id": event, "order": number, "operation": "10", "good": "1"}
    body["occurred_at"] = datetime.now(UTC).isoformat()
    headers = {"Authorization": f"Device {plant.DEVICE_TOKEN}", "Content-Type": "application/json"}
    start = time.perf_counter()
    connection.request("POST", "/api/v1/operation-reports", json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read()
    end = time.perf_counter()
    if answer.status != 202:
        raise RuntimeError(f"{answer.status}: {text.decode()[:300]}")
    run.acknowledged.append(1000 * (end - start))
    run.at[event] = end


def _in_threads(work) -> None:
    faults: list[Exception] = []

    def safely() -> None:
        try:
            work()
        except Exception as error:  # shown below, not by a thread that nobody watches
            faults.append(error)

    threads = [threading.Thread(target=safely) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def _keep_a_backlog(database: RealDatabase, standard, stop: threading.Event) -> None:
    from django.db import connection

    while not stop.is_set():
        if waiting() < 200:
            fill_inbox(standard, 500)
        time.sleep(0.1)
    connection.close()


def _until_posted(seconds: float = 120) -> None:
    limit = time.perf_counter() + seconds
    while waiting():
        if time.perf_counter() > limit:
            raise RuntimeError(f"{waiting()} reports still wait after {seconds:.0f} s.")
        time.sleep(0.05)


def _percentile(values: list[float], percent: int) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)]
