"""Which reasons open a deviation is one table, and ordinary waiting is not in it."""

import pytest

from backflush.rules.deviations import OPENS_DEVIATION, cause_among
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
