"""Every kind of trigger, from a device's request through the drain to what it posted."""

import pytest

from backflush.actions.post_reports import post_reports
from backflush.models import Posting
from masterdata.rules.bom import LineDraft, ScrapDraft
from tests import floor, plant, reporting
from tests.api.shop import REPORTS, device_client, report
from traceability.models import MaterialLot, WorkOrder

SSCC = "340123450000000017"
SSCC_2 = "340123450000000024"
DECLARING = ("operation_complete", "good_units", "pack_confirmed", "handling_unit_closed", "order_close")
KINDS = (*DECLARING, "setup")
pytestmark = pytest.mark.django_db


def vials(declared_by="operation_complete"):
    """Order WO-1: each vial takes 2 g of powder, each setup 5 g, each order one leaflet, each case closed 3 corners."""
    vial, powder = plant.product("VIAL"), plant.item("POWDER", unit="GRM")
    leaflet, corner = plant.item("LEAFLET", decimals=0), plant.item("CORNER", decimals=0)
    plant.trigger(vial, "10", kind=declared_by)
    plant.approved_bom(
        vial,
        [
            LineDraft("POWDER", "2", setup=ScrapDraft(quantity="5", source="study")),
            LineDraft("LEAFLET", "1", per="order"),
            LineDraft("CORNER", "3", per="handling_unit", handling_unit_kind="case"),
        ],
    )
    order = floor.released_order(vial, "100", number="WO-1")
    for item, quantity in ((powder, "500"), (leaflet, "5"), (corner, "30")):
        floor.staged(order, item, quantity, code=f"{item.code}/1")
    return order


def settled(**changes):
    """Sent by the device and drained: the state that the API then tells."""
    sent = report(**changes)
    client = device_client()
    assert client.send(REPORTS, sent).status_code == 202
    post_reports()
    return client.get(f"{REPORTS}/{sent['event_id']}").json()


def took(answer):
    """Item and quantity of what was posted."""
    assert answer["state"] == "posted", answer["reasons"]
    return {line["item"]: line["quantity"] for line in answer["posting"]["lines"]}


def fields_of(kind, **more):
    given = {"kind": kind, "handling_unit": SSCC if kind == "handling_unit_closed" else None, **more}
    return {**given, "good": None} if kind == "setup" else given


@pytest.mark.parametrize("kind", DECLARING)
def test_the_kind_that_declares_output_flushes_what_its_units_take(kind):
    vials(declared_by=kind)
    answer = settled(**fields_of(kind, good="10"))
    corners = {"CORNER": "3"} if kind == "handling_unit_closed" else {}
    assert took(answer) == {"POWDER": "25", "LEAFLET": "1", **corners}
    assert answer["posting"]["note"] == ""
    assert [one["quantity"] for one in answer["posting"]["outputs"]] == ["10"]


@pytest.mark.parametrize("declared_by", DECLARING)
@pytest.mark.parametrize("kind", KINDS)
def test_any_other_kind_declares_no_output(declared_by, kind):
    if kind == declared_by:
        return
    vials(declared_by)
    answer = settled(**fields_of(kind, good="10"))
    beside = {"handling_unit_closed": {"CORNER": "3"}, "setup": {"POWDER": "5"}}
    assert took(answer) == beside.get(kind, {})
    assert answer["posting"]["outputs"] == []
    assert Posting.objects.get().good == 0
    assert not MaterialLot.objects.filter(item__code="VIAL").exists()
    said = declared_by.replace("_", " ")
    assert kind == "setup" or said in answer["posting"]["note"]


def test_a_kind_that_is_only_recorded_takes_nothing_even_where_an_earlier_report_is_owed_for():
    order = vials()
    first = reporting.posted(order, good="10")
    reporting.posted(order, good="4")
    reporting.reversed_by_qa(first)  # the setup and the leaflet were its own: now they are owed
    assert took(settled(kind="pack_confirmed", good="4")) == {}
    assert took(settled(kind="order_close")) == {"POWDER": "5", "LEAFLET": "1"}


def test_order_close_flushes_what_is_due_once_and_leaves_the_order_open():
    order = vials()
    first = reporting.posted(order, good="10")
    reporting.posted(order, good="4")
    reporting.reversed_by_qa(first)
    answer = settled(kind="order_close")
    assert took(answer) == {"POWDER": "5", "LEAFLET": "1"}
    assert "due at close" in answer["posting"]["note"]
    assert took(settled(kind="order_close")) == {}
    assert WorkOrder.objects.get(pk=order.pk).state == "released"
    assert took(settled(good="6")) == {"POWDER": "12"}


def test_order_close_before_any_output_owes_nothing():
    vials()
    assert took(settled(kind="order_close")) == {}


def test_what_order_close_flushed_can_be_reversed_and_is_due_again():
    order = vials()
    first = reporting.posted(order, good="10")
    reporting.posted(order, good="4")
    reporting.reversed_by_qa(first)
    settled(kind="order_close")
    reporting.reversed_by_qa(Posting.objects.order_by("-number").first())
    assert took(settled(kind="order_close")) == {"POWDER": "5", "LEAFLET": "1"}


def test_setup_scrap_posts_on_its_own_trigger_and_the_first_output_takes_no_further_one():
    vials()
    assert took(settled(kind="setup", good=None, setup_events=2)) == {"POWDER": "10"}
    assert took(settled(good="10")) == {"POWDER": "20", "LEAFLET": "1"}


def test_closing_the_same_handling_unit_again_adds_nothing():
    vials("handling_unit_closed")
    assert took(settled(kind="handling_unit_closed", handling_unit=SSCC, good="10"))["POWDER"] == "25"
    again = settled(kind="handling_unit_closed", handling_unit=SSCC, good="10")
    assert took(again) == {}
    assert again["posting"]["note"] == f"Handling unit {SSCC} was already counted."
    assert took(settled(kind="handling_unit_closed", handling_unit=SSCC_2, good="10")) == {
        "POWDER": "20",
        "CORNER": "3",
    }
