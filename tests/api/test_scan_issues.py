"""Scan-issues: the same way in, durable, repeatable, posted by the same drain."""

import uuid

import pytest
from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport
from masterdata.rules.bom import LineDraft
from tests import floor, plant
from tests.api.shop import REPORTS, faults

SCANS = "/api/v1/scan-issues"


def scan(**changes) -> dict:
    found = {
        "event_id": str(uuid.uuid4()),
        "order": "WO-7",
        "operation": "10",
        "item": "GLUE",
        "lot": "G/1",
        "quantity": "1.5",
        "unit": "KGM",
        "scale": "SCALE-3",
        "tare": "0.2",
        "occurred_at": timezone.now().isoformat(),
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


@pytest.fixture
def dispensary(shop):
    """An order whose glue is weighed."""
    kit, glue = plant.product("VIAL"), plant.item("GLUE", unit="KGM")
    plant.approved_bom(kit, lines=[LineDraft("GLUE", "0.1", method="scan")])
    order = floor.released_order(kit, "20", number="WO-7")
    return floor.staged(order, glue, "10", code="G/1")


def test_scan_is_received_as_its_own_kind_and_posted(dispensary, device):
    sent = scan()
    answer = device.send(SCANS, sent)
    assert answer.status_code == 202
    assert answer.json()["href"] == f"{REPORTS}/{sent['event_id']}"
    assert OperationReport.objects.get().kind == "scan_issue"
    post_reports()
    state = device.get(answer.json()["href"]).json()
    assert (state["state"], state["reasons"]) == ("posted", [])
    assert [(line["lot"], line["quantity"]) for line in state["posting"]["lines"]] == [("G/1", "1.5")]


def test_repeat_and_conflict_are_told_apart(dispensary, device):
    sent = scan()
    device.send(SCANS, sent)
    assert device.send(SCANS, {**sent, "kind": "scan_issue", "quantity": "1.50"}).status_code == 200
    assert device.send(SCANS, {**sent, "quantity": "1.6"}).status_code == 409


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"lot": None}, ("lot", "required")),
        ({"quantity": "0"}, ("quantity", "not_above_zero")),
        ({"quantity": None}, ("quantity", "required")),
        ({"kind": "good_units"}, ("kind", "unknown_kind")),
        ({"good": "1"}, ("good", "unknown_field")),
        ({"tare": -1}, ("tare", "not_a_decimal_string")),
    ],
)
def test_fault_is_a_400_that_names_the_field(bare_device, changes, fault):
    answer = bare_device.send(SCANS, scan(**changes))
    assert (answer.status_code, faults(answer)) == (400, [fault])
