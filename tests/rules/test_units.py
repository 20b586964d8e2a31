"""Conversion is exact, deterministic and refuses what no approved factor covers; rounding happens by the item's rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.exact import Fraction
from masterdata.rules.units import (
    ItemFactor,
    RoundingRule,
    UnitFact,
    conversion,
    decimal_text,
    density_at,
    fits,
    parse_decimal,
    round_quantity,
)
from masterdata.rules.vocabulary import Rounding
from tests.exact import exact

UNITS = {
    fact.code: fact
    for fact in [
        UnitFact("KGM", "mass", Fraction(1)),
        UnitFact("GRM", "mass", Fraction(1, 1000)),
        UnitFact("LBR", "mass", Fraction(45359237, 100000000)),
        UnitFact("LTR", "volume", Fraction(1, 1000)),
        UnitFact("MLT", "volume", Fraction(1, 1000000)),
        UnitFact("C62", "count", Fraction(1)),
        UnitFact("DZN", "count", Fraction(12)),
        UnitFact("XCS", "count", Fraction(1)),
        UnitFact("XPX", "count", Fraction(1)),
    ]
}
DENSITY = ItemFactor("LTR", "KGM", Fraction("0.8"), "density 0.8")


def test_a_pound_is_exactly_its_legal_mass():
    assert conversion("LBR", "KGM", UNITS, []).factor == Fraction(45359237, 100000000)
    assert conversion("LBR", "KGM", UNITS, []).path == ("LBR", "KGM")


def test_a_unit_converts_into_itself_even_if_the_table_does_not_know_it():
    assert conversion("ZZZ", "ZZZ", {}, []).factor == 1


def test_dimensions_do_not_mix_without_an_approved_factor():
    assert conversion("LTR", "KGM", UNITS, []) is None


def test_unknown_unit_has_no_conversion():
    assert conversion("QQQ", "KGM", UNITS, []) is None


def test_density_crosses_from_volume_to_mass_and_back():
    there = conversion("MLT", "GRM", UNITS, [DENSITY])
    assert there.factor == Fraction("0.8")
    assert there.path == ("MLT", "LTR", "KGM", "GRM")
    assert conversion("GRM", "MLT", UNITS, [DENSITY]).factor == Fraction("1.25")


def test_a_case_holds_what_the_item_says_and_nothing_by_the_table():
    assert conversion("XCS", "C62", UNITS, []) is None
    assert conversion("XCS", "C62", UNITS, [ItemFactor("XCS", "C62", Fraction(24))]).factor == 24


def test_packages_convert_through_each_other_by_the_items_factors():
    factors = [ItemFactor("XPX", "XCS", Fraction(40)), ItemFactor("XCS", "C62", Fraction(24))]
    found = conversion("XPX", "DZN", UNITS, factors)
    assert found.factor == 80
    assert found.path == ("XPX", "XCS", "C62", "DZN")


def test_the_shortest_path_counts_however_the_factors_are_listed():
    direct = ItemFactor("XPX", "C62", Fraction(961))
    around = [ItemFactor("XPX", "XCS", Fraction(40)), ItemFactor("XCS", "C62", Fraction(24))]
    assert conversion("XPX", "C62", UNITS, [direct, *around]).factor == 961
    assert conversion("XPX", "C62", UNITS, [*around, direct]).factor == 961


def test_the_table_wins_over_an_items_factor_inside_a_dimension():
    wrong = ItemFactor("KGM", "GRM", Fraction(999))
    assert conversion("KGM", "GRM", UNITS, [wrong]).factor == 1000


@pytest.mark.parametrize("factor", [Fraction(0), Fraction(-1)])
def test_a_factor_is_above_zero(factor):
    with pytest.raises(ValueError, match="above zero"):
        ItemFactor("LTR", "KGM", factor)


positive = exact(min_value=Fraction(1, 10**6), max_value=10**6).filter(lambda value: value > 0)
codes = st.sampled_from(sorted(UNITS))


@given(codes, codes, positive)
def test_there_and_back_is_exactly_one(here, there, factor):
    factors = [ItemFactor("LTR", "KGM", factor), ItemFactor("XCS", "C62", factor * 7), ItemFactor("C62", "GRM", factor)]
    out = conversion(here, there, UNITS, factors)
    back = conversion(there, here, UNITS, factors)
    assert (out is None) == (back is None)
    if out is not None:
        assert out.factor * back.factor == 1
        assert (out.path[0], out.path[-1]) == (here, there)
        assert len(out.path) == len(back.path)


@given(exact(min_value=-(10**9), max_value=10**9), st.integers(0, 9), st.sampled_from(list(Rounding)))
def test_rounding_moves_less_than_a_step_and_settles(value, decimals, mode):
    rule = RoundingRule(decimals, None, mode)
    rounded = round_quantity(value, rule)
    assert abs(rounded - value) < rule.step
    assert fits(rounded, rule)
    assert round_quantity(rounded, rule) == rounded
    assert round_quantity(-value, rule) == -rounded
    if mode == Rounding.HALF_EVEN:
        assert abs(rounded - value) <= rule.step / 2


@pytest.mark.parametrize(
    ("value", "mode", "expected"),
    [
        ("2.5", "half_even", "2"),
        ("3.5", "half_even", "4"),
        ("2.1", "up", "3"),
        ("2.9", "down", "2"),
        ("-2.1", "up", "-3"),
        ("-2.9", "down", "-2"),
        ("-2.5", "half_even", "-2"),
    ],
)
def test_rounding_modes_to_whole_pieces(value, mode, expected):
    assert round_quantity(Fraction(value), RoundingRule(0, None, Rounding(mode))) == Fraction(expected)


def test_a_multiple_takes_the_place_of_decimals():
    containers = RoundingRule(6, Fraction(25), Rounding.UP)
    assert round_quantity(Fraction("50.000001"), containers) == 75
    assert round_quantity(Fraction(50), containers) == 50


def test_eighteen_sixths_are_three_and_nothing_more():
    assert round_quantity(18 * Fraction(1, 6), RoundingRule(0, None, Rounding.UP)) == 3


@pytest.mark.parametrize(("decimals", "multiple"), [(10, None), (-1, None), (3, Fraction(0))])
def test_a_rounding_rule_without_sense_is_refused(decimals, multiple):
    with pytest.raises(ValueError):
        RoundingRule(decimals, multiple)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=9))
def test_decimal_text_and_parse_are_each_others_reverse(value):
    exact = Fraction(value)
    text = decimal_text(exact)
    assert parse_decimal(text) == exact
    assert "e" not in text.lower()
    assert "." not in text or not text.endswith("0")


@pytest.mark.parametrize(
    ("value", "text"), [("0", "0"), ("0.05", "0.05"), ("-0.5", "-0.5"), ("100", "100"), ("12.50", "12.5")]
)
def test_decimals_are_written_plainly(value, text):
    assert decimal_text(Fraction(value)) == text


def test_a_third_has_no_decimal_text():
    with pytest.raises(ValueError, match="finite decimal"):
        decimal_text(Fraction(1, 3))


@pytest.mark.parametrize("text", ["", "1e3", "1,5", "NaN", "inf", "٣", "1.", ".5", "1 000", "0x1", "1_0", None, 1.5])
def test_only_plain_decimals_are_parsed(text):
    with pytest.raises(ValueError):
        parse_decimal(text)


def test_warm_liquid_is_lighter_by_its_expansion():
    assert density_at(Fraction("0.8"), Fraction(20), Fraction("0.001"), Fraction(20)) == Fraction("0.8")
    assert density_at(Fraction("0.8"), Fraction(20), Fraction("0.001"), Fraction(45)) == Fraction("0.8") / Fraction(
        "1.025"
    )
