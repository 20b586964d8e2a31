"""A plant with servers of its own, which a test may kill, freeze and starve, and the count of what must be there afterwards.

    rig.report(60)                      # into the inbox, durable when it returns
    rig.broker_dies(); rig.broker_returns()
    rig.settle()                        # until nothing waits; AssertionError after a minute
    rig.nothing_lost_nothing_twice()    # reports, postings, ledger, balances, invariants and replay

Every order has its own lot of PART bound; all of them draw SCREW from the same two supermarket lots.
"""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from celery import current_app
from django.db import connection, connections
from django.utils import timezone

from backflush.actions.retry_report import retry_report
from backflush.models import OperationReport, OutboxMessage, Posting
from backflush.project.addresses import database_settings, with_database
from backflush.project.launch.postgres import APP, OWNER
from backflush.project.launch.servers import Servers, start_servers
from backflush.tasks import drain_inbox
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from tests.processes import BeatProcess, LivePlant, RealDatabase, WorkerProcess, managed
from traceability.models import LedgerLine, StockBalance, WorkOrder

ORDERS = 8
PER_UNIT = {"SCREW": Decimal(3), "PART": Decimal("0.125")}
NAME = "backflush"


class OwnServers(RealDatabase):
    """PostgreSQL and broker of these tests alone, prepared as `make run` prepares them."""

    def __init__(self, data_dir: Path, shared_buffers: str = "64MB"):
        given = {key: os.environ.pop(key, None) for key in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
        try:
            self.servers: Servers = start_servers(data_dir, shared_buffers=shared_buffers)
        finally:
            os.environ.update({key: value for key, value in given.items() if value is not None})
        assert self.servers.postgres is not None
        self.name = NAME
        self.url = self.servers.postgres.url(APP)
        self.owner_url = self.servers.postgres.url(OWNER)
        self.redis_url = self.servers.env["REDIS_URL"]
        self.env = {**os.environ, **self.servers.env}
        self.env.pop("DATABASE_OWNER_URL", None)

    def prepare(self) -> None:
        prepared = self.manage("prepare_database", owner=True)
        assert prepared.returncode == 0, prepared.stdout + prepared.stderr

    def keep_as_template(self) -> None:
        """What was prepared is copied for every test."""
        with self._owner() as owner:
            owner.execute(f"CREATE DATABASE {NAME}_empty TEMPLATE {NAME}")

    def begin_anew(self) -> None:
        """An empty database and an empty broker, whatever the test before left."""
        self.servers.revive()
        with self._owner() as owner:
            owner.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            owner.execute(f"CREATE DATABASE {NAME} TEMPLATE {NAME}_empty")
        self.empty_broker()

    def _owner(self) -> psycopg.Connection:
        return psycopg.connect(with_database(self.owner_url, "postgres"), autocommit=True)

    def stop(self) -> None:
        self.servers.stop()


@contextmanager
def connected(url: str) -> Iterator[None]:
    """Django's default connection, in this and in new threads, goes to this address."""
    default = connections["default"]
    kept = {key: default.settings_dict[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    default.close()
    settings = database_settings(url)
    settings["OPTIONS"] = {**kept["OPTIONS"], **settings["OPTIONS"]}  # type: ignore[dict-item]
    default.settings_dict.update(settings)
    try:
        yield
    finally:
        default.close()
        default.settings_dict.update(kept)


class Rig:
    """The plant, its processes, and what was acknowledged."""

    def __init__(self, servers: OwnServers, *, most: int):
        self.servers = servers
        self.workers: list[WorkerProcess] = []
        self.web: LivePlant | None = None
        self.beat: BeatProcess | None = None
        self.acknowledged: set[uuid.UUID] = set()
        self._build(most)

    def _build(self, most: int) -> None:
        """Orders for `most` units in all, with exactly the material that they take."""
        kit = plant.product("KIT", cost="3")
        screw = plant.item("SCREW", decimals=0, supermarket=True)
        part = plant.item("PART", unit="KGM", decimals=3)
        plant.approved_bom(kit, [LineDraft(item=code, quantity=str(each)) for code, each in PER_UNIT.items()])
        each = -(-most // ORDERS)
        self.orders: list[WorkOrder] = []
        for number in range(ORDERS):
            order = floor.released_order(kit, str(each), number=f"WO-{number}")
            floor.staged(order, part, str(each * PER_UNIT["PART"]))
            self.orders.append(order)
        screws = int(each * ORDERS * PER_UNIT["SCREW"])
        for share in (screws // 2, screws - screws // 2):
            floor.in_supermarket(screw, str(share))
        plant.device()
        self.staged = self._stock()

    def _stock(self) -> dict[str, Decimal]:
        """What may be drawn, by item."""
        found = dict.fromkeys(PER_UNIT, Decimal(0))
        for code, quantity in StockBalance.objects.filter(quantity__gt=0).values_list("item_id", "quantity"):
            name = {plant.item(one).pk: one for one in PER_UNIT}.get(code)
            if name:
                found[name] += quantity
        return found

    # what happens

    def report(self, count: int) -> None:
        """One good unit each, to the orders in turn; durable when it returns."""
        for _ in range(count):
            order = self.orders[len(self.acknowledged) % ORDERS]
            self.acknowledged.add(reporting.sent(order, good="1").event_id)

    def retry(self, report: OperationReport) -> None:
        """As somebody does on the worklist."""
        report.refresh_from_db()
        retry_report(report=report, actor=plant.people().supervisor, now=timezone.now())

    def ring(self) -> None:
        """As the edge does after a commit."""
        with current_app.connection(self.servers.redis_url) as broker:
            drain_inbox.apply_async(connection=broker)

    def start_worker(self, *, concurrency: int = 2) -> WorkerProcess:
        worker = WorkerProcess(self.servers, concurrency=concurrency, beat=False, env={"PROCESS_NAME": "worker"})
        self.workers.append(worker)
        worker.wait_until_ready()
        return worker

    def start_beat(self) -> None:
        """The sweep every two seconds finds what nobody rang for."""
        self.beat = BeatProcess(self.servers)

    def start_web(self, port: int = 0) -> LivePlant:
        self.web = LivePlant(self.servers, port=port)
        self.web.wait_until_ready()
        return self.web

    def postgres_dies(self) -> None:
        """Immediate: no checkpoint, no farewell, as a power cut."""
        child = self.servers.servers.postgres.child
        for pid in postgres_processes(child.pid):
            os.kill(pid, signal.SIGQUIT)
        child.wait(30)

    def postgres_returns(self) -> None:
        connection.close()
        assert "PostgreSQL" in self.servers.servers.revive()

    def broker_dies(self) -> None:
        child = self.servers.servers.broker.child
        child.kill()
        child.wait()

    def broker_returns(self) -> None:
        """Empty: it keeps nothing."""
        assert "the broker" in self.servers.servers.revive()

    def broker_freezes(self) -> None:
        os.kill(self.servers.servers.broker.child.pid, signal.SIGSTOP)

    def broker_thaws(self) -> None:
        os.kill(self.servers.servers.broker.child.pid, signal.SIGCONT)

    def kill_a_pool_process(self) -> bool:
        """kill -9 for one process that runs tasks; False where there is none just now."""
        for worker in self.workers:
            for pid in children_of(worker.pid):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    # what must be so

    def waiting(self) -> int:
        return OperationReport.objects.filter(state="received").count()

    def received(self) -> int:
        return OperationReport.objects.count()

    def posted(self) -> int:
        return Posting.objects.count()

    def until(self, true, seconds: float = 60, what: str = "it") -> None:
        limit = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < limit, f"{what} did not come about within {seconds:.0f} s.\n{self.logs()}"
            time.sleep(0.05)

    def settle(self, seconds: float = 60) -> None:
        """Until every report has an answer."""
        self.until(lambda: not self.waiting(), seconds, "an answer to every report")

    def logs(self) -> str:
        return "\n".join(worker.log()[-8000:] for worker in self.workers)

    def nothing_lost_nothing_twice(self) -> None:
        """Each acknowledged report posted once; stock is short by exactly what they took; ledger and facts agree."""
        states = dict(OperationReport.objects.values_list("event_id", "state"))
        assert set(states) == self.acknowledged, "a report is lost, or one is there that nobody sent"
        assert set(states.values()) == {"posted"}, sorted(set(states.values()))
        count = len(self.acknowledged)
        assert Posting.objects.count() == Posting.objects.values("report_id").distinct().count() == count
        numbers = sorted(Posting.objects.values_list("number", flat=True))
        assert numbers == sorted(OutboxMessage.objects.values_list("position", flat=True)) == list(range(1, count + 1))
        left = self._stock()
        for code, each in PER_UNIT.items():
            lines = LedgerLine.objects.filter(item_id=plant.item(code).pk, component__isnull=False)
            assert sum(line.quantity for line in lines) == each * count, f"{code} issued"
            assert left[code] == self.staged[code] - each * count, f"{code} left"
        for command in ("check_ledger", "replay_postings"):
            checked = managed(command)
            assert checked.returncode == 0, checked.stdout + checked.stderr

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()
        for process in (self.web, self.beat):
            if process is not None:
                process.stop()


@contextmanager
def rig_on(servers: OwnServers, blocker: Any, *, most: int) -> Iterator[Rig]:
    """A plant for `most` units on running servers; `blocker` is pytest-django's. Its processes are ended afterwards."""
    with blocker.unblock(), connected(servers.url):
        made = Rig(servers, most=most)
        try:
            yield made
        finally:
            made.stop()


def children_of(pid: int) -> list[int]:
    """Processes whose parent is this one."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(folder.name))
            except (OSError, IndexError):
                continue
    return sorted(found)


def postgres_processes(pid: int) -> list[int]:
    """The postmaster itself: where it runs in a namespace, it is the child of the program that made it."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return [pid] if b"postgres" in command.split(b"\0")[0] else children_of(pid)


def in_transaction(url: str) -> bool:
    """Whether a worker of the database stands in an open transaction that has locked reports."""
    with psycopg.connect(url, autocommit=True) as session:
        row = session.execute(
            "SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid"
            " WHERE a.application_name = 'worker' AND a.datname = current_database() AND l.locktype = 'advisory'"
            " AND a.state = 'idle in transaction'"
        ).fetchone()
    return bool(row and row[0])
