"""Measured beside computed: means per unit, limits by hand-computed examples, and the factor that follows."""

from decimal import Decimal

import pytest

from backflush.rules.pilot_figures import (
    Line,
    Proposal,
    Sample,
    found,
    left_out_of,
    places_of,
    proposal,
    shown,
    too_few_words,
)
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import Convention


def sample(measured: str, computed: str = "102", units: str = "100", running: str = "") -> Sample:
    return Sample("WO", *(Fraction(one) for one in (units, measured, computed, running or computed)))


#: differences per unit: 0.01, 0.02, 0.03, 0.04, 0.05; mean 0.03, s² = 0.001/4, s/√5 = √0.00005
FIVE = [sample("103"), sample("104"), sample("105"), sample("106"), sample("107")]


def test_limits_are_those_of_student():
    seen = found(FIVE)
    assert (seen.measured, seen.computed, seen.difference) == (Fraction("1.05"), Fraction("1.02"), Fraction("0.03"))
    # 2.776 × 0.00707107 = 0.0196293
    assert abs(seen.half_width - Decimal("0.0196293")) < Decimal("0.0000001")
    assert seen.differs
    assert (shown(seen.low, 3), shown(seen.high, 3)) == (Decimal("0.010"), Decimal("0.050"))


def test_fewer_than_five_orders_have_no_limits_and_no_factor():
    seen = found(FIVE[:4])
    assert (seen.enough, seen.half_width, seen.differs) == (False, None, False)
    refusal = proposal(seen, Line("SUGAR", Fraction(2), Convention.GROSS_UP))
    assert isinstance(refusal, Refusal)
    assert refusal.sentence == "Not enough orders yet: SUGAR was measured in 4 of 5."


def test_a_pilot_may_want_more_orders_and_never_fewer():
    assert found(FIVE, 8).enough is False
    assert found(FIVE, 2).fewest == 5


def test_nothing_measured_is_nothing_found():
    assert found([]) is None


def test_orders_of_different_size_count_alike():
    seen = found([sample("103"), sample("2040", "2040", "2000")])
    assert seen.difference == Fraction("0.005")


def test_a_difference_within_the_limits_proves_nothing():
    seen = found([sample(one) for one in ("100", "104", "101", "103", "102")])
    assert (seen.difference, seen.differs) == (0, False)


def test_the_factor_makes_the_computed_what_was_measured():
    # 1.02 × 1.05 ÷ 1.02 = 1.05
    made = proposal(found(FIVE), Line("SUGAR", Fraction(2), Convention.GROSS_UP))
    assert isinstance(made, Proposal)
    assert (made.percent, made.low, made.high) == (Decimal("5.0"), Decimal("3.0"), Decimal("7.0"))


def test_the_divide_convention_keeps_its_own_sum():
    # 1 ÷ (1 − 0.02) × 1.05 ÷ 1.02 = 1 ÷ (1 − s): s = 1 − 0.98 × 1.02 ÷ 1.05 = 4.8 %
    made = proposal(found(FIVE), Line("SUGAR", Fraction(2), Convention.DIVIDE))
    assert isinstance(made, Proposal)
    assert made.percent == Decimal("4.8")


def test_setup_and_quantities_per_order_are_not_scaled():
    # of 102 computed 2 are setup: 1.00 × (1.00 + 0.03) ÷ 1.00
    samples = [sample(one, running="100") for one in ("103", "104", "105", "106", "107")]
    made = proposal(found(samples), Line("SUGAR", Fraction(0), Convention.GROSS_UP))
    assert isinstance(made, Proposal)
    assert made.percent == Decimal("3.0")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (Line("SUGAR", Fraction(2), Convention.GROSS_UP, of_a_phantom=True), "line_of_a_phantom"),
        (Line("SUGAR", Fraction(0), Convention.GROSS_UP, per_base=False), "takes_no_percentage"),
        (Line("SUGAR", Fraction(0), Convention.GROSS_UP, backflushed=False), "posted_by_scan"),
        (Line("SUGAR", Fraction(5), Convention.GROSS_UP), None),
    ],
)
def test_where_no_factor_helps_it_says_why(line, code):
    made = proposal(found(FIVE), line)
    assert (made.code if isinstance(made, Refusal) else None) == code


def test_less_than_without_any_loss_is_no_loss():
    samples = [sample(one) for one in ("90", "91", "92", "93", "94")]
    made = proposal(found(samples), Line("SUGAR", Fraction(2), Convention.GROSS_UP))
    assert isinstance(made, Refusal)
    assert made.code == "less_than_without_loss"


def test_a_factor_that_is_right_already_is_left_alone():
    samples = [sample(one) for one in ("100", "104", "101", "103", "102")]
    made = proposal(found(samples), Line("SUGAR", Fraction(2), Convention.GROSS_UP))
    assert isinstance(made, Refusal)
    assert made.code == "factor_is_right"


def test_equal_orders_have_limits_of_no_width():
    seen = found([sample("105")] * 5)
    assert (seen.half_width, seen.differs) == (0, True)


@pytest.mark.parametrize(
    ("width", "places"), [("0.037", 3), ("0.37", 2), ("3.7", 1), ("37", 0), ("3700", 0), ("0.00000000000001", 9)]
)
def test_no_more_decimals_than_the_limits_carry(width, places):
    assert places_of(Decimal(width)) == places


def test_an_order_counts_for_a_component_only_where_that_was_measured():
    assert left_out_of("", measured=True) == ""
    assert left_out_of("", measured=False) == "not measured here"
    assert left_out_of("still being measured", measured=False) == "still being measured"


def test_what_is_too_few_is_said_in_words():
    assert too_few_words(5, 5, 5, 5) == ""
    assert too_few_words(0, 0, 6, 5) == "not measured in any of 6 orders; 5 are wanted"
    assert (
        too_few_words(3, 4, 6, 5) == "not enough orders yet (3 of 5), 1 measured does not count: no limits, no verdict"
    )
    assert too_few_words(4, 4, 4, 2).startswith("not enough orders yet (4 of 5)")
