"""A badge number is no confirmation: who confirms a quantity beyond its limit is here, or only claimed to be."""

import pytest
from django.test import Client

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport, Posting
from masterdata.rules.bom import LineDraft
from tests import floor, plant
from tests.api.shop import REPORTS, ApiClient, faults, person_client, report

PREVIEWS = "/api/v1/usage-previews"
BADGE = "B-supervisor"


@pytest.fixture
def much(shop):
    """More foil than the order of 100 kits needs."""
    floor.staged(shop.order, shop.foil, "900", code="F/2")
    return shop


def session_of(person) -> ApiClient:
    client = ApiClient()
    client.force_login(person, backend="masterdata.actions.authentication.PasswordBackend")
    return client


def outcome(client: Client, **fields) -> tuple[str, list[str]]:
    """State and codes of a report once it was judged."""
    sent = report(**fields)
    assert client.send(REPORTS, sent).status_code == 202
    post_reports()
    state = client.get(f"{REPORTS}/{sent['event_id']}").json()
    return state["state"], [reason["code"] for reason in state["reasons"]]


def previewed(client: Client, **fields) -> list[str]:
    answer = client.send(PREVIEWS, report(event_id=None, **fields))
    assert answer.status_code == 200, answer.content
    return [reason["code"] for reason in answer.json()["reasons"]]


@pytest.mark.parametrize("speaks", [person_client, session_of])
def test_an_operator_confirms_nothing_with_somebody_elses_badge_number(much, speaks):
    client = speaks(much.cast.operator)
    answer = client.send(REPORTS, report(good="101", confirmed_by=BADGE))
    assert (answer.status_code, faults(answer)) == (422, [("", "presence_not_shown")])
    assert "badge and PIN" in answer.json()["detail"]
    assert not OperationReport.objects.exists()
    preview = client.send(PREVIEWS, report(event_id=None, good="101", confirmed_by=BADGE))
    assert (preview.status_code, faults(preview)) == (422, [("", "presence_not_shown")])


def test_an_operator_is_no_supervisor_to_themselves(much):
    client = person_client(much.cast.operator)
    assert outcome(client, good="101", confirmed_by="B-operator") == (
        "blocked",
        ["confirmation_unknown", "quantity_implausible", "quantity_implausible"],
    )


def test_a_supervisor_confirms_their_own_report(much):
    client = person_client(much.cast.supervisor)
    assert previewed(client, good="250", confirmed_by=BADGE) == []
    assert outcome(client, good="250", confirmed_by=BADGE) == ("posted", [])


def test_a_devices_claim_reaches_twice_the_order(much, device):
    assert outcome(device, good="101", confirmed_by=BADGE) == ("posted", [])
    assert previewed(device, good="100", confirmed_by=BADGE) == ["quantity_implausible"]
    assert outcome(device, good="100", confirmed_by=BADGE) == ("blocked", ["quantity_implausible"])


def test_a_badge_that_may_not_confirm_is_told(much, device):
    assert "confirmation_unknown" in previewed(device, good="101", confirmed_by="B-qa")


HUGE = "999999999999999999.999999999"


@pytest.mark.parametrize(
    "counts", [{"good": HUGE, "rework": HUGE}, {"good": "0", "scrap": [{"quantity": HUGE, "reason": "SEAL"}]}]
)
def test_a_figure_that_no_ledger_holds_is_refused_in_words_and_never_a_failure_of_the_machinery(db, counts):
    made = plant.product("PASTE", unit="KGM", decimals=9)
    plant.item("FOIL", unit="KGM")
    plant.approved_bom(made, lines=[LineDraft("FOIL", "0.0000001")])
    plant.reason("SEAL", "scrap", loss="avoidable")
    floor.released_order(made, "100", number="WO-1")
    client = person_client(plant.people().supervisor)
    assert "quantity_impossible" in previewed(client, **counts, confirmed_by=BADGE)
    state, codes = outcome(client, **counts, confirmed_by=BADGE)
    assert state == "blocked"
    assert "quantity_impossible" in codes
    assert "machinery_failure" not in codes
    assert not Posting.objects.exists()
