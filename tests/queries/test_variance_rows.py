"""Rows of variance add up to the whole above them, and the ledger lines behind a row add up to it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backflush.actions.close_order import close_order
from masterdata.rules.bom import AlternateDraft, LineDraft
from tests import floor, plant, reporting
from traceability.models import MaterialLot, StockBalance
from variance.actions.freeze_order import freeze_closed_orders
from variance.queries import order_variance, variance_board
from variance.queries.ledger_lines import (
    lines_of_component,
    lines_of_item,
    lines_of_no_component,
    lines_of_orders,
)

pytestmark = pytest.mark.django_db
DAYS = {"start": floor.NOW - timedelta(days=2), "end": floor.NOW + timedelta(days=2)}


@pytest.fixture
def order():
    """Three components at awkward prices, one with an alternate; two reports, of which one is reversed."""
    kit = plant.product("KIT", cost="1.005")
    plant.item("GREY", unit="KGM", decimals=3, cost="1.2345")
    for code, cost in (("FOIL", "1.111"), ("GLUE", "0.337"), ("INK", "7.777")):
        plant.item(code, unit="KGM", decimals=3, cost=cost)
    plant.approved_bom(
        kit,
        [
            LineDraft(item="FOIL", quantity="0.333", strategy="priority", alternates=(AlternateDraft("GREY", "1"),)),
            LineDraft(item="GLUE", quantity="0.0337"),
            LineDraft(item="INK", quantity="0.0111"),
        ],
    )
    made = floor.released_order(kit, "100")
    for code, quantity, paid in (
        ("FOIL", "4", "1.2"),
        ("GREY", "40", "1.3"),
        ("GLUE", "5", "0.35"),
        ("INK", "3", "7.7"),
    ):
        floor.staged(made, plant.item(code), quantity, code=f"{code}-1", unit_cost=Decimal(paid))
    reporting.posted(made, good="7")
    reporting.reversed_by_qa(reporting.posted(made, good="11"))
    reporting.posted(made, good="13")
    return made


def added_up(rows, of="total"):
    return sum((Decimal(row[of]) for row in rows), Decimal(0))


def part(of, name):
    return sum((Decimal(one["amount"]) for one in of["parts"] if one["name"] == name), Decimal(0))


def test_the_components_of_an_order_and_what_is_of_none_add_up_to_it(order):
    whole = order_variance(order)
    rows = [*whole["components"], whole["not_of_a_component"]]
    assert added_up(rows) == Decimal(whole["total"])
    for one in whole["parts"]:
        assert sum(part(row, one["name"]) for row in rows) == Decimal(one["amount"])


@pytest.mark.parametrize("group", ["product", "order", "component"])
def test_the_rows_of_the_board_add_up_to_its_total(order, group):
    board = variance_board(order.site, group=group, **DAYS)
    assert added_up(board["rows"]) == Decimal(board["total"]) == Decimal(order_variance(order)["total"])
    for one in board["parts"]:
        assert sum(part(row, one["name"]) for row in board["rows"]) == Decimal(one["amount"])


def test_a_closed_order_adds_up_as_it_did_while_it_was_open(order):
    live = order_variance(order)
    for one in StockBalance.objects.filter(order_id=order.pk, quantity__gt=0):
        floor.returned(order, MaterialLot.objects.get(pk=one.lot_id), one.quantity)
    close_order(order=order, actor=plant.people().supervisor, now=floor.NOW, accepted={"under_posted": "stopped early"})
    freeze_closed_orders(now=floor.NOW)
    assert order_variance(order)["frozen"] is True
    assert order_variance(order)["not_of_a_component"] == live["not_of_a_component"]


def test_a_currency_of_three_decimals_keeps_them_on_the_board(order):
    order.site.currency_decimals = 3
    order.site.save()
    board = variance_board(order.site, group="component", **DAYS)
    assert len(board["total"].rpartition(".")[2]) == 3
    assert added_up(board["rows"]) == Decimal(board["total"])


def test_the_lines_of_an_order_add_up_to_its_variance_but_for_cents(order):
    behind = lines_of_orders([order])
    assert behind.variance == Decimal(order_variance(order)["total"])
    assert abs(behind.expected) <= Decimal("0.005") * (len(behind.lines) + 1)
    assert {line["direction"] for line in behind.lines} == {"used", "given back", "received", "receipt taken back"}


def test_the_lines_of_a_component_add_up_to_what_it_used_and_cost(order):
    for one in order_variance(order)["components"]:
        behind = lines_of_component(order, one["component"])
        assert behind.variance == Decimal(one["total"])
        price = {"FOIL": "1.111", "GLUE": "0.337", "INK": "7.777"}[one["item"]]
        should = Decimal(one["standard_quantity"]) * Decimal(price)
        assert abs(behind.actual - should - behind.variance) <= Decimal("0.01")
        assert sum(line["quantity"] for line in behind.lines) == Decimal(one["actual_quantity"])


def test_the_lines_behind_a_row_of_the_board_are_those_it_adds_up_alternates_too(order):
    board = variance_board(order.site, group="component", **DAYS)
    for row in board["rows"]:
        behind = lines_of_item([order], row["key"]) if row["key"] else lines_of_no_component([order])
        assert behind.variance == Decimal(row["total"])
        if row["key"]:
            assert sum(line["quantity"] for line in behind.lines) == Decimal(row["actual_quantity"])
    assert {line["item"] for line in lines_of_item([order], "FOIL").lines} == {"FOIL", "GREY"}


def test_every_line_stands_behind_exactly_one_row(order):
    board = variance_board(order.site, group="component", **DAYS)
    found = [
        line["id"]
        for row in board["rows"]
        for line in (lines_of_item([order], row["key"]) if row["key"] else lines_of_no_component([order])).lines
    ]
    assert sorted(found) == sorted(line["id"] for line in lines_of_orders([order]).lines)
