"""Which reasons open a deviation is one table, and ordinary waiting is not in it."""

import pytest

from backflush.rules.deviations import OPENS_DEVIATION, cause_among, scrap_beyond_limit
from backflush.rules.facts import ReportFact
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal


@pytest.mark.parametrize("code", ["machinery_failure", "method_not_allowed", "over_tolerance", "label_not_approved"])
def test_what_somebody_has_to_look_into_opens_one(code):
    found = cause_among([Refusal("short", "x"), Refusal(code, "y")])
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("code", ["short", "not_staged", "line_not_clear", "clock_out_of_sync", "order_not_open"])
def test_what_ordinary_work_mends_opens_none(code):
    assert cause_among([Refusal(code, "x")]) is None


def test_every_deviation_has_a_name():
    assert all(title and len(title) <= 160 for title in OPENS_DEVIATION.values())


def report(good: int, scrap: int, loss: str = "avoidable") -> ReportFact:
    return ReportFact(1, "operation_complete", "", "", "", Fraction(good), ((Fraction(scrap), loss),))


@pytest.mark.parametrize(
    ("told", "beyond"),
    [
        (report(95, 5), False),
        (report(94, 6), True),
        (report(0, 1), True),
        (report(1, 99, "structural"), False),
        (report(5, 0), False),
    ],
)
def test_avoidable_scrap_beyond_its_share_of_the_report_is_told(told, beyond):
    assert bool(scrap_beyond_limit(told, 5)) is beyond


def test_it_is_told_in_figures():
    assert scrap_beyond_limit(report(90, 10), 5).startswith("10 of 100 units were avoidable scrap; the limit is 5 %.")
