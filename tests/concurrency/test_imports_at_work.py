"""A real worker checks an import, is really killed in mid-check, and the next one takes it up again."""

import time
from contextlib import contextmanager

import psycopg
import pytest

from masterdata.actions.acting import acting
from masterdata.models import DataImport
from masterdata.tasks import ask_for_work
from tests import plant
from tests.importing import exported, received


@pytest.fixture
def waiting(real_database):
    """An uploaded file that nobody has looked at."""
    plant.people()
    plant.item("FOIL", unit="KGM")
    return received(exported("items"))


@contextmanager
def nobody_reads_units(real_database):
    """Whoever checks waits for the unit table, in mid-check."""
    with psycopg.connect(real_database.owner_url) as session:
        session.execute("LOCK TABLE masterdata_unit IN ACCESS EXCLUSIVE MODE")
        yield
        session.rollback()


def until(one, wanted, what):
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        one.refresh_from_db()
        if wanted(one):
            return
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come: {one.state}, {one.claims} claims, {one.failure}")


def test_a_worker_killed_in_mid_check_is_followed_by_the_next(waiting, real_database, celery_worker_process):
    victim = celery_worker_process()
    with nobody_reads_units(real_database):
        ask_for_work()
        until(waiting, lambda one: one.claimed_at is not None, "a worker in mid-check")
        victim.kill()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.tries) == ("received", 1)
    with acting("service:tests"):
        DataImport.objects.filter(pk=waiting.pk).update(claimed_at=plant.NOW)  # its hold has run out

    celery_worker_process(beat=True)

    until(waiting, lambda one: one.state == "ready", "the end")
    assert (waiting.claims, waiting.checks, waiting.tries, waiting.unchanged) == (2, 1, 0, 1)


def test_a_worker_gives_up_a_check_that_crashes_and_says_so(real_database, celery_worker_process):
    plant.people()
    plant.item("FOIL", unit="KGM")
    one = received(exported("items"), zone="No/Where")
    worker = celery_worker_process(beat=True)

    until(one, lambda row: row.state == "failed", "the last try")

    assert one.claims == 3
    assert one.trace in worker.log()
    assert "ZoneInfoNotFoundError" in worker.log()
