"""Where lots are, what is bound, how they came there; lots and orders by what people know of them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from traceability.queries import (
    bound_stock,
    lot_movements,
    lots,
    lots_of_order,
    open_orders,
    orders,
    shipped,
    staging_scans,
    stock_in_bin,
    stock_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    kit = plant.product("KIT")
    plant.item("FOIL", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    return floor.released_order(kit, "100", number="WO/7")


def test_stock_is_shown_by_bin_and_binding(order):
    lot = floor.received_lot(plant.item("FOIL"), "60")
    floor.staged_lot(order, lot, "50", rank=2)
    assert [(one.bin.code, one.order, one.quantity) for one in stock_of(lot)] == [
        ("STAGING-1", order, Decimal(50)),
        ("STORE-1", None, Decimal(10)),
    ]
    (bound,) = bound_stock(order)
    assert (bound.lot, bound.quantity, bound.rank, bound.staged_at) == (lot, 50, 2, floor.NOW)
    assert [one.quantity for one in stock_in_bin(plant.place("store"))] == [10]


def test_movements_say_who_what_when_and_why(order, django_assert_max_num_queries):
    lot = floor.staged(order, plant.item("FOIL"), "50")
    floor.returned(order, lot, "5")
    with django_assert_max_num_queries(8):
        movements = lot_movements(lot)
    assert [(one.kind, one.from_bin, one.to_bin, one.quantity) for one in movements] == [
        ("return", "STAGING-1", "STORE-1", 5),
        ("staging", "STORE-1", "STAGING-1", 50),
        ("goods_receipt", "SUPPLIER", "STORE-1", 50),
    ]
    assert {one.person for one in movements} == {"Olga Operator"}
    assert (movements[0].reason, movements[0].order_number, movements[1].to_order) == ("LEFT-OVER", "WO/7", "WO/7")


def test_what_a_posting_made_is_received_and_what_it_used_is_issued(order):
    used = floor.staged(order, plant.item("FOIL"), "50")
    reporting.posted(order, good="10")
    (made,) = lots_of_order(order.pk)
    assert [(one.kind, one.what) for one in lot_movements(made)] == [("goods_issue", "goods receipt from production")]
    assert [one.what for one in lot_movements(used)] == ["goods issue", "staging", "goods receipt"]


def test_movements_stand_by_the_time_they_were_recorded(order):
    lot = floor.received_lot(plant.item("FOIL"), "50")
    earlier = floor.NOW - timedelta(hours=1)
    floor.staged_lot(order, lot, "50", at=earlier)
    assert [(one.kind, one.recorded_at) for one in lot_movements(lot)] == [
        ("goods_receipt", floor.NOW),
        ("staging", earlier),
    ]


def test_nothing_was_shipped_yet(order):
    assert shipped([floor.received_lot(plant.item("FOIL")).pk]) == {}


def test_orders_and_lots_are_found_by_what_people_know(order):
    lot = floor.staged(order, plant.item("FOIL"), "5", code="A/1", supplier_lot="S-9")
    assert list(lots(code="A/1")) == [lot] == list(lots(supplier_lot="S-9", item="FOIL", status="released"))
    assert list(lots(status="held")) == []
    assert list(orders(number="WO/7")) == [order] == list(orders(item="KIT", state="released", line=plant.line()))
    assert list(open_orders(plant.line())) == [order]
    assert list(open_orders(plant.line("L9"))) == []
    assert [scan.lot for scan in staging_scans(order)] == [lot]
    assert list(lots_of_order(order.pk)) == []
