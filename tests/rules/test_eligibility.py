"""May a lot be drawn? Every reason at once."""

import pytest

from tests import recipes
from traceability.rules.eligibility import lot_refusals, may_be_offered, was_released

BEFORE, EVENT, LATER = "2026-11-20T00:00:00.000000Z", recipes.AT, "2026-11-23T09:00:00.000000Z"


def codes(**fields):
    stock, _ = recipes.lot(**fields)
    found = lot_refusals(stock, serving=(recipes.STAGING,), event=EVENT, event_day="2026-11-23", item_code="ITEM-1")
    assert all(refusal.sentence and refusal.subject and refusal.remedy for refusal in found)
    return [refusal.code for refusal in found]


def test_a_released_lot_in_date_in_its_bin_may_be_drawn():
    assert codes() == []


@pytest.mark.parametrize(
    ("expires_on", "expected"), [("2026-11-22", ["expired"]), ("2026-11-23", []), ("2026-11-24", [])]
)
def test_a_lot_is_good_until_its_expiry_day_is_over(expires_on, expected):
    assert codes(expires_on=expires_on) == expected


@pytest.mark.parametrize("status", ["quarantine", "held", "rejected", "recalled"])
def test_only_released_lots_are_drawn(status):
    assert codes(status=status) == ["not_released"]


def test_a_lot_released_only_after_the_event_was_not_released_then():
    assert codes(released_since=LATER) == ["not_released"]


def test_a_lot_held_in_between_was_released_at_the_event():
    assert codes(released_since=LATER, earlier_releases=((BEFORE, LATER),)) == []


def test_a_lot_held_at_the_event_was_not_released_whatever_it_is_today():
    assert codes(released_since=LATER, earlier_releases=((BEFORE, EVENT),)) == ["not_released"]


def test_a_bin_that_does_not_serve_the_operation_is_wrong():
    assert codes(bin=recipes.ELSEWHERE) == ["wrong_bin"]


def test_every_reason_is_given():
    assert codes(expires_on="2020-01-01", status="held", bin=recipes.ELSEWHERE) == [
        "expired",
        "not_released",
        "wrong_bin",
    ]


def test_release_counts_from_its_very_moment_until_the_very_moment_it_ends():
    stock, _ = recipes.lot(released_since=LATER, earlier_releases=((BEFORE, EVENT),))

    assert [was_released(stock, at) for at in (BEFORE, EVENT, LATER)] == [True, False, True]


def test_unbound_stock_is_offered_from_supermarkets_only_and_to_flagged_items_only():
    in_supermarket, _ = recipes.in_supermarket()
    in_staging, _ = recipes.lot(order=0)

    assert may_be_offered(in_supermarket, True)
    assert not may_be_offered(in_supermarket, False)
    assert not may_be_offered(in_staging, True)
