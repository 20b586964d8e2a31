"""The compiled fractions give what the standard library's give, to the last digit."""

import fractions
import operator
import pickle
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.exact import ONE, ZERO, Fraction

wholes = st.integers(-(10**30), 10**30)
parts = st.integers(1, 10**30)


def same(ours: object, theirs: object) -> bool:
    return (ours.numerator, ours.denominator) == (theirs.numerator, theirs.denominator)  # type: ignore[attr-defined]


@given(wholes, parts, wholes, parts)
@pytest.mark.parametrize("act", [operator.add, operator.sub, operator.mul])
def test_sums_differences_and_products_are_exact(act, a, b, c, d):
    assert same(act(Fraction(a, b), Fraction(c, d)), act(fractions.Fraction(a, b), fractions.Fraction(c, d)))


@given(wholes, parts, wholes.filter(bool), parts)
def test_quotients_and_remainders_are_exact(a, b, c, d):
    for act in (operator.truediv, operator.floordiv, operator.mod):
        assert same(act(Fraction(a, b), Fraction(c, d)), act(fractions.Fraction(a, b), fractions.Fraction(c, d)))


@given(wholes, parts, wholes, parts)
def test_comparisons_and_hashes_agree(a, b, c, d):
    ours, theirs = (Fraction(a, b), Fraction(c, d)), (fractions.Fraction(a, b), fractions.Fraction(c, d))
    for act in (operator.lt, operator.le, operator.eq, operator.gt, operator.ge):
        assert act(*ours) == act(*theirs)
    assert ours[0] == theirs[0]
    assert hash(ours[0]) == hash(theirs[0])


@given(wholes, parts)
def test_rounding_is_half_to_even(a, b):
    assert round(Fraction(a, b)) == round(fractions.Fraction(a, b))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_a_stored_decimal_is_read_exactly(value):
    assert same(Fraction(value), fractions.Fraction(value))
    assert same(Fraction(str(value)), fractions.Fraction(str(value)))


@given(wholes, parts)
def test_a_number_survives_being_sent_to_another_process(a, b):
    assert pickle.loads(pickle.dumps(Fraction(a, b))) == Fraction(a, b)


@pytest.mark.parametrize("text", ["１", "٣", "1/３", "０.５", "\x00", "१२", "𝟙"])
def test_reading_text_leaves_memory_alone(text):
    """The compiled class's own reader turns the one NUL of the process into a digit here."""
    with suppress(ValueError):
        assert same(Fraction(text), fractions.Fraction(text))
    assert bytes([0]) == bytes.fromhex("00") == b"\0"
    assert [bytes([code])[0] for code in range(256)] == list(range(256))


def test_what_it_makes_is_recognised():
    assert isinstance(Fraction("1/3") * 3 + Fraction(1, 2), Fraction)
    assert not isinstance(1, Fraction)
    assert Fraction() == 0


def test_a_sixth_of_eighteen_is_three_and_no_hair_more():
    assert Fraction(1, 6) * 18 == 3
    assert Fraction(Decimal("0.1")) * 10 == ONE
    assert Fraction(1, 3) * 3 - 1 == ZERO
