"""Staging: a scan binds a lot's quantity to an order, or says why not and what to do."""

from datetime import timedelta
from decimal import Decimal

import pytest

from masterdata.rules.bom import AlternateDraft, LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant
from traceability.actions.take_back_staging import take_back_staging
from traceability.models import LedgerEntry, LedgerLine, StagingScan, StockBalance

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    made = plant.product("KIT")
    plant.item("FOIL", unit="KGM", decimals=3, cost="4")
    plant.item("TAPE", unit="KGM", decimals=3, cost="3")
    plant.item("GLUE", unit="KGM", decimals=3, cost="2")
    plant.approved_bom(made, [LineDraft("FOIL", "0.5", strategy="priority", alternates=(AlternateDraft("TAPE", "1"),))])
    return made


@pytest.fixture
def order(kit):
    return floor.released_order(kit, "100")


@pytest.fixture
def foil(kit):
    return plant.item("FOIL")


def refused(order, lot, quantity="10", **more) -> list:
    with pytest.raises(Refused) as caught:
        floor.staged_lot(order, lot, quantity, **more)
    assert all(refusal.sentence and refusal.remedy for refusal in caught.value.refusals)
    assert not StagingScan.objects.filter(order=order, lot=lot).exists()
    assert not StockBalance.objects.filter(lot_id=lot.pk, order_id=order.pk).exists()
    return list(caught.value.refusals)


def codes(refusals) -> list[str]:
    return [refusal.code for refusal in refusals]


def test_staging_moves_and_binds(order, foil):
    lot = floor.received_lot(foil, "60")
    scan = floor.staged_lot(order, lot, "50.125", rank=3)
    assert floor.stock(lot) == Decimal("9.875")
    assert floor.stock(lot, plant.place("staging"), order) == Decimal("50.125")
    balance = StockBalance.objects.get(lot_id=lot.pk, order_id=order.pk)
    assert (balance.staged_at, balance.rank) == (floor.NOW, 3)
    assert (scan.person, scan.kind, scan.quantity) == (plant.people().operator, "stage", Decimal("50.125"))
    entry = LedgerEntry.objects.get(id=scan.entry_id)
    assert (entry.kind, entry.order_id, entry.person_id) == ("staging", order.pk, plant.people().operator.pk)
    # a line is an order's usage only when it is issued
    assert LedgerLine.objects.get(entry_id=entry.id).order_id is None


def test_an_alternate_may_be_staged(order):
    lot = floor.received_lot(plant.item("TAPE"), "10")
    floor.staged_lot(order, lot, "10")
    assert floor.stock(lot, plant.place("staging"), order) == 10


def test_two_orders_do_not_share_a_binding(order, kit, foil):
    other = floor.released_order(kit, "5")
    lot = floor.received_lot(foil, "60")
    floor.staged_lot(order, lot, "40")
    assert codes(refused(other, lot, "25")) == ["short"]
    floor.staged_lot(other, lot, "20")
    staging = plant.place("staging")
    assert (floor.stock(lot, staging, order), floor.stock(lot, staging, other)) == (40, 20)


def test_a_lot_that_is_not_released_is_refused_with_what_to_do(order, foil):
    lot = floor.received_lot(foil, "60", released=False, code="F-77")
    (refusal,) = refused(order, lot)
    assert refusal.code == "not_released"
    assert refusal.sentence == "Lot F-77 of FOIL is in quarantine, not released."
    assert refusal.remedy == "Take a released lot, or ask QA for a disposition."


def test_a_held_lot_is_refused(order, foil):
    lot = floor.received_lot(foil, "60")
    floor.held(lot)
    assert codes(refused(order, lot)) == ["not_released"]


def test_the_last_day_of_a_lot_still_counts_and_the_next_does_not(order, foil):
    # 23:30 in Berlin on the sixth is the sixth there, whatever the date in UTC
    lot = floor.received_lot(foil, "60", expires_on=floor.NOW.date())
    late = floor.NOW.replace(hour=22, minute=30)
    floor.staged_lot(order, lot, "10", at=late)
    other = floor.received_lot(foil, "60", expires_on=floor.NOW.date())
    assert codes(refused(order, other, at=late + timedelta(hours=1))) == ["expired"]


def test_an_item_that_the_order_does_not_use_is_refused(order):
    lot = floor.received_lot(plant.item("GLUE"), "60")
    assert codes(refused(order, lot)) == ["not_in_bom"]


def test_only_staging_bins_that_serve_the_operation_take_it(order, foil):
    lot = floor.received_lot(foil, "60")
    elsewhere = plant.place("staging", "STAGING-9", serves=plant.line("L9"))
    (refusal,) = refused(order, lot, to_bin=elsewhere)
    assert refusal.code == "wrong_bin"
    assert "does not serve" in refusal.sentence
    plant.place("staging")
    (refusal,) = refused(order, lot, to_bin=elsewhere)
    assert refusal.remedy == "Stage it into STAGING-1."
    (refusal,) = refused(order, lot, to_bin=plant.place("store", "STORE-2"))
    assert "not a staging bin" in refusal.sentence


def test_material_in_quarantine_does_not_go_to_a_line(order, foil):
    lot = floor.received_lot(foil, "60", place=plant.place("quarantine"))
    assert codes(refused(order, lot, from_bin=plant.place("quarantine"))) == ["wrong_bin"]


def test_more_than_the_store_has_is_refused_with_how_much_there_is(order, foil):
    lot = floor.received_lot(foil, "60", code="F-9")
    (refusal,) = refused(order, lot, "60.001")
    assert refusal.code == "short"
    assert "holds 60 " in refusal.sentence


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ("1.0001", "quantity_too_fine"),
        ("0", "quantity_not_positive"),
        ("-5", "quantity_not_positive"),
        ("many", "quantity_not_a_number"),
        ("NaN", "quantity_not_a_number"),
        ("Infinity", "quantity_not_a_number"),
        (0.1, "quantity_not_a_number"),
        ("1e30", "quantity_implausible"),
    ],
)
def test_a_quantity_that_cannot_be_counted_is_refused(order, foil, quantity, code):
    lot = floor.received_lot(foil, "60")
    assert codes(refused(order, lot, quantity)) == [code]


def test_an_order_that_is_not_released_takes_nothing(kit, foil):
    planned = floor.planned_order(kit, "5")
    lot = floor.received_lot(foil, "60")
    assert codes(refused(planned, lot))[0] == "order_not_open"


def test_all_reasons_come_at_once(order):
    lot = floor.received_lot(plant.item("GLUE"), "5", released=False, expires_on=floor.NOW.date())
    late = floor.NOW + timedelta(days=2)
    found = codes(refused(order, lot, "6", at=late))
    assert found == ["not_released", "expired", "not_in_bom", "short"]


def test_a_lot_of_another_site_is_refused(order, foil):
    abroad = plant.site("ABROAD")
    lot = floor.received_lot(foil, "60", place=plant.place("store", at_site=abroad))
    assert "wrong_site" in codes(refused(order, lot, from_bin=plant.place("store", at_site=abroad)))


def test_components_of_a_phantom_are_staged_at_the_operation_of_its_line():
    made = plant.product("BOX", operations=("10", "20"))
    plant.item("INNER")
    plant.item("SCREW")
    plant.approved_bom(plant.item("INNER"), [LineDraft("SCREW", "4")], phantom=True)
    plant.approved_bom(made, [LineDraft("INNER", "1", operation="20")])
    order = floor.released_order(made, "10")
    lot = floor.received_lot(plant.item("SCREW"), "40")
    floor.staged_lot(order, lot, "40")
    assert floor.stock(lot, plant.place("staging"), order) == 40


def test_somebody_without_the_role_stages_nothing(order, foil):
    from traceability.actions.stage_lot import stage_lot

    lot = floor.received_lot(foil, "60")
    with pytest.raises(Refused) as caught:
        stage_lot(
            order=order,
            lot=lot,
            from_bin=plant.place("store"),
            to_bin=plant.place("staging"),
            quantity="1",
            actor=plant.people().auditor,
            now=floor.NOW,
        )
    assert caught.value.codes == ["not_your_duty"]


def test_the_last_scan_can_be_taken_back_once(order, foil):
    lot = floor.received_lot(foil, "60")
    scan = floor.staged_lot(order, lot, "25")
    undone = take_back_staging(scan=scan, actor=plant.people().operator, now=floor.NOW)
    assert undone.undoes == scan
    assert (floor.stock(lot), floor.stock(lot, plant.place("staging"), order)) == (60, 0)
    with pytest.raises(Refused) as caught:
        take_back_staging(scan=scan, actor=plant.people().operator, now=floor.NOW)
    assert caught.value.codes == ["already_taken_back", "short"]


def test_what_left_the_staging_bin_cannot_be_taken_back(order, foil):
    lot = floor.received_lot(foil, "60")
    scan = floor.staged_lot(order, lot, "25")
    floor.returned(order, lot, "20")
    with pytest.raises(Refused) as caught:
        take_back_staging(scan=scan, actor=plant.people().operator, now=floor.NOW)
    assert caught.value.codes == ["short"]
