"""What can be read: lots and their genealogy, orders and how ready they are, postings explained, master data, variances."""

import uuid
from decimal import Decimal

import pytest

from backflush.actions.post_reports import post_reports
from tests import floor, plant
from tests.api.shop import REPORTS, faults, person_client, report
from traceability.actions.ledger import record_moves
from traceability.rules.moves import Move


@pytest.fixture
def posted(shop, device):
    """Ten kits were reported and posted."""
    sent = report(good="10", output_lot="KIT/A-1")
    assert device.send(REPORTS, sent).status_code == 202
    post_reports()
    return device.get(f"{REPORTS}/{sent['event_id']}").json()["posting"]


def lot_called(client, code: str, item: str) -> dict:
    return client.get("/api/v1/lots", {"code": code, "item": item}).json()["results"][0]


def test_lot_is_found_by_a_code_with_a_slash(shop, device):
    floor.received_lot(shop.foil, "7", code="F/2", supplier=plant.supplier(), supplier_lot="S/9")
    found = device.get("/api/v1/lots", {"code": "F/2", "item": "FOIL"}).json()["results"]
    assert [(lot["code"], lot["item"], lot["quantity"], lot["unit"], lot["status"]) for lot in found] == [
        ("F/2", "FOIL", "7", "KGM", "released")
    ]
    assert found[0]["supplier"] == "SUP-1"
    assert device.get("/api/v1/lots", {"supplier_lot": "S/9"}).json()["results"] == found
    assert device.get("/api/v1/lots", {"code": "F/2", "item": "KIT"}).json()["results"] == []


def test_lot_shows_where_it_is_and_what_it_is_bound_to(shop, device):
    lot = device.get(lot_called(device, "F/1", "FOIL")["href"]).json()
    assert [(one["bin"], one["order"], one["quantity"]) for one in lot["stock"]] == [("STAGING-1", "WO-1", "50")]
    assert lot["unit_cost"] == "4"


@pytest.mark.parametrize("key", ["999999", "9" * 40])
def test_lot_that_is_not_there_is_a_404(bare_device, key):
    assert faults(bare_device.get(f"/api/v1/lots/{key}")) == [("", "not_found")]
    assert faults(bare_device.get(f"/api/v1/lots/{key}/genealogy")) == [("", "not_found")]


def test_genealogy_leads_back_and_forward_with_quantities_and_postings(posted, device):
    made, used = lot_called(device, "KIT/A-1", "KIT"), lot_called(device, "F/1", "FOIL")
    assert made["order"] == "WO-1"
    edge = {"outer": made["id"], "inner": used["id"], "how": "own", "quantity": "5", "postings": [posted["number"]]}
    back = device.get(f"/api/v1/lots/{made['id']}/genealogy").json()
    assert (back["direction"], back["depth"], back["cut"], back["edges"]) == ("back", None, False, [edge])
    assert [(lot["code"], lot["unit"], lot["level"]) for lot in back["lots"]] == [
        ("KIT/A-1", "C62", 0),
        ("F/1", "KGM", 1),
    ]
    forward = device.get(f"/api/v1/lots/{used['id']}/genealogy", {"direction": "forward", "depth": "1"}).json()
    assert [(lot["code"], lot["level"]) for lot in forward["lots"]] == [("F/1", 0), ("KIT/A-1", 1)]
    assert forward["edges"] == [edge]


def test_genealogy_tells_orders_that_have_no_output_lot_yet(shop, device):
    record_moves(
        site_id=shop.lot.site_id,
        kind="goods_issue",
        moves=[
            Move(
                shop.lot.pk,
                shop.lot.item_id,
                plant.place("staging").pk,
                shop.order.pk,
                plant.place("consumed").pk,
                0,
                Decimal(5),
                order_id=shop.order.pk,
                component=uuid.uuid4(),
            )
        ],
        actor=plant.people().operator,
        occurred_at=floor.NOW,
        now=floor.NOW,
        order_id=shop.order.pk,
    )
    found = device.get(f"/api/v1/lots/{shop.lot.pk}/genealogy", {"direction": "forward"}).json()
    assert found["in_orders"] == [
        {"order": "WO-1", "state": "released", "inner": shop.lot.pk, "quantity": "5", "postings": []}
    ]
    assert device.get(f"/api/v1/lots/{shop.lot.pk}/genealogy").json()["in_orders"] == []


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"direction": "up"}, ("direction", "unknown_word")),
        ({"depth": "0"}, ("depth", "not_a_whole_number")),
        ({"depth": "many"}, ("depth", "not_a_whole_number")),
        ({"deep": "1"}, ("deep", "unknown_parameter")),
    ],
)
def test_genealogy_refuses_what_it_does_not_know(shop, device, query, fault):
    answer = device.get(f"/api/v1/lots/{shop.lot.pk}/genealogy", query)
    assert (answer.status_code, faults(answer)) == (400, [fault])


def test_order_shows_progress_readiness_and_bindings(posted, device):
    order = device.get("/api/v1/work-orders/WO-1").json()
    assert (order["item"], order["quantity"], order["unit"], order["state"]) == ("KIT", "100", "C62", "released")
    assert order["bom"]["item"] == "KIT"
    [operation] = order["operations"]
    assert operation["progress"]["good"] == "10"
    assert operation["readiness"]["state"] == "ready"
    [binding] = order["bindings"]
    assert (binding["item"], binding["lot"], binding["bin"], binding["quantity"]) == ("FOIL", "F/1", "STAGING-1", "45")


def test_planned_order_is_idle(shop, device):
    floor.planned_order(shop.kit, "5", number="WO/2")
    order = device.get("/api/v1/work-orders/WO/2").json()
    assert (order["state"], order["operations"], order["bindings"], order["bom"]) == ("planned", [], [], None)


@pytest.mark.parametrize("number", ["WO-404", "%00", "wo-1"])
def test_order_that_is_not_there_is_a_404(bare_device, number):
    assert faults(bare_device.get(f"/api/v1/work-orders/{number}")) == [("", "not_found")]


def test_posting_explains_itself(posted, device):
    found = device.get(posted["href"]).json()
    assert (found["order"], found["good"], found["device"], found["person"]) == ("WO-1", "10", "MES-1", None)
    assert found["report"]["href"].startswith(REPORTS)
    assert {(line["item"], line["quantity"]) for line in found["ledger"]} == {("FOIL", "5"), ("KIT", "10")}
    explain = found["explain"]
    assert explain["replays"] is True
    assert [(one["item"], one["version"], one["approver"]) for one in explain["versions"]] == [
        ("KIT", 1, "Quinn Quality")
    ]
    [line] = explain["lines"]
    assert (line["item"], line["quantity"], line["draws"][0]["lot"]) == ("FOIL", "5", "F/1")
    assert line["steps"]


@pytest.mark.parametrize("number", ["P-999999", "nonsense", "9" * 30, "P-%00"])
def test_posting_that_is_not_there_is_a_404(bare_device, number):
    assert faults(bare_device.get(f"/api/v1/postings/{number}")) == [("", "not_found")]


def test_postings_are_listed_by_order(posted, device):
    assert [row["number"] for row in device.get("/api/v1/postings", {"order": "WO-1"}).json()["results"]] == [
        posted["number"]
    ]
    assert device.get("/api/v1/postings", {"order": "WO-2"}).json()["results"] == []


def test_items_and_boms_are_listed_with_their_figures(shop, device):
    [foil] = device.get("/api/v1/items", {"code": "FOIL"}).json()["results"]
    assert (foil["unit"], foil["standard_cost"], foil["decimals"], foil["tracking"]) == ("KGM", "4", 3, "lot")
    [version] = device.get("/api/v1/boms", {"item": "KIT", "state": "approved"}).json()["results"]
    assert (version["version"], version["approver"], version["author"]) == (1, "Quinn Quality", "engineer")
    content = device.get(version["href"]).json()["content"]
    assert [(line["item"], line["quantity"], line["unit"]) for line in content["lines"]] == [("FOIL", "0.5", "KGM")]
    assert faults(device.get("/api/v1/boms/999999")) == [("", "not_found")]


def test_variances_add_up_for_whoever_may_read_them(posted, shop):
    client = person_client(shop.cast.finance)
    [variance] = client.get("/api/v1/variances", {"order": "WO-1"}).json()["results"]
    assert (variance["order"], variance["item"], variance["currency"], variance["frozen"]) == (
        "WO-1",
        "KIT",
        "EUR",
        False,
    )
    cents = [round(float(part["amount"]) * 100) for part in variance["parts"]]
    assert sum(cents) == round(float(variance["total"]) * 100)
    [component] = variance["components"]
    beside = variance["not_of_a_component"]
    assert Decimal(component["total"]) + Decimal(beside["total"]) == Decimal(variance["total"])
    assert (component["item"], component["standard_quantity"], component["actual_quantity"]) == ("FOIL", "5", "5")


def test_variances_are_not_for_devices_nor_for_operators(shop, device):
    for client in (device, person_client(shop.cast.operator)):
        answer = client.get("/api/v1/variances")
        assert (answer.status_code, faults(answer)) == (403, [("", "not_your_duty")])
