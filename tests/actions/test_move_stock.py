"""Stock between shelves: put away, filled into a supermarket, returned, scrapped."""

from decimal import Decimal

import pytest

from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant
from traceability.actions.fill_supermarket import fill_supermarket
from traceability.actions.put_away import put_away
from traceability.actions.return_to_stock import return_to_stock
from traceability.actions.scrap_stock import scrap_stock
from traceability.models import LedgerEntry, LedgerLine, StagingScan

pytestmark = pytest.mark.django_db


@pytest.fixture
def foil():
    return plant.item("FOIL", unit="KGM", decimals=3, cost="4")


@pytest.fixture
def order(foil):
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    return floor.released_order(kit, "100")


def refused_codes(action, **given) -> list[str]:
    lines = LedgerLine.objects.count()
    given.setdefault("actor", plant.people().operator)
    with pytest.raises(Refused) as caught:
        action(now=floor.NOW, **given)
    assert LedgerLine.objects.count() == lines
    assert all(refusal.remedy for refusal in caught.value.refusals)
    return caught.value.codes


def test_stock_is_put_away_into_another_store(foil):
    lot = floor.received_lot(foil, "60")
    second = plant.place("store", "STORE-2")
    put_away(
        lot=lot,
        from_bin=plant.place("store"),
        to_bin=second,
        quantity="20",
        actor=plant.people().operator,
        now=floor.NOW,
    )
    assert (floor.stock(lot), floor.stock(lot, second)) == (40, 20)


@pytest.mark.parametrize("kind", ["staging", "supermarket", "scrap", "consumed", "customer"])
def test_unbound_stock_is_not_put_where_other_rules_hold(foil, kind):
    lot = floor.received_lot(foil)
    given = {"lot": lot, "from_bin": plant.place("store"), "to_bin": plant.place(kind), "quantity": "1"}
    assert refused_codes(put_away, **given) == ["wrong_bin"]


def test_what_lies_in_quarantine_leaves_it_by_qa_only(foil):
    quarantine, store = plant.place("quarantine"), plant.place("store")
    lot = floor.received_lot(foil, place=quarantine)
    given = {"lot": lot, "from_bin": quarantine, "to_bin": store, "quantity": "100"}
    assert refused_codes(put_away, **given) == ["in_quarantine"]
    put_away(**given, actor=plant.people().qa, now=floor.NOW)
    assert floor.stock(lot) == 100


def test_the_same_bin_is_no_move(foil):
    lot, store = floor.received_lot(foil), plant.place("store")
    assert refused_codes(put_away, lot=lot, from_bin=store, to_bin=store, quantity="1") == ["same_place"]


def test_a_supermarket_is_filled_by_scan_and_stays_unbound():
    washer = plant.item("WASHER", decimals=0, supermarket=True)
    lot = floor.in_supermarket(washer, "500")
    assert floor.stock(lot, plant.place("supermarket")) == 500


def test_only_flagged_items_in_date_and_released_go_to_a_supermarket(foil):
    given = {"from_bin": plant.place("store"), "to_bin": plant.place("supermarket"), "quantity": "1"}
    assert refused_codes(fill_supermarket, lot=floor.received_lot(foil), **given) == ["not_a_supermarket_item"]
    washer = plant.item("WASHER", decimals=0, supermarket=True)
    waiting = floor.received_lot(washer, released=False, expires_on=floor.NOW.date())
    assert refused_codes(fill_supermarket, lot=waiting, **given) == ["not_released"]


def test_unused_material_goes_back_to_the_store(order, foil):
    lot = floor.staged(order, foil, "50")
    scan = floor.returned(order, lot, "12.5")
    assert (floor.stock(lot), floor.stock(lot, plant.place("staging"), order)) == (Decimal("12.5"), Decimal("37.5"))
    assert (scan.kind, scan.reason.code, scan.exposed) == ("return", "LEFT-OVER", False)
    assert LedgerEntry.objects.get(id=scan.entry_id).reason_id == scan.reason_id


def test_exposed_material_goes_to_quarantine_and_nowhere_else(order, foil):
    lot = floor.staged(order, foil, "50")
    given = {
        "order": order,
        "lot": lot,
        "from_bin": plant.place("staging"),
        "to_bin": plant.place("store"),
        "quantity": "5",
        "reason": plant.reason("LEFT-OVER", "return"),
        "exposed": True,
    }
    assert refused_codes(return_to_stock, **given) == ["exposed_goes_to_quarantine"]
    floor.returned(order, lot, "5", exposed=True)
    assert floor.stock(lot, plant.place("quarantine")) == 5
    assert StagingScan.objects.get(kind="return").exposed


def test_a_return_takes_a_reason_for_returns(order, foil):
    lot = floor.staged(order, foil, "50")
    given = {
        "order": order,
        "lot": lot,
        "from_bin": plant.place("staging"),
        "to_bin": plant.place("store"),
        "quantity": "5",
        "reason": plant.reason("TORN", "scrap", loss="avoidable"),
        "exposed": False,
    }
    assert refused_codes(return_to_stock, **given) == ["reason_wrong_kind"]


def test_no_more_comes_back_than_is_bound(order, foil):
    lot = floor.staged(order, foil, "50")
    with pytest.raises(Refused) as caught:
        floor.returned(order, lot, "50.001")
    assert caught.value.codes == ["short"]
    assert f"bound to order {order.number}" in caught.value.refusals[0].sentence


def test_stock_is_scrapped_with_a_reason(order, foil):
    lot = floor.staged(order, foil, "50")
    entry = scrap_stock(
        lot=lot,
        from_bin=plant.place("staging"),
        quantity="2",
        reason=plant.reason("TORN", "scrap", loss="avoidable"),
        order=order,
        actor=plant.people().operator,
        now=floor.NOW,
    )
    assert (entry.kind, entry.order_id) == ("scrap", order.pk)
    assert floor.stock(lot, plant.place("staging"), order) == 48


def test_scrap_may_wait_in_a_scrap_bin(foil):
    lot = floor.received_lot(foil)
    given = {
        "lot": lot,
        "from_bin": plant.place("store"),
        "quantity": "2",
        "reason": plant.reason("TORN", "scrap", loss="avoidable"),
    }
    assert refused_codes(scrap_stock, **given, to_bin=plant.place("store", "STORE-2")) == ["wrong_bin"]
    scrap_stock(**given, to_bin=plant.place("scrap"), actor=plant.people().operator, now=floor.NOW)
    assert floor.stock(lot, plant.place("scrap")) == 2
