"""When a record is reviewed: a quarter after the last time, at once after a process change; then overdue, then escalated."""

from datetime import date, timedelta

import pytest

from masterdata.rules.reviews import Intervals, intervals_of, next_review, outcome_refusals, urgency

SINCE = date(2026, 1, 1)


def due(reviewed: date | None = None, changed: date | None = None, days: int = 91) -> date:
    return next_review(since=SINCE, reviewed=reviewed, changed=changed, days=days)


def test_a_quarter_after_it_came_into_force_and_then_after_each_review():
    assert due() == date(2026, 4, 2)
    assert due(reviewed=date(2026, 3, 1)) == date(2026, 5, 31)


def test_a_process_change_makes_it_due_at_once_until_it_is_reviewed():
    assert due(changed=date(2026, 2, 1)) == date(2026, 2, 1)
    assert due(reviewed=date(2026, 2, 5), changed=date(2026, 2, 1)) == date(2026, 5, 7)
    assert due(reviewed=date(2026, 1, 20), changed=date(2026, 2, 1)) == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("days", "word"),
    [(-15, "later"), (-14, "due"), (0, "due"), (1, "overdue"), (14, "overdue"), (15, "escalated")],
)
def test_it_is_due_then_overdue_then_escalated(days, word):
    assert urgency(SINCE, SINCE + timedelta(days=days), Intervals()) == word


def test_kinds_have_intervals_of_their_own():
    intervals = intervals_of(91, " bin=365, supplier = 182 ", 7)
    assert [intervals.of(kind) for kind in ("bin", "supplier", "item")] == [365, 182, 91]
    assert intervals.escalate_after == 7


@pytest.mark.parametrize("text", ["bins=3", "bin", "bin=0", "bin=x", "bin=-1"])
def test_an_interval_that_cannot_be_read_is_told(text):
    with pytest.raises(ValueError, match="write kind=days"):
        intervals_of(91, text, 14)


def test_what_has_to_change_is_said():
    assert [one.code for one in outcome_refusals("change_needed", " ", "SUGAR")] == ["remark_missing"]
    assert [one.code for one in outcome_refusals("perhaps", "", "SUGAR")] == ["outcome_missing"]
    assert outcome_refusals("confirmed", "", "SUGAR") == []
