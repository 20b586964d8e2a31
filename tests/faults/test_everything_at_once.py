"""Everything that can die dies while devices report: at the end each acknowledged report is posted once.

`make soak ARGS=10` does it in rounds of 2,000 reports for ten minutes.
"""

import os
import random
import time

import pytest

from tests.faults.clients import start_clients, wait_for
from tests.faults.rig import Rig, rig_on


def chaos(rig: Rig, clients, pick: random.Random, pause: float) -> list[str]:
    """One fault after the other until the clients are done; returns what happened."""
    happened: list[str] = []
    turn: list = []
    while any(client.is_alive() for client in clients):
        turn = turn or pick.sample(FAULTS, len(FAULTS))
        fault = turn.pop()
        fault(rig)
        happened.append(fault.__name__)
        time.sleep(pick.uniform(pause / 2, pause))
    return happened


def a_pool_process_is_killed(rig):
    rig.kill_a_pool_process()


def a_worker_is_killed(rig):
    rig.workers.pop(0).kill()
    rig.start_worker()


def a_worker_freezes(rig):
    rig.workers[0].freeze()
    time.sleep(1)
    rig.workers[0].thaw()


def the_broker_dies(rig):
    rig.broker_dies()
    time.sleep(0.5)
    rig.broker_returns()


def the_broker_freezes(rig):
    rig.broker_freezes()
    time.sleep(1)
    rig.broker_thaws()


def postgresql_dies(rig):
    rig.postgres_dies()
    rig.postgres_returns()


def the_web_server_dies(rig):
    port = int(rig.web.url.rsplit(":", 1)[1])
    rig.web.kill()
    rig.start_web(port)


def beat_dies(rig):
    rig.beat.kill()
    rig.start_beat()


FAULTS = [
    a_pool_process_is_killed,
    a_worker_is_killed,
    a_worker_freezes,
    the_broker_dies,
    the_broker_freezes,
    postgresql_dies,
    the_web_server_dies,
    beat_dies,
]


def play(rig: Rig, *, clients: int, each: int, seed: int, pause: float, seconds: float) -> list[str]:
    """Returns the faults that happened while devices reported."""
    pick = random.Random(seed)
    rig.start_beat()
    rig.start_worker()
    rig.start_worker(concurrency=1)
    rig.start_web()
    devices = start_clients(rig, clients, each, pause=0.5)
    happened = chaos(rig, devices, pick, pause)
    wait_for(rig, devices, seconds)
    rig.settle(180)
    rig.nothing_lost_nothing_twice()
    return happened


def test_three_hundred_reports_survive_everything_at_once(rig):
    happened = play(rig, clients=6, each=50, seed=7, pause=0.5, seconds=240)
    assert len(set(happened)) == len(FAULTS), f"only {happened} happened"


@pytest.mark.soak
def test_two_thousand_reports_and_more_survive_everything_at_once(fault_servers, django_db_setup, django_db_blocker):
    """SOAK_MINUTES: rounds of 2,000 reports until they are over."""
    end = time.monotonic() + 60 * float(os.environ.get("SOAK_MINUTES", "1"))
    seed = 0
    while seed == 0 or time.monotonic() < end:
        seed += 1
        fault_servers.begin_anew()
        with rig_on(fault_servers, django_db_blocker, most=2000) as rig:
            happened = play(rig, clients=12, each=166, seed=seed, pause=3, seconds=900)
        print(f"round {seed}: {len(rig.acknowledged)} reports, {len(happened)} faults: {sorted(set(happened))}")
