"""What cannot be worked on is tried so many times and no more, then says so; a dead worker is followed by the next."""

from datetime import timedelta

import pytest

from masterdata.actions.check_import import check_import, discard_import, recheck_import
from masterdata.actions.claim_import import LEASE, claim_import, give_import_back
from masterdata.rules.import_flow import MOST_TRIES
from masterdata.rules.refusal import Refused
from masterdata.tasks import work_on_import
from tests import plant
from tests.importing import AT, exported, received

pytestmark = pytest.mark.django_db


@pytest.fixture
def items():
    plant.people()
    plant.item("FOIL", unit="KGM")
    return exported("items")


def test_a_check_that_crashes_is_tried_three_times_and_then_failed(items):
    one = received(items, zone="No/Where")
    for count in range(1, MOST_TRIES + 1):
        assert work_on_import(one.pk)
        one.refresh_from_db()
        assert one.tries == count
        assert one.state == ("failed" if count == MOST_TRIES else "received")
    assert "ZoneInfoNotFoundError" in one.failure
    assert "Check it again" in one.failure
    assert one.trace.startswith("import-")
    assert one.trace in one.failure
    assert not work_on_import(one.pk), "it would be tried for ever"


def test_the_log_has_the_trace_and_where_it_stopped(items, caplog, capsys):
    one = received(items, zone="No/Where")
    work_on_import(one.pk)
    one.refresh_from_db()
    said = caplog.text + "".join(capsys.readouterr())
    assert one.trace in said
    assert "ZoneInfoNotFoundError" in said


def test_a_failed_import_is_checked_again_when_its_author_says_so_and_counts_anew(items):
    one = received(items)
    for _ in range(MOST_TRIES):
        give_import_back(claimed=claim_import(now=AT, pk=one.pk), error=MemoryError("no more"))
    one.refresh_from_db()
    assert (one.state, one.tries) == ("failed", MOST_TRIES)
    with pytest.raises(Refused, match="uploaded by Ede Engineer"):
        recheck_import(data_import=one, person=plant.people().second_engineer, now=AT)
    recheck_import(data_import=one, person=plant.people().engineer, now=AT)
    assert (one.state, one.tries, one.failure, one.trace) == ("received", 0, "", "")
    check_import(claimed=claim_import(now=AT, pk=one.pk), now=AT)
    one.refresh_from_db()
    assert (one.state, one.unchanged, one.tries) == ("ready", 1, 0)


def test_a_failed_import_may_be_discarded(items):
    one = received(items)
    for _ in range(MOST_TRIES):
        give_import_back(claimed=claim_import(now=AT, pk=one.pk), error=MemoryError("no more"))
    one.refresh_from_db()
    assert discard_import(data_import=one, person=plant.people().engineer, now=AT).state == "discarded"


def test_workers_that_die_are_followed_until_the_last_try(items):
    one = received(items)
    now = AT
    for count in range(1, MOST_TRIES + 1):
        claimed = claim_import(now=now, pk=one.pk)
        assert (claimed.claims, claimed.tries) == (count, count)
        assert claim_import(now=now + LEASE / 2, pk=one.pk) is None, "somebody is at it"
        now += LEASE + timedelta(seconds=1)
    assert claim_import(now=now) is None
    one.refresh_from_db()
    assert one.state == "failed"
    assert "workers died" in one.failure
    assert one.trace in one.failure


def test_one_that_fails_does_not_hold_up_those_behind_it(items):
    bad, good = received(items), received(items)
    now = AT
    for _ in range(MOST_TRIES):
        assert claim_import(now=now, pk=bad.pk) is not None
        now += LEASE + timedelta(seconds=1)
    assert claim_import(now=now).pk == good.pk
    bad.refresh_from_db()
    assert bad.state == "failed"


def test_a_worker_that_was_thought_dead_writes_nothing_any_more(items):
    one = received(items)
    late = claim_import(now=AT, pk=one.pk)
    now = AT + LEASE + timedelta(seconds=1)
    taken = claim_import(now=now, pk=one.pk)
    check_import(claimed=late, now=now)
    one.refresh_from_db()
    assert (one.state, one.checks) == ("received", 0)
    check_import(claimed=taken, now=now)
    one.refresh_from_db()
    assert (one.state, one.checks) == ("ready", 1)
