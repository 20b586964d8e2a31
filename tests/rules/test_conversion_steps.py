"""The calculator's rule: exact steps, densities at a temperature, and plain words where nothing leads there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masterdata.rules.conversion_steps import contradictions, work_out
from masterdata.rules.densities import MeasuredDensity
from masterdata.rules.exact import Fraction
from masterdata.rules.units import ItemFactor, UnitFact, conversion
from tests.exact import exact

UNITS = {
    code: UnitFact(code, dimension, Fraction(factor))
    for code, dimension, factor in [
        ("KGM", "mass", "1"),
        ("GRM", "mass", "1/1000"),
        ("LBR", "mass", "45359237/100000000"),
        ("MTQ", "volume", "1"),
        ("LTR", "volume", "1/1000"),
        ("MLT", "volume", "1/1000000"),
        ("C62", "count", "1"),
        ("XDR", "count", "1"),
        ("XCS", "count", "1"),
    ]
}
OIL = ItemFactor("LTR", "KGM", Fraction("0.9"), "unit_factor:1", Fraction(20), Fraction("0.001"))
TURNED = ItemFactor("KGM", "LTR", Fraction(10, 9), "unit_factor:2", Fraction(20), Fraction("0.001"))


def test_every_step_names_its_fraction_and_where_it_comes_from():
    worked = work_out(Fraction("2.5"), "MLT", "GRM", UNITS, [OIL])
    assert [(one.from_unit, one.to_unit, one.factor, one.source) for one in worked.steps] == [
        ("MLT", "LTR", Fraction(1, 1000), None),
        ("LTR", "KGM", Fraction(9, 10), OIL),
        ("KGM", "GRM", Fraction(1000), None),
    ]
    assert worked.steps[-1].result == worked.result == Fraction("2.25")


def test_a_unit_is_itself_without_a_step():
    assert work_out(Fraction(3), "KGM", "KGM", UNITS, []).result == 3


def test_without_a_factor_the_missing_link_is_named():
    worked = work_out(Fraction(1), "LTR", "KGM", UNITS, [], of="OIL")
    assert (worked.result, worked.missing) == (None, ("LTR", "KGM"))
    assert [one.code for one in worked.refusals] == ["no_conversion"]
    assert "of OIL" in worked.refusals[0].sentence


def test_warmth_thins_a_liquid_whichever_way_its_factor_is_written():
    thin = Fraction("0.9") / Fraction("1.025")
    assert work_out(Fraction(1), "LTR", "KGM", UNITS, [OIL], temperature=Fraction(45)).result == thin
    assert work_out(Fraction(1), "LTR", "KGM", UNITS, [TURNED], temperature=Fraction(45)).result == thin
    assert work_out(thin, "KGM", "LTR", UNITS, [OIL], temperature=Fraction(45)).result == 1


def test_a_density_without_a_coefficient_stands_as_it_is_signed():
    stiff = ItemFactor("LTR", "KGM", Fraction("0.9"), reference_temperature=Fraction(20))
    worked = work_out(Fraction(1), "LTR", "KGM", UNITS, [stiff], temperature=Fraction(45))
    assert (worked.result, worked.steps[0].corrected) == (Fraction("0.9"), False)


def test_a_lots_density_goes_before_the_items_at_the_items_temperature():
    lot = MeasuredDensity("L/1", Fraction("0.88"), Fraction(30))
    worked = work_out(Fraction(1), "LTR", "KGM", UNITS, [OIL], measured=lot)
    assert worked.result == Fraction("0.88") * Fraction("1.01")
    assert (worked.steps[0].source.reference, worked.steps[0].corrected) == ("lot:L/1", True)
    assert work_out(Fraction(1), "LTR", "KGM", UNITS, [OIL], measured=lot, temperature=Fraction(30)).result == Fraction(
        "0.88"
    )


@given(
    exact(min_value=Fraction(1, 2), max_value=2), exact(min_value=-40, max_value=90), exact(min_value=-40, max_value=90)
)
def test_a_density_that_is_warmed_and_measured_again_is_the_same(density, heat, other):
    """A lot that is the item itself, measured at any temperature, converts as the item does at every other one."""
    signed = ItemFactor("LTR", "KGM", density, "d", Fraction(20), Fraction("0.001"))
    warm = work_out(Fraction(1), "LTR", "KGM", UNITS, [signed], temperature=heat).result
    lot = MeasuredDensity("L/1", warm, heat)
    for temperature in (other, None):
        as_item = work_out(Fraction(1), "LTR", "KGM", UNITS, [signed], temperature=temperature)
        as_lot = work_out(Fraction(1), "LTR", "KGM", UNITS, [signed], measured=lot, temperature=temperature)
        assert as_lot.result == as_item.result


def test_a_lots_density_converts_where_the_item_has_none():
    lot = MeasuredDensity("L/1", Fraction("0.88"))
    assert work_out(Fraction(2), "LTR", "KGM", UNITS, [], measured=lot).result == Fraction("1.76")


def test_a_lots_density_leaves_packages_alone():
    drum = ItemFactor("XDR", "LTR", Fraction(200))
    lot = MeasuredDensity("L/1", Fraction("0.88"))
    assert work_out(Fraction(1), "XDR", "KGM", UNITS, [OIL, drum], measured=lot).result == 176


def test_a_temperature_at_which_nothing_is_left_is_refused():
    worked = work_out(Fraction(1), "LTR", "KGM", UNITS, [OIL], temperature=Fraction(-980))
    assert (worked.result, [one.code for one in worked.refusals]) == (None, ["temperature_out_of_range"])


def test_a_temperature_matters_only_where_a_density_is_used():
    assert work_out(Fraction(1), "KGM", "GRM", UNITS, [OIL], temperature=Fraction(-980)).result == 1000


def test_factors_that_disagree_are_named_with_both_figures():
    drums = [ItemFactor("XDR", "LTR", Fraction(200)), ItemFactor("XDR", "KGM", Fraction(181))]
    worked = work_out(Fraction(1), "XDR", "KGM", UNITS, [OIL, *drums])
    assert worked.result == 181
    assert {one.others / one.factor.factor for one in worked.contradictions} <= {
        Fraction(180, 181),
        Fraction(181, 180),
    }
    assert len(worked.contradictions) == 1


def test_a_factor_that_belies_the_unit_table_contradicts():
    (found,) = contradictions("KGM", UNITS, [ItemFactor("KGM", "GRM", Fraction(999))])
    assert (found.factor.factor, found.others) == (999, 1000)


positive = exact(min_value=Fraction(1, 10**6), max_value=10**6).filter(lambda value: value > 0)
codes = st.sampled_from(sorted(UNITS))
factors = st.lists(
    st.tuples(codes, codes, positive).filter(lambda one: one[0] != one[1]).map(lambda one: ItemFactor(*one)),
    max_size=5,
)


@given(codes, codes, positive, positive, st.one_of(st.none(), exact(min_value=-100, max_value=200)))
def test_there_and_back_is_the_same_amount(here, there, amount, density, temperature):
    known = [
        ItemFactor("LTR", "KGM", density, "d", Fraction(20), Fraction("0.001")),
        ItemFactor("XCS", "C62", density * 7),
        ItemFactor("C62", "GRM", density),
    ]
    out = work_out(amount, here, there, UNITS, known, temperature=temperature)
    if out.result is None:
        assert out.refusals
        return
    back = work_out(out.result, there, here, UNITS, known, temperature=temperature)
    assert back.result == amount
    assert len(out.steps) == len(back.steps)


@given(codes, codes, codes, factors)
def test_without_a_contradiction_every_way_round_gives_the_same(first, middle, last, known):
    direct = conversion(first, last, UNITS, known)
    around = [conversion(first, middle, UNITS, known), conversion(middle, last, UNITS, known)]
    if direct is None or None in around or contradictions(first, UNITS, known):
        return
    assert around[0].factor * around[1].factor == direct.factor


@given(codes, codes, positive, factors)
def test_the_steps_are_the_path_that_posting_takes(here, there, amount, known):
    found = conversion(here, there, UNITS, known)
    worked = work_out(amount, here, there, UNITS, known)
    assert (found is None) == (worked.result is None)
    if found is not None:
        assert worked.result == amount * found.factor
        assert (here, *(one.to_unit for one in worked.steps)) == found.path
        product = Fraction(1)
        for one in worked.steps:
            product *= one.factor
        assert product == found.factor


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_graph_without_cycles_never_contradicts(count):
    links = [OIL, ItemFactor("XDR", "LTR", Fraction(200)), ItemFactor("XCS", "C62", Fraction(12))][:count]
    assert contradictions("LTR", UNITS, links) == ()
