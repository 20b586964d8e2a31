"""Real workers replay, are killed in mid-replay and find out in mid-replay that it was cancelled. Posting does not wait."""

import time
from contextlib import contextmanager

import psycopg
import pytest

from backflush.actions.cancel_impact_replay import cancel_impact_replay
from backflush.actions.request_impact_replay import request_impact_replay
from backflush.models import ImpactReplay
from backflush.rules.impact_totals import read_impact
from backflush.tasks import ask_for_impact_replays
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting


@pytest.fixture
def asked(real_database):
    """A queued replay over six reports of three orders, twice as much foil proposed."""
    kit, foil = plant.product("KIT"), plant.item("FOIL", unit="KGM", cost="4.00")
    version = plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    for _ in range(3):
        order = floor.released_order(kit, "100")
        floor.staged(order, foil, "50")
        reporting.posted(order, good="10")
        reporting.posted(order, good="10")
    lines = [LineDraft("FOIL", "1", identity=version.lines.get().identity)]
    draft = plant.drafted_bom(kit, lines, at=floor.NOW)
    return request_impact_replay(
        kind="bom_version",
        record_id=draft.pk,
        days=30,
        site=plant.site(),
        actor=plant.people().engineer,
        now=floor.NOW,
    )


@contextmanager
def nobody_reads_recipes(real_database):
    """Whoever replays waits for recipes, in mid-replay."""
    with psycopg.connect(real_database.owner_url) as session:
        session.execute("LOCK TABLE backflush_recipe IN ACCESS EXCLUSIVE MODE")
        yield
        session.rollback()


def until(replay, wanted, what):
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        replay.refresh_from_db()
        if wanted(replay):
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come: {replay.state}, {replay.done} of {replay.total}, {replay.failure}")


def test_a_worker_replays_what_is_asked_for(asked, celery_worker_process):
    celery_worker_process()
    ask_for_impact_replays()

    until(asked, lambda replay: replay.state == "done", "the end")

    assert (asked.done, asked.total, asked.held_until) == (6, 6, None)
    impact = read_impact(asked.result)
    assert (impact.reports, impact.cost) == (6, 120)


def test_a_worker_killed_in_mid_replay_is_followed_by_the_next(asked, real_database, celery_worker_process):
    victim = celery_worker_process()
    with nobody_reads_recipes(real_database):
        ask_for_impact_replays()
        until(asked, lambda replay: replay.total == 6, "a worker in mid-replay")
        victim.kill()
    assert asked.state == "running"
    ImpactReplay.objects.filter(pk=asked.pk).update(held_until=asked.requested_at)  # its hold has run out

    celery_worker_process(beat=True)

    until(asked, lambda replay: replay.state == "done", "the end")
    assert (asked.claims, asked.lost, read_impact(asked.result).reports) == (2, 0, 6)


def test_a_replay_cancelled_under_a_worker_is_given_up(asked, real_database, celery_worker_process):
    worker = celery_worker_process()
    with nobody_reads_recipes(real_database):
        ask_for_impact_replays()
        until(asked, lambda replay: replay.total == 6, "a worker in mid-replay")
        cancel_impact_replay(replay=asked, actor=plant.people().qa, now=floor.NOW)
    limit = time.monotonic() + 30
    while "impact_replay_taken_away" not in worker.log():
        assert time.monotonic() < limit, worker.log()
        time.sleep(0.1)
    asked.refresh_from_db()
    assert (asked.state, asked.result) == ("cancelled", {})
