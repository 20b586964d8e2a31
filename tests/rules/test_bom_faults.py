"""Every fault of a drafted BOM is found before it is submitted, all at once, with where it is."""

from dataclasses import replace
from decimal import Decimal

import pytest

from masterdata.rules.bom import AlternateDraft, BomDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.bom_faults import ItemFact, Surroundings, cycle_through, faults_of, with_unknown
from masterdata.rules.exact import Fraction
from masterdata.rules.posting_methods import ItemFlags
from masterdata.rules.units import ItemFactor, UnitFact

UNITS = {
    fact.code: fact
    for fact in [
        UnitFact("C62", "count", Fraction(1)),
        UnitFact("KGM", "mass", Fraction(1)),
        UnitFact("GRM", "mass", Fraction(1, 1000)),
        UnitFact("LTR", "volume", Fraction(1, 1000)),
    ]
}
ITEMS = {
    fact.code: fact
    for fact in [
        ItemFact("KIT", "C62", operations=frozenset({"10", "20"})),
        ItemFact("FOIL", "KGM"),
        ItemFact("FILM", "KGM"),
        ItemFact("OIL", "KGM", factors=(ItemFactor("LTR", "KGM", Fraction("0.9")),)),
        ItemFact("API", "KGM", flags=ItemFlags(potency_controlled=True)),
        ItemFact("TRAY", "C62", phantom_base="C62"),
        ItemFact("LOOP", "C62"),
        ItemFact("SOON", "C62", phantom_pending=True),
    ]
}
AROUND = Surroundings(ITEMS, UNITS, {"TRAY": frozenset({"FOIL"}), "LOOP": frozenset({"KIT"})})
FOIL = LineDraft("FOIL", "0.5")
GOOD = BomDraft("KIT", "100", "C62", lines=(FOIL,))


def codes(draft):
    return [fault.code for fault in faults_of(draft, AROUND)]


def with_line(**changes):
    return replace(GOOD, lines=(replace(FOIL, **changes),))


def test_a_plain_bom_has_no_fault():
    assert codes(GOOD) == []


def test_a_full_bom_has_no_fault():
    draft = replace(
        GOOD,
        assembly_scrap=ScrapDraft("5"),
        operation_scrap=(ScrapDraft("2", operation="20", net=True, convention="divide"),),
        lines=(
            replace(FOIL, unit="GRM", scrap=ScrapDraft("1"), setup=ScrapDraft(quantity="3")),
            LineDraft("OIL", "2", unit="LTR", operation="20"),
            LineDraft("API", "1", method="scan", tolerance="2"),
            LineDraft("TRAY", "4"),
            LineDraft("FILM", per="steps", steps=(StepDraft("0", "1"), StepDraft("500", "2"))),
            LineDraft(
                "FILM",
                "1",
                strategy="share",
                alternates=(AlternateDraft("FOIL", "1.1", percent="40"), AlternateDraft("OIL", percent="60")),
            ),
            LineDraft("FILM", "1", per="handling_unit", handling_unit_kind="case"),
        ),
        outputs=(OutputDraft("OIL", "1", unit="LTR", kind="co_product", cost_share="20"),),
    )
    assert codes(draft) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": "0"}, "zero_quantity"),
        ({"quantity": "-1"}, "negative_quantity"),
        ({"pieces": "0"}, "negative_quantity"),
        ({"unit": "C62"}, "no_conversion"),
        ({"operation": "30"}, "unknown_operation"),
        ({"item": "API"}, "method_not_allowed"),
        ({"item": "LOOP"}, "cycle"),
        ({"item": "KIT"}, "cycle"),
        ({"item": "SOON"}, "missing_phantom_version"),
        ({"tolerance": "101"}, "tolerance_out_of_range"),
        ({"per": "handling_unit"}, "handling_unit_unclear"),
        ({"handling_unit_kind": "case"}, "handling_unit_unclear"),
        ({"per": "steps"}, "steps_unclear"),
        ({"steps": (StepDraft("0", "1"),)}, "steps_unclear"),
        ({"per": "steps", "steps": (StepDraft("1", "1"),)}, "steps_not_from_zero"),
        ({"per": "steps", "steps": (StepDraft("0", "1"), StepDraft("0", "2"))}, "steps_not_rising"),
        ({"per": "steps", "steps": (StepDraft("0", "-1"),)}, "negative_quantity"),
        ({"scrap": ScrapDraft("100", convention="divide")}, "divide_by_nothing"),
        ({"scrap": ScrapDraft("150", convention="divide")}, "divide_by_nothing"),
        ({"scrap": ScrapDraft("100.5")}, "percent_above_100"),
        ({"scrap": ScrapDraft("-1")}, "negative_percent"),
        ({"scrap": ScrapDraft("1", net=True)}, "net_not_at_operation"),
        ({"scrap": ScrapDraft(quantity="1")}, "setup_not_on_a_line"),
        ({"per": "order", "scrap": ScrapDraft("1")}, "percent_on_fixed_line"),
        ({"setup": ScrapDraft("3")}, "setup_without_quantity"),
        ({"strategy": "mix"}, "strategy_unclear"),
        ({"alternates": (AlternateDraft("FILM"),)}, "strategy_unclear"),
        ({"strategy": "mix", "alternates": (AlternateDraft("FOIL"),)}, "alternate_given_twice"),
        ({"strategy": "mix", "alternates": (AlternateDraft("API"),)}, "method_not_allowed"),
        ({"strategy": "mix", "alternates": (AlternateDraft("TRAY"),)}, "phantom_alternate"),
        ({"strategy": "mix", "alternates": (AlternateDraft("LOOP"),)}, "cycle"),
        ({"strategy": "mix", "alternates": (AlternateDraft("FILM", "0"),)}, "zero_factor"),
        ({"strategy": "mix", "alternates": (AlternateDraft("FILM", percent="5"),)}, "percent_without_share"),
        ({"strategy": "share", "alternates": (AlternateDraft("FILM"),)}, "share_missing"),
        ({"strategy": "share", "alternates": (AlternateDraft("FILM", percent="101"),)}, "shares_above_100"),
    ],
)
def test_fault_of_a_line(changes, code):
    assert codes(with_line(**changes)) == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"base_quantity": "0"}, "zero_base"),
        ({"base_unit": "KGM"}, "no_conversion"),
        ({"lines": ()}, "empty_bom"),
        ({"assembly_scrap": ScrapDraft("100", convention="divide")}, "divide_by_nothing"),
        ({"operation_scrap": (ScrapDraft("1", operation="30"),)}, "unknown_operation"),
        ({"operation_scrap": (ScrapDraft("1", operation="10"), ScrapDraft("2", operation="10"))}, "scrap_given_twice"),
        ({"outputs": (OutputDraft("KIT", "1"),)}, "output_is_the_product"),
        ({"outputs": (OutputDraft("FILM", "0"),)}, "zero_quantity"),
        ({"outputs": (OutputDraft("FILM", "1", unit="C62"),)}, "no_conversion"),
        ({"outputs": (OutputDraft("FILM", "1", cost_share="-1"),)}, "cost_share_out_of_range"),
        (
            {"outputs": (OutputDraft("FILM", "1", cost_share="60"), OutputDraft("OIL", "1", cost_share="41"))},
            "cost_shares_above_100",
        ),
    ],
)
def test_fault_of_a_whole_version(changes, code):
    assert codes(replace(GOOD, **changes)) == [code]


def test_all_faults_are_listed_at_once_with_their_place():
    draft = replace(GOOD, base_quantity="0", lines=(replace(FOIL, quantity="0"), replace(FOIL, operation="99")))
    found = faults_of(draft, AROUND)
    assert [fault.code for fault in found] == ["zero_base", "zero_quantity", "unknown_operation"]
    assert [fault.subject for fault in found] == ["KIT", "line 1 (FOIL)", "line 2 (FOIL)"]
    assert all(fault.remedy for fault in found)


def test_a_loss_of_everything_again_is_the_most_that_is_grossed_up():
    assert codes(with_line(scrap=ScrapDraft("100"))) == []
    assert codes(replace(GOOD, assembly_scrap=ScrapDraft("150"))) == ["percent_above_100"]
    assert codes(replace(GOOD, operation_scrap=(ScrapDraft("150", operation="10"),))) == ["percent_above_100"]


def test_the_row_of_an_unknown_item_is_judged_for_the_rest():
    draft = replace(GOOD, lines=(LineDraft("NEVER", "0", operation="99", unit="KGM"),))
    found = faults_of(draft, with_unknown(draft, AROUND))
    assert [fault.code for fault in found] == ["unknown_operation", "zero_quantity"]


def test_a_phantom_needs_no_route():
    tray = BomDraft("TRAY", "1", "C62", phantom=True, lines=(replace(FOIL, operation="77"),))
    assert codes(tray) == []


def test_a_line_that_takes_only_setup_is_allowed():
    assert codes(with_line(quantity="0", setup=ScrapDraft(quantity="2"))) == []


def test_a_cycle_is_shown_as_the_way_round():
    uses = {"A": frozenset({"B"}), "B": frozenset({"C"}), "C": frozenset({"A"}), "D": frozenset({"D"})}
    assert cycle_through("A", ["B"], uses) == ("A", "B", "C", "A")
    assert cycle_through("X", ["D"], uses) == ()


@pytest.mark.parametrize("value", [1.5, True, "abc", "NaN", "Infinity"])
def test_a_draft_takes_no_number_that_has_lost_digits(value):
    with pytest.raises((TypeError, ValueError)):
        LineDraft("FOIL", value)


def test_decimal_text_in_a_draft_is_kept_exactly():
    assert LineDraft("FOIL", "0.100").quantity == Decimal("0.1")
