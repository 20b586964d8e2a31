"""Workers are killed, frozen and asked to stop while they post: nothing is lost and nothing is posted twice."""

import os
import signal
import time

from backflush.models import OperationReport
from tests.faults.rig import children_of, in_transaction

REPORTS = 160
#: what a worker says of a transaction that PostgreSQL ended
ENDED = ("closed the connection", "idle-in-transaction")


def test_pool_processes_that_are_killed_again_and_again_cost_no_report(rig):
    rig.start_beat()
    rig.start_worker()
    killed = 0
    for _ in range(8):
        rig.report(REPORTS // 8)
        time.sleep(0.1)
        killed += rig.kill_a_pool_process()
    rig.settle()
    assert killed >= 4, "hardly anybody was killed"
    rig.nothing_lost_nothing_twice()


def test_a_worker_that_is_killed_in_its_transaction_leaves_its_reports_to_the_next(rig):
    rig.report(REPORTS)
    rig.start_beat()
    victim = rig.start_worker(concurrency=1)
    rig.until(rig.posted, what="a first posting")
    victim.kill()
    assert rig.waiting(), "it had posted everything before it was killed"
    rig.start_worker()
    rig.settle()
    rig.nothing_lost_nothing_twice()


def test_a_worker_that_froze_in_its_transaction_cannot_commit_when_it_thaws(rig):
    rig.report(REPORTS)
    frozen = rig.start_worker(concurrency=1)
    freeze_in_transaction(rig, frozen)
    stuck = rig.waiting()
    assert stuck
    rig.start_beat()
    rig.start_worker()
    rig.settle()
    before = rig.posted()
    frozen.thaw()
    rig.until(lambda: any(said in frozen.log() for said in ENDED), what="the end of its transaction, told in its log")
    assert rig.posted() == before, "what it had in hand was posted by somebody else"
    rig.nothing_lost_nothing_twice()


def freeze_in_transaction(rig, worker) -> None:
    """SIGSTOP at a moment when a transaction of the worker holds locks and waits for the worker."""
    rig.ring()
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        pids = children_of(worker.pid)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        time.sleep(0.02)
        if in_transaction(rig.servers.url):
            worker.freeze()
            return
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.003)
    raise AssertionError(f"It was never caught in a transaction.\n{worker.log()}")


def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_in_hand(rig):
    rig.report(REPORTS)
    rig.start_beat()
    asked = rig.start_worker()
    rig.until(rig.posted, what="a first posting")
    asked.child.send_signal(signal.SIGTERM)
    asked.child.wait(20)
    assert asked.child.returncode == 0
    assert not OperationReport.objects.filter(state="received", attempts__gt=1).exists(), "nothing was broken off"
    rig.start_worker()
    rig.settle()
    rig.nothing_lost_nothing_twice()
