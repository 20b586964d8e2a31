"""What goes into what, what counts once, and SSCCs with their check digit."""

from dataclasses import replace

import pytest

from masterdata.rules.exact import Fraction
from traceability.rules.gs1 import is_sscc
from traceability.rules.packing import (
    UnitFact,
    aggregation_refusals,
    closing_refusals,
    packing_refusals,
    sscc_of,
    unpacking_refusals,
)

CASE = UnitFact("340123450000000017", "case", "WO-1", closed=False, holds=Fraction(12), lots=("B7",))
PALLET = UnitFact("340123450000000024", "pallet", "WO-1", closed=False, children=2)


def codes(refusals):
    return [one.code for one in refusals]


def test_a_closed_case_takes_and_gives_nothing_more():
    closed = replace(CASE, closed=True)
    assert codes(packing_refusals(CASE, "B7")) == []
    assert codes(packing_refusals(closed, "B7")) == ["handling_unit_closed"]
    assert codes(unpacking_refusals(closed, "B7", Fraction(1))) == ["handling_unit_closed"]


def test_a_case_holds_one_output_lot_and_gives_at_most_what_it_holds():
    assert codes(packing_refusals(CASE, "B8")) == ["another_lot_inside"]
    assert codes(packing_refusals(CASE, "")) == ["lot_missing"]
    assert codes(unpacking_refusals(CASE, "B7", Fraction(12))) == []
    assert codes(unpacking_refusals(CASE, "B7", Fraction(13))) == ["not_inside"]
    assert codes(unpacking_refusals(CASE, "B8", Fraction(1))) == ["not_inside"]


def test_a_closed_case_goes_onto_one_pallet_of_its_order_and_never_the_other_way_round():
    closed = replace(CASE, closed=True)
    assert codes(aggregation_refusals(closed, PALLET)) == []
    assert codes(aggregation_refusals(PALLET, closed)) == ["handling_unit_closed", "does_not_go_in", "not_closed_yet"]
    elsewhere = replace(closed, order="WO-2", parent="340123450000000031")
    assert codes(aggregation_refusals(elsewhere, PALLET)) == ["another_order", "packed_before"]
    assert codes(aggregation_refusals(CASE, PALLET)) == ["not_closed_yet"]


@pytest.mark.parametrize(
    ("unit", "reported", "expected"),
    [
        (CASE, 12, []),
        (CASE, 0, []),
        (CASE, 11, ["handling_unit_contents_differ"]),
        (PALLET, 0, []),
        (PALLET, 24, ["handling_unit_contents_differ"]),
        (replace(CASE, holds=Fraction(0), lots=()), 12, []),
    ],
)
def test_a_report_counts_what_was_packed_straight_in_and_not_what_was_counted_before(unit, reported, expected):
    assert codes(closing_refusals(unit, "WO-1", Fraction(reported))) == expected


def test_a_case_is_reported_to_its_own_order():
    assert codes(closing_refusals(CASE, "WO-2", Fraction(12))) == ["handling_unit_of_another_order"]


@pytest.mark.parametrize(("prefix", "serial"), [("9521234", 1), ("9521234567", 999_999), ("95212345", 10**8 + 7)])
def test_an_sscc_is_made_with_its_check_digit(prefix, serial):
    made = sscc_of(prefix, serial)
    assert is_sscc(made)
    assert made[1:].startswith(prefix)


def test_serials_beyond_the_prefix_go_to_the_extension_digit_and_then_end():
    assert sscc_of("9521234567", 1_000_000)[0] == "1"
    with pytest.raises(ValueError, match="given out"):
        sscc_of("9521234567", 10_000_000)
    with pytest.raises(ValueError, match="7 to 10 digits"):
        sscc_of("", 1)
