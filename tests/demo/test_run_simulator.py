"""The simulator gives the demo plant life through the real doors, and corrupts nothing."""

import subprocess
import sys

import pytest

from backflush.models import OperationReport, Posting, ReportTransition
from tests.processes import ROOT
from traceability.models import StagingScan


def simulate(database, url: str, *, seconds: int, speed: int) -> subprocess.CompletedProcess:
    command = [sys.executable, ROOT / "manage.py", "run_simulator", "--url", url, "--seconds", str(seconds)]
    command += ["--speed", str(speed), "--verbosity", "2"]
    return subprocess.run(command, env=database.env, capture_output=True, text=True, check=False, timeout=seconds + 60)


def test_a_minute_of_the_plant_posts_and_blocks_and_leaves_the_ledger_whole(live_plant, celery_worker_process):
    database = live_plant.database
    assert database.manage("seed_demo_plant").returncode == 0
    celery_worker_process(beat=True)
    postings, scans = Posting.objects.count(), StagingScan.objects.count()
    blocked = ReportTransition.objects.filter(to_state="blocked").count()

    played = simulate(database, live_plant.url, seconds=30, speed=10)

    assert played.returncode == 0, played.stdout + played.stderr
    assert "trouble" not in played.stdout
    assert Posting.objects.count() > postings + 5
    assert StagingScan.objects.count() > scans
    assert ReportTransition.objects.filter(to_state="blocked").count() > blocked
    for command in ("check_ledger", "replay_postings"):
        done = database.manage(command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_while_the_web_server_is_away_machines_keep_what_they_have_to_say(real_database):
    from backflush.management.demo.simulator.doors import REPORTS, Doors

    doors = Doors("http://127.0.0.1:9")  # nobody listens there
    assert not doors.send(REPORTS, "a token", {"event_id": "one"})
    assert not doors.send(REPORTS, "a token", {"event_id": "two"})
    assert [body["event_id"] for _, _, body in doors.waiting] == ["one", "two"]


def test_without_a_demo_plant_nothing_is_simulated(real_database):
    played = simulate(real_database, "http://127.0.0.1:9", seconds=1, speed=1)
    assert played.returncode == 0
    assert "no demo plant" in played.stdout
    assert OperationReport.objects.count() == 0


@pytest.mark.soak
def test_ten_minutes_of_the_plant_leave_the_ledger_whole(live_plant, celery_worker_process):
    database = live_plant.database
    assert database.manage("seed_demo_plant").returncode == 0
    celery_worker_process(beat=True)
    played = simulate(database, live_plant.url, seconds=600, speed=3)
    assert played.returncode == 0, played.stdout + played.stderr
    for command in ("check_ledger", "replay_postings"):
        done = database.manage(command)
        assert done.returncode == 0, done.stdout + done.stderr
