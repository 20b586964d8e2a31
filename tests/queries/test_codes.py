"""The search box: any code that the plant knows opens what it means."""

import pytest

from masterdata.rules.bom import LineDraft
from tests import floor, plant
from traceability.actions.open_handling_unit import open_handling_unit
from traceability.queries import find_code, lots_of_scan, read_scan

pytestmark = pytest.mark.django_db
GTIN = "09506000134352"
SSCC = "106141412345678908"


@pytest.fixture
def lot():
    foil = plant.item("FOIL", unit="KGM", gtin=GTIN)
    return floor.received_lot(foil, code="AB/1", supplier_lot="S-77")


def found(text, site=None) -> list[tuple[str, str]]:
    return [(one.kind, one.code) for one in find_code(site or plant.site(), text)]


def test_a_label_opens_its_lot(lot):
    assert found(f"01{GTIN}10AB/1") == [("lot", "AB/1")]
    assert found(f"(01){GTIN}(10)AB/1") == [("lot", "AB/1")]


def test_a_label_of_an_unknown_lot_opens_its_item(lot):
    assert found(f"01{GTIN}10NEVER-SEEN") == [("item", "FOIL")]


def test_a_label_with_another_items_gtin_does_not_open_the_lot(lot):
    assert found("010061414100041110AB/1") == []


def test_plain_codes_open_lots_by_ours_and_the_suppliers_code(lot):
    assert found("AB/1") == [("lot", "AB/1")]
    assert found("S-77") == [("lot", "AB/1")]


def test_orders_items_bins_badges_and_postings_are_found(lot):
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "1")])
    floor.released_order(kit, number="WO-7")
    assert found("wo-7") == [("workorder", "WO-7")]
    assert found("FOIL") == [("item", "FOIL")]
    assert found(GTIN) == [("item", "FOIL")]
    assert found("STORE-1") == [("bin", "STORE-1")]
    assert found("B-operator") == [("person", "B-operator")]
    (posting,) = find_code(plant.site(), "p-000123")
    assert (posting.kind, posting.key, posting.code) == ("posting", 123, "P-000123")


def test_a_pallet_is_found_by_its_sscc_bare_or_labelled(lot):
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "1")])
    order = floor.released_order(kit)
    open_handling_unit(order=order, sscc=SSCC, kind="pallet", actor=plant.people().operator, now=floor.NOW)
    assert found(SSCC) == [("handlingunit", SSCC)] == found(f"00{SSCC}")


def test_another_sites_lot_is_not_found(lot):
    assert found("AB/1", plant.site("ABROAD")) == []


def test_two_items_with_one_lot_code_are_both_shown(lot):
    floor.received_lot(plant.item("TAPE"), code="AB/1")
    assert found("AB/1") == [("lot", "AB/1"), ("lot", "AB/1")]
    assert [one.item.code for one in lots_of_scan(plant.site(), read_scan(f"01{GTIN}10AB/1"))] == ["FOIL"]


def test_people_are_found_by_badge_user_name_and_name():
    plant.people()
    for text in ("B-qa", "qa", "QA", "quinn", "Quinn Quality", "quality quinn"):
        assert found(text) == [("person", "B-qa")], text
    assert found("engineer") == [("person", "B-engineer")]
    assert found("Engineer Ede") == [("person", "B-engineer")]
    assert found("Quin") == []


def test_suppliers_reasons_lines_and_devices_are_found():
    plant.supplier("SUP-1")
    plant.reason("WRONG", "reversal")
    plant.device("MES-1")
    assert found("sup-1") == [("supplier", "SUP-1")]
    assert found("wrong") == [("reason", "WRONG")]
    assert found("L1") == [("productionline", "L1")]
    assert found("mes-1") == [("device", "MES-1")]


@pytest.mark.parametrize("text", ["", " ", "\x00", "nobody knows", "P-0", "x" * 5000, "%_\\", "P-99999999999999999999"])
def test_unknown_texts_find_nothing(lot, text):
    assert found(text) == []


def test_a_lot_typed_in_other_letters_is_found_where_only_one_can_be_meant(lot):
    assert found("ab/1") == [("lot", "AB/1")]
    floor.received_lot(plant.item("FILM"), code="Ab/1")
    assert found("ab/1") == []
    assert found("AB/1") == [("lot", "AB/1")]
