"""The demo plant's story is told whole and once, by the product's own actions, and leaves nothing wrong behind."""

import json
from collections import Counter

import pytest

from backflush.models import OperationReport, Posting, ReportTransition, ReversalRequest
from masterdata.models import BomVersion, ChangeRequest, Device, LabelVersion, Person, Site
from traceability.models import LedgerLine, MaterialLot, StagingScan, WorkOrder

KEYS_OF_A_PERSON = ["name", "role", "badge", "pin", "user", "password"]
KEYS_OF_A_DEVICE = ["code", "token", "operations"]


@pytest.fixture
def demo_plant(real_database):
    told = real_database.manage("seed_demo_plant")
    assert told.returncode == 0, told.stdout + told.stderr
    return real_database


def everything() -> dict[str, int]:
    tables = (Person, Device, BomVersion, MaterialLot, StagingScan, WorkOrder, OperationReport, Posting, LedgerLine)
    return {table.__name__: table.objects.count() for table in tables}


def blocked_for() -> set[str]:
    """The codes of all reasons that reports are blocked for now."""
    ids = OperationReport.objects.filter(state="blocked").values_list("id", flat=True)
    rows = ReportTransition.objects.filter(report_id__in=list(ids), to_state="blocked")
    return {reason["code"] for row in rows for reason in row.reasons}


def test_the_story_is_whole_consistent_and_told_once(demo_plant):
    states = Counter(WorkOrder.objects.values_list("state", flat=True))
    assert states["planned"] >= 5
    assert states["released"] >= 6
    assert states["closed"] >= 8
    assert {
        "expired",
        "line_not_clear",
        "not_staged",
        "serials_missing",
        "clock_out_of_sync",
        "order_not_open",
        "quantity_implausible",
    } <= blocked_for()
    assert Posting.objects.filter(kind="reversal").count() == 1
    assert ReversalRequest.objects.filter(reversal=None, declined_at=None).count() == 1
    assert BomVersion.objects.filter(state="submitted").count() == 1
    waiting = ChangeRequest.objects.get(state="submitted")
    assert (waiting.kind, waiting.subject) == ("bom_version", "FICT-40-30 v3"), "whoever reads it finds where to sign"
    assert MaterialLot.objects.filter(status="quarantine", origin="receipt").exists()
    assert MaterialLot.objects.filter(status="held").exists()
    assert LabelVersion.objects.filter(verified_at__isnull=False).count() == 2
    approved = BomVersion.objects.filter(state="approved").select_related("signature")
    assert approved.count() >= 6
    assert all(version.signature.person_id != version.author_id for version in approved)
    kinds = set(Posting.objects.values_list("kind", flat=True))
    assert kinds == {"report", "scan_issue", "reversal"}

    for command in ("check_ledger", "replay_postings"):
        done = demo_plant.manage(command)
        assert done.returncode == 0, done.stdout + done.stderr

    before = everything()
    again = demo_plant.manage("seed_demo_plant")
    assert again.returncode == 0
    assert "already" in again.stdout
    assert everything() == before


def test_credentials_are_printed_as_the_api_promises_and_open_the_plant(demo_plant, client):
    done = demo_plant.manage("demo_credentials")
    assert done.returncode == 0, done.stderr
    known = json.loads(done.stdout)
    assert list(known) == ["people", "devices"]
    assert all(list(person) == KEYS_OF_A_PERSON for person in known["people"])
    assert all(list(device) == KEYS_OF_A_DEVICE for device in known["devices"])
    roles = Counter(person["role"] for person in known["people"])
    assert roles["operator"] >= 2
    assert roles["engineer"] >= 2
    assert roles["qa"] >= 2
    assert {"supervisor", "finance", "admin", "auditor"} <= set(roles)
    for device in known["devices"]:
        assert device["operations"], device["code"]
        assert all(("item" in one or "order" in one) and one["operation"] for one in device["operations"])
    first = known["devices"][0]
    answer = client.get("/api/v1/operation-reports", headers={"Authorization": f"Device {first['token']}"})
    assert answer.status_code == 200


def test_a_story_that_was_cut_off_is_told_on(real_database):
    from django.utils import timezone

    from backflush.management.demo import tablets
    from backflush.management.demo.plant import open_plant
    from backflush.management.demo.published_hashes import quick_hashes

    with quick_hashes():
        tablets.master(open_plant(timezone.now()), timezone.now())
    told = real_database.manage("seed_demo_plant")
    assert told.returncode == 0, told.stdout + told.stderr
    assert BomVersion.objects.filter(item__code=tablets.PRODUCT).count() == 3
    assert WorkOrder.objects.filter(number="WO-3503").exists()


def test_a_plant_of_somebody_else_is_left_alone(real_database):
    from tests import plant

    plant.people()
    told = real_database.manage("seed_demo_plant")
    assert told.returncode == 0
    assert "plant of its own" in told.stdout
    assert not Site.objects.filter(code="DEMO").exists()
    asked = real_database.manage("demo_credentials")
    assert asked.returncode != 0
    assert "no demo plant" in asked.stderr
