"""Rework, from the report that sends units to it to the lot that comes back: both lives of the material stay in sight."""

import pytest
from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.models import Posting
from backflush.queries.postings import replay_differences
from masterdata.rules.bom import LineDraft, OutputDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from tests.api.shop import REPORTS, device_client, report
from traceability.actions.create_rework_order import create_rework_order
from traceability.actions.release_order import release_order
from traceability.models import MaterialLot
from traceability.queries.genealogy import genealogy
from traceability.rules.genealogy import flat

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """WO-1 made eight pumps and sent two to rework. Reworking one takes a seal and gives its motor back."""
    pump, motor, seal = (
        plant.product("PUMP", cost="20"),
        plant.item("MOTOR", decimals=0),
        plant.item("SEAL", decimals=0),
    )
    plant.approved_bom(pump, [LineDraft("MOTOR", "1"), LineDraft("SEAL", "1")])
    again = plant.item("PUMP-REWORK", decimals=0, kind="intermediate")
    plant.trigger(again, "10")
    plant.approved_bom(
        again, [LineDraft("PUMP", "1"), LineDraft("SEAL", "1")], outputs=[OutputDraft("MOTOR", "1", kind="salvage")]
    )
    plant.reason("CRACKED", "scrap", loss="avoidable")
    order = floor.released_order(pump, "10", number="WO-1")
    floor.staged(order, motor, "10", code="M/1")
    floor.staged(order, seal, "10", code="S/1")
    reporting.posted(order, good="8", rework="2")
    return pump, again, seal


def rework_order(shop, quantity="2", **fields):
    _, again, _ = shop
    actor = plant.people().supervisor
    made = create_rework_order(
        lot=MaterialLot.objects.get(code="WO-1-R"),
        number="RW-1",
        recipe_item=again,
        quantity=quantity,
        actor=actor,
        now=floor.NOW,
        **fields,
    )
    return release_order(order=made, actor=actor, now=floor.NOW)


def staged(order, shop):
    held = MaterialLot.objects.get(code="WO-1-R")
    floor.staged_lot(order, held, "2", from_bin=plant.place("quarantine"))
    floor.staged(order, shop[2], "5", code="S/2")
    return held


def inside(code, item):
    lot = MaterialLot.objects.get(code=code, item__code=item)
    found = genealogy(lot)
    return {(found.lots[node.lot_id].item_code, found.lots[node.lot_id].code) for node in flat(found.root)[1:]}


def test_a_held_rework_lot_is_consumed_again_salvaged_scrapped_and_received_in_one_transaction(shop):
    order = rework_order(shop)
    held = staged(order, shop)
    sent = report(order="RW-1", good="1", scrap=[{"quantity": "1", "reason": "CRACKED"}])
    client = device_client()
    client.send(REPORTS, sent)
    post_reports()
    state = client.get(f"{REPORTS}/{sent['event_id']}").json()
    assert state["state"] == "posted", state["reasons"]
    assert {(one["item"], one["lot"], one["quantity"]) for one in state["posting"]["lines"]} == {
        ("PUMP", "WO-1-R", "2"),
        ("SEAL", "S/2", "2"),
    }
    assert {(one["item"], one["lot"], one["quantity"]) for one in state["posting"]["outputs"]} == {
        ("PUMP", "RW-1", "1"),
        ("MOTOR", "RW-1", "1"),
    }
    assert MaterialLot.objects.get(item__code="MOTOR", code="RW-1").origin == "salvage"
    assert floor.stock(held, plant.place("staging"), order) == 0
    assert replay_differences(Posting.objects.order_by("-number").first()) == []


def test_genealogy_shows_both_lives_in_both_directions(shop):
    order = rework_order(shop)
    staged(order, shop)
    reporting.posted(order, good="2", at=timezone.now())
    both = {("PUMP", "WO-1-R"), ("SEAL", "S/2"), ("MOTOR", "M/1"), ("SEAL", "S/1")}
    assert inside("WO-1-R", "PUMP") == {("MOTOR", "M/1"), ("SEAL", "S/1")}
    assert inside("RW-1", "PUMP") == both
    assert inside("RW-1", "MOTOR") == both
    for code in ("M/1", "S/1"):
        forward = genealogy(MaterialLot.objects.get(code=code), "forward")
        assert {(one.item_code, one.code) for one in forward.lots.values()} >= {
            ("PUMP", "WO-1"),
            ("PUMP", "WO-1-R"),
            ("PUMP", "RW-1"),
            ("MOTOR", "RW-1"),
        }
    assert order.reworks.order_id == MaterialLot.objects.get(code="WO-1").order_id


def test_the_held_lot_stays_held_for_every_other_order(shop):
    rework_order(shop)
    other = floor.released_order(shop[0], "1")
    with pytest.raises(Refused) as refused:
        floor.staged_lot(other, MaterialLot.objects.get(code="WO-1-R"), "1", from_bin=plant.place("quarantine"))
    assert {"not_released", "not_in_bom", "wrong_bin"} <= set(refused.value.codes)


def test_a_rejected_lot_is_not_reworked_even_when_it_is_staged(shop):
    order = rework_order(shop)
    floor.held(staged(order, shop), status="rejected")
    blocked = reporting.drained(order, good="2", at=timezone.now())
    assert (blocked.state, "not_released" in reporting.reasons(blocked)) == ("blocked", True)


def test_reworked_to_a_lesser_item_the_difference_in_cost_is_the_orders(shop):
    lesser = plant.item("PUMP-B", decimals=0, kind="finished", cost="12")
    order = rework_order(shop, makes=lesser)
    staged(order, shop)
    posting = reporting.posted(order, good="2", at=timezone.now())
    received = MaterialLot.objects.get(code="RW-1", item=lesser)
    assert received.unit_cost == 12
    assert posting.actual_amount == 2 * 20 + 2 * 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": "3"}, "short"),
        ({"lot": "M/1"}, "not_made_here"),
        ({"recipe": "PUMP"}, "recipe_takes_another_item"),
        ({"recipe": "SEAL"}, "no_effective_bom"),
        ({"status": "rejected"}, "not_held"),
    ],
)
def test_what_cannot_be_reworked_is_refused_in_words(shop, change, code):
    lot = MaterialLot.objects.get(code=change.get("lot", "WO-1-R"))
    if "status" in change:
        floor.held(lot, status=change["status"])
    with pytest.raises(Refused) as refused:
        create_rework_order(
            lot=lot,
            number="RW-2",
            recipe_item=plant.item(change.get("recipe", "PUMP-REWORK")),
            quantity=change.get("quantity", "1"),
            actor=plant.people().supervisor,
            now=floor.NOW,
        )
    assert code in refused.value.codes
