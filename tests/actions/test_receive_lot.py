"""Goods receipt, in the supplier's unit, exactly."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from masterdata.rules.refusal import Refused
from tests import floor, plant
from traceability.models import LedgerEntry, LedgerLine, LotStatusChange, MaterialLot

pytestmark = pytest.mark.django_db


@pytest.fixture
def foil():
    return plant.item("FOIL", unit="KGM", decimals=3, cost="4")


def refused_codes(*args, **fields) -> list[str]:
    lots = MaterialLot.objects.count()
    with pytest.raises(Refused) as caught:
        floor.received_lot(*args, **fields)
    assert MaterialLot.objects.count() == lots
    assert all(refusal.remedy for refusal in caught.value.refusals)
    return caught.value.codes


def test_a_received_lot_waits_in_quarantine(foil):
    lot = floor.received_lot(foil, "60.5", released=False, supplier=plant.supplier(), supplier_lot="S-1")
    assert (lot.status, lot.released_since, lot.unit_cost) == ("quarantine", None, Decimal(4))
    assert floor.stock(lot) == Decimal("60.5")
    line = LedgerLine.objects.get(lot_id=lot.pk)
    assert LedgerEntry.objects.get(id=line.entry_id).kind == "goods_receipt"
    assert (line.standard_amount, line.actual_amount) == (Decimal(242), Decimal(242))
    assert LotStatusChange.objects.get(lot=lot).person == plant.people().operator


def test_a_lot_released_by_rule_says_since_when(foil):
    assert floor.received_lot(foil).released_since == floor.NOW


def test_pounds_become_kilograms_exactly():
    item = plant.item("GRAIN", unit="KGM", decimals=8)
    lot = floor.received_lot(item, "100", unit="LBR")
    assert floor.stock(lot) == Decimal("45.359237")


def test_a_conversion_finer_than_the_item_is_counted_is_refused(foil):
    assert refused_codes(foil, "1", unit="LBR") == ["quantity_too_fine"]


def test_cases_convert_by_the_items_own_factor():
    screws = plant.item("SCREW", decimals=0)
    plant.factor(screws, "XCS", "C62", "144")
    assert floor.stock(floor.received_lot(screws, "5", unit="XCS")) == 720


def test_without_an_approved_factor_nothing_is_received(foil):
    assert refused_codes(foil, "5", unit="LTR") == ["no_conversion"]


def test_the_lots_own_density_takes_the_place_of_the_items(foil):
    plant.factor(foil, "LTR", "KGM", "0.8")
    assert floor.stock(floor.received_lot(foil, "10", unit="LTR")) == 8
    assert floor.stock(floor.received_lot(foil, "10", unit="LTR", density=Decimal("0.78"))) == Decimal("7.8")


def test_a_lot_without_a_date_expires_by_its_shelf_life():
    item = plant.item("GLUE", unit="KGM", shelf_life_days=30)
    assert floor.received_lot(item).expires_on == floor.NOW.date() + timedelta(days=30)
    assert floor.received_lot(item, expires_on=date(2026, 2, 1)).expires_on == date(2026, 2, 1)


def test_an_expired_delivery_is_refused(foil):
    assert refused_codes(foil, expires_on=floor.NOW.date() - timedelta(days=1)) == ["expired"]


def test_a_lot_code_is_used_once_per_item(foil):
    floor.received_lot(foil, code="A")
    assert refused_codes(foil, code=" A ") == ["lot_exists"]
    floor.received_lot(plant.item("TAPE"), code="A")


def test_a_serial_is_a_lot_of_one():
    motor = plant.item("MOTOR", decimals=0, tracking="serial")
    assert refused_codes(motor, "2") == ["serial_is_one"]
    assert floor.stock(floor.received_lot(motor, "1", code="SN-1")) == 1


def test_a_lot_is_not_received_into_a_staging_bin(foil):
    assert refused_codes(foil, place=plant.place("staging")) == ["wrong_bin"]


def test_certificate_values_out_of_range_are_all_named(foil):
    found = refused_codes(foil, potency=Decimal(0), density=Decimal(-1), unit_cost=Decimal(-1))
    assert found == ["value_out_of_range"] * 3


def test_a_lot_needs_a_code(foil):
    assert refused_codes(foil, code="  ") == ["code_missing"]
