"""Packing: units into cases, cases onto pallets, each unit counted once, and a history that is only added to."""

import pytest

from backflush.queries.closing import close_findings
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.actions.make_sscc import make_sscc
from traceability.actions.open_handling_unit import open_handling_unit
from traceability.actions.pack_handling_unit import aggregate, disaggregate, pack_units, unpack_units
from traceability.models import HandlingUnit, MaterialLot, PackingRecord
from traceability.queries.packing import holding_units
from traceability.rules.gs1 import is_sscc

CASE, CASE_2, PALLET = "340123450000000017", "340123450000000024", "340123450000000031"
pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """Vials that count when a case is closed; each takes one stopper, each case three corners."""
    vial, stopper = plant.product("VIAL"), plant.item("STOPPER", decimals=0)
    corner = plant.item("CORNER", decimals=0)
    plant.trigger(vial, "10", kind="handling_unit_closed")
    plant.approved_bom(
        vial,
        [LineDraft("STOPPER", "1"), LineDraft("CORNER", "3", per="handling_unit", handling_unit_kind="case")],
    )
    made = floor.released_order(vial, "100", number="WO-1")
    floor.staged(made, stopper, "100", code="S/1")
    floor.staged(made, corner, "30", code="C/1")
    return made


def opened(order, sscc, kind="case"):
    return open_handling_unit(order=order, sscc=sscc, kind=kind, actor=plant.people().operator, now=floor.NOW)


def packed(unit, quantity, **fields):
    return pack_units(unit=unit, quantity=quantity, actor=plant.people().operator, now=floor.NOW, **fields)


def put_on(child, parent):
    return aggregate(child=child, parent=parent, actor=plant.people().operator, now=floor.NOW)


def closed(order, sscc, **fields):
    return reporting.posted(order, kind="handling_unit_closed", handling_unit=sscc, **fields)


def codes_of(doing):
    with pytest.raises(Refused) as refused:
        doing()
    return refused.value.codes


def test_closing_a_case_counts_what_is_in_it_and_closing_its_pallet_counts_nothing_more(order):
    case, pallet = opened(order, CASE), opened(order, PALLET, "pallet")
    packed(case, "12")
    assert closed(order, CASE).good == 12
    put_on(case, pallet)
    assert closed(order, PALLET).good == 0
    assert reporting.posted(order, kind="handling_unit_closed", handling_unit=CASE, good="12").good == 0
    lot = MaterialLot.objects.get(code="WO-1")
    assert floor.stock(lot, plant.place("finished")) == 12
    assert floor.stock(MaterialLot.objects.get(code="C/1"), plant.place("staging"), order) == 27


def test_loose_units_on_a_pallet_count_beside_its_cases(order):
    case, pallet = opened(order, CASE), opened(order, PALLET, "pallet")
    packed(case, "12")
    closed(order, CASE)
    put_on(case, pallet)
    packed(pallet, "3")
    assert closed(order, PALLET).good == 3


def test_a_report_of_other_units_than_were_packed_waits_until_that_is_mended(order):
    packed(opened(order, CASE), "12")
    report = reporting.drained(order, kind="handling_unit_closed", handling_unit=CASE, good="13")
    assert (report.state, reporting.reasons(report)) == ("blocked", ["handling_unit_contents_differ"])


def test_what_was_taken_out_before_the_close_does_not_count(order):
    case = opened(order, CASE)
    packed(case, "12")
    unpack_units(unit=case, quantity="2", lot_code="WO-1", actor=plant.people().operator, now=floor.NOW, note="Dented.")
    assert closed(order, CASE).good == 10
    assert codes_of(lambda: packed(case, "2")) == ["handling_unit_closed"]


def test_a_case_goes_onto_a_pallet_when_its_report_is_posted(order):
    case, pallet = opened(order, CASE), opened(order, PALLET, "pallet")
    packed(case, "12")
    assert codes_of(lambda: put_on(case, pallet)) == ["not_closed_yet"]


def test_a_case_is_taken_off_its_pallet_with_a_word_of_why_and_both_ways_stay_on_record(order):
    case, pallet = opened(order, CASE), opened(order, PALLET, "pallet")
    packed(case, "12")
    closed(order, CASE)
    put_on(case, pallet)
    closed(order, PALLET)
    actor = plant.people().operator
    assert codes_of(lambda: disaggregate(child=case, actor=actor, now=floor.NOW, note=" ")) == ["note_missing"]
    disaggregate(child=case, actor=actor, now=floor.NOW, note="Wrapped wrongly.")
    assert HandlingUnit.objects.get(sscc=CASE).parent is None
    acts = PackingRecord.objects.filter(handling_unit=pallet).order_by("id").values_list("act", "child__sscc", "note")
    assert list(acts) == [("packed", CASE, ""), ("unpacked", CASE, "Wrapped wrongly.")]
    assert codes_of(lambda: disaggregate(child=case, actor=actor, now=floor.NOW, note="again")) == ["not_packed"]


def test_a_reversed_close_opens_the_case_again_and_it_counts_anew(order):
    case = opened(order, CASE)
    packed(case, "12")
    reporting.reversed_by_qa(closed(order, CASE))
    packed(case, "1")
    assert closed(order, CASE).good == 13


def test_a_finished_lot_knows_the_handling_units_that_hold_it(order):
    case, pallet = opened(order, CASE), opened(order, PALLET, "pallet")
    packed(case, "12")
    packed(opened(order, CASE_2), "4", lot_code="OTHER")
    closed(order, CASE)
    put_on(case, pallet)
    found = holding_units(MaterialLot.objects.get(code="WO-1"))
    assert [(one.sscc, one.kind, one.quantity, one.parent) for one in found] == [(CASE, "case", 12, PALLET)]


def test_an_open_handling_unit_keeps_its_order_from_closing(order):
    packed(opened(order, CASE), "12")
    assert "handling_units_open" in {one.code for one in close_findings(order, floor.NOW)}


def test_the_plant_makes_ssccs_only_with_a_company_prefix(settings):
    assert codes_of(make_sscc) == ["no_company_prefix"]
    settings.GS1_COMPANY_PREFIX = "9521234"
    first, second = make_sscc(), make_sscc()
    assert first != second
    assert all(is_sscc(one) for one in (first, second))


def test_only_the_floor_packs(order):
    case = opened(order, CASE)
    assert codes_of(lambda: pack_units(unit=case, quantity="1", actor=plant.people().finance, now=floor.NOW)) == [
        "not_your_duty"
    ]
