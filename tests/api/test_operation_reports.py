"""Reports of output over HTTP: receipt, repetition, conflict, faults, and what became of them."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport
from masterdata.rules.bom import LineDraft
from tests import floor, plant

PATH = "/api/v1/operation-reports"
pytestmark = pytest.mark.django_db


def device_client(token: str = plant.DEVICE_TOKEN) -> Client:
    return Client(headers={"Authorization": f"Device {token}"})


def body(order: str = "WO-1", **changes) -> dict:
    found = {
        "event_id": str(uuid.uuid4()),
        "order": order,
        "operation": "10",
        "occurred_at": (floor.NOW + timedelta(hours=1)).isoformat(),
        "good": "10",
    }
    return {**found, **changes}


def send(data: object, client: Client | None = None, path: str = PATH):
    raw = data if isinstance(data, (bytes, str)) else json.dumps(data)
    return (client or device_client()).post(path, raw, content_type="application/json")


@pytest.fixture
def order(db):
    kit = plant.product("KIT")
    foil = plant.item("FOIL", unit="KGM", cost="4.00")
    plant.approved_bom(kit, lines=[LineDraft("FOIL", "0.5")])
    order = floor.released_order(kit, "100", number="WO-1")
    floor.staged(order, foil, "50")
    return order


def test_new_report_is_acknowledged_with_where_to_ask(order):
    sent = body()
    answer = send(sent)
    assert answer.status_code == 202
    assert answer.json() == {"event_id": sent["event_id"], "state": "received", "href": f"{PATH}/{sent['event_id']}"}
    stored = OperationReport.objects.get(event_id=sent["event_id"])
    assert (stored.state, stored.device_id, stored.order_id) == ("received", plant.device().pk, order.pk)


def test_repeat_is_answered_with_the_present_state(order):
    sent = body(good="10")
    send(sent)
    again = send({**sent, "good": "10.0"})
    assert again.status_code == 200
    assert again.json()["state"] == "received"
    assert OperationReport.objects.count() == 1


def test_same_id_with_other_content_is_a_conflict(order):
    sent = body()
    send(sent)
    answer = send({**sent, "good": "11"})
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["code"] == "event_id_taken"
