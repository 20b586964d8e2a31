"""The table of t is right: what lies between −t and t is 95 % of Student's distribution, computed here from its density."""

import math
from decimal import Decimal

import pytest

from backflush.rules.student_t import _TABLE, t_of_95_percent


def share_within(t: float, freedom: int) -> float:
    """Simpson's rule over the density of Student's t."""
    steps = 2000
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    values = [scale * (1 + (i * t / steps) ** 2 / freedom) ** (-(freedom + 1) / 2) for i in range(steps + 1)]
    return 2 * t / steps / 3 * (values[0] + values[-1] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2]))


@pytest.mark.parametrize(("freedom", "text"), _TABLE)
def test_each_row_leaves_five_percent_outside(freedom, text):
    t = float(text)
    assert share_within(t - 0.0006, freedom) < 0.95 < share_within(t + 0.0006, freedom)


def test_between_two_rows_the_wider_limits_hold():
    assert t_of_95_percent(35) == t_of_95_percent(30) == Decimal("2.042")
    assert t_of_95_percent(5000) == Decimal("1.984")


def test_one_value_has_no_limits():
    with pytest.raises(ValueError, match="at least two"):
        t_of_95_percent(0)
