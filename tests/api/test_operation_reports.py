"""Reports of output over HTTP: receipt, repetition, conflict, every kind of fault, and what became of them."""

import pytest
from django.test import Client

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport
from backflush.rules.strict_json import MOST_BYTES
from tests import plant
from tests.api.shop import REPORTS, device_client, faults, person_client, report


def test_new_report_is_acknowledged_with_where_to_ask(shop, device):
    sent = report()
    answer = device.send(REPORTS, sent)
    assert answer.status_code == 202
    href = f"{REPORTS}/{sent['event_id']}"
    assert answer.json() == {"event_id": sent["event_id"], "state": "received", "href": href}
    assert answer["Location"] == href
    stored = OperationReport.objects.get(event_id=sent["event_id"])
    assert (stored.state, stored.device_id, stored.order_id) == ("received", plant.device().pk, shop.order.pk)


def test_repeat_is_answered_with_the_present_state_and_stored_once(device):
    sent = report(good="10")
    device.send(REPORTS, sent)
    again = device.send(REPORTS, {**sent, "good": "10.0", "event_id": sent["event_id"].upper()})
    assert (again.status_code, again.json()["state"]) == (200, "received")
    post_reports()
    assert device.send(REPORTS, sent).json()["state"] == "posted"
    assert OperationReport.objects.count() == 1


def test_same_id_with_other_content_is_a_conflict(bare_device):
    sent = report()
    bare_device.send(REPORTS, sent)
    answer = bare_device.send(REPORTS, {**sent, "good": "11"})
    assert (answer.status_code, faults(answer)) == (409, [("", "event_id_taken")])
    assert OperationReport.objects.count() == 1


def test_same_id_from_another_device_is_a_conflict(device):
    plant.device("MES-2", token="token-of-the-second-test-device")
    sent = report()
    device.send(REPORTS, sent)
    assert device_client("token-of-the-second-test-device").send(REPORTS, sent).status_code == 409


def test_posted_report_shows_its_lines_and_outputs(shop, device):
    sent = report(good="10")
    device.send(REPORTS, sent)
    post_reports()
    state = device.get(f"{REPORTS}/{sent['event_id']}").json()
    assert state["state"] == "posted"
    assert state["reasons"] == []
    assert state["received_at"].endswith("Z")
    assert state["settled_at"].endswith("Z")
    posting = state["posting"]
    assert posting["href"] == f"/api/v1/postings/{posting['number']}"
    assert posting["lines"] == [{"item": "FOIL", "lot": "F/1", "bin": "STAGING-1", "quantity": "5", "unit": "KGM"}]
    assert [(one["item"], one["quantity"], one["unit"]) for one in posting["outputs"]] == [("KIT", "10", "C62")]


def test_unknown_order_is_no_error_but_a_blocked_report_with_its_reason(device):
    sent = report(order="WO-404")
    assert device.send(REPORTS, sent).status_code == 202
    post_reports()
    state = device.get(f"{REPORTS}/{sent['event_id']}").json()
    assert state["state"] == "blocked"
    assert [reason["code"] for reason in state["reasons"]] == ["order_not_open"]
    assert state["reasons"][0]["remedy"]
    assert state["posting"] is None


FAULTS = [
    ({"event_id": None}, ("event_id", "required")),
    ({"event_id": "7"}, ("event_id", "not_a_uuid")),
    ({"order": None}, ("order", "required")),
    ({"order": 12}, ("order", "not_text")),
    ({"order": "W" * 41}, ("order", "too_long")),
    ({"order": " WO-1"}, ("order", "not_a_code")),
    ({"operation": ""}, ("operation", "required")),
    ({"occurred_at": "2026-01-05T08:00:00"}, ("occurred_at", "not_a_time")),
    ({"occurred_at": "2026-02-30T08:00:00Z"}, ("occurred_at", "not_a_time")),
    ({"occurred_at": 1767600000}, ("occurred_at", "not_a_time")),
    ({"good": None}, ("good", "required")),
    ({"good": 10}, ("good", "not_a_decimal_string")),
    ({"good": "-1"}, ("good", "not_a_decimal_string")),
    ({"good": "1e3"}, ("good", "not_a_decimal_string")),
    ({"good": "NaN"}, ("good", "not_a_decimal_string")),
    ({"good": "0.1234567891"}, ("good", "not_a_decimal_string")),
    ({"kind": "party"}, ("kind", "unknown_kind")),
    ({"kind": "scan_issue"}, ("item", "required")),
    ({"scrap": "2"}, ("scrap", "not_a_list")),
    ({"scrap": [{"quantity": "2"}]}, ("scrap.0.reason", "required")),
    ({"scrap": [{"reason": "SEAL"}]}, ("scrap.0.quantity", "required")),
    ({"scrap": [{"quantity": "1", "reason": "SEAL", "why": "x"}]}, ("scrap.0.why", "unknown_field")),
    ({"setup_events": -1}, ("setup_events", "not_a_whole_number")),
    ({"setup_events": 1.5}, ("setup_events", "not_a_whole_number")),
    ({"kind": "setup"}, ("good", "not_allowed")),
    ({"kind": "handling_unit_closed"}, ("handling_unit", "required")),
    ({"handling_unit": "123456789012345678"}, ("handling_unit", "wrong_check_digit")),
    ({"parameters": ["speed"]}, ("parameters", "not_parameters")),
    ({"goood": "1"}, ("goood", "unknown_field")),
]


@pytest.mark.parametrize(("changes", "fault"), FAULTS, ids=lambda value: str(value)[:60])
def test_fault_is_a_400_that_names_the_field(bare_device, changes, fault):
    answer = bare_device.send(REPORTS, report(**changes))
    assert answer.status_code == 400
    assert fault in faults(answer)
    assert not OperationReport.objects.exists()


def test_all_faults_are_named_at_once(bare_device):
    answer = bare_device.send(
        REPORTS, report(order=None, good="ten", scrap=[{"quantity": 2, "reason": "SEAL"}], colour="red")
    )
    assert sorted(faults(answer)) == [
        ("colour", "unknown_field"),
        ("good", "not_a_decimal_string"),
        ("order", "required"),
        ("scrap.0.quantity", "not_a_decimal_string"),
    ]
    assert answer.json()["detail"] == "4 things are wrong with this request."


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b" ", "not_json"),
        (b"{", "not_json"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"good": NaN}', "not_json"),
        (b'{"good": "1", "good": "2"}', "duplicate_key"),
        (b'{"order": "\xff"}', "not_utf8"),
        (b'{"order": "\\u0000"}', "nul"),
        (b'{"order": "\\ud800"}', "surrogate"),
        (b"[" * 5000, "too_deep"),
    ],
)
def test_body_that_is_no_report_is_a_400(bare_device, raw, code):
    answer = bare_device.send(REPORTS, raw)
    assert answer.status_code == 400
    assert code in [one for _, one in faults(answer)]


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_other_content_types_are_a_415(bare_device, kind):
    assert bare_device.send(REPORTS, report(), content_type=kind).status_code == 415


def test_compressed_body_is_a_415(bare_device):
    assert bare_device.send(REPORTS, report(), headers={"Content-Encoding": "gzip"}).status_code == 415


def test_json_may_name_its_character_set(bare_device):
    assert bare_device.send(REPORTS, report(), content_type="application/json; charset=utf-8").status_code == 202


def test_body_that_is_too_large_is_a_413(bare_device):
    answer = bare_device.send(REPORTS, b" " * (MOST_BYTES + 1))
    assert (answer.status_code, faults(answer)) == (413, [("", "too_large")])


def test_person_with_the_duty_reports_too(shop, supervisor):
    sent = report()
    assert supervisor.send(REPORTS, sent).status_code == 202
    assert OperationReport.objects.get().person_id == shop.cast.supervisor.pk
    assert supervisor.send(REPORTS, sent).status_code == 200


def test_person_without_the_duty_is_told_who_may(shop):
    answer = person_client(shop.cast.finance).send(REPORTS, report())
    assert (answer.status_code, faults(answer)) == (403, [("", "not_your_duty")])
    assert "supervisor" in answer.json()["detail"]
    assert not OperationReport.objects.exists()


@pytest.mark.parametrize("wanted", ["0f8e3e04-76c3-41bb-8aad-73325f13c97e", "nonsense", "%00"])
def test_report_that_is_not_there_is_a_404(bare_device, wanted):
    answer = bare_device.get(f"{REPORTS}/{wanted}")
    assert (answer.status_code, faults(answer)) == (404, [("", "not_found")])


def test_list_shows_what_is_blocked_and_why(device):
    device.send(REPORTS, report(order="WO-404"))
    device.send(REPORTS, report())
    post_reports()
    rows = device.get(REPORTS, {"state": "blocked"}).json()["results"]
    assert [(row["order"], row["state"], row["good"], row["device"]) for row in rows] == [
        ("WO-404", "blocked", "10", "MES-1")
    ]
    assert [reason["code"] for reason in rows[0]["reasons"]] == ["order_not_open"]
    assert [row["state"] for row in device.get(REPORTS, {"order": "WO-1", "device": "MES-1"}).json()["results"]] == [
        "posted"
    ]
    assert device.get(REPORTS, {"device": "MES-9"}).json()["results"] == []


def test_retry_sends_a_blocked_report_to_posting_again(device, supervisor):
    sent = report(order="WO-404")
    device.send(REPORTS, sent)
    post_reports()
    answer = supervisor.send(f"{REPORTS}/{sent['event_id']}/retry")
    assert (answer.status_code, answer.json()["state"]) == (202, "received")


def test_retry_of_a_posted_report_is_refused_with_the_reason(device, supervisor):
    sent = report()
    device.send(REPORTS, sent)
    post_reports()
    answer = supervisor.send(f"{REPORTS}/{sent['event_id']}/retry")
    assert (answer.status_code, faults(answer)) == (422, [("", "not_blocked")])


def test_devices_do_not_retry(device):
    sent = report(order="WO-404")
    device.send(REPORTS, sent)
    post_reports()
    answer = device.send(f"{REPORTS}/{sent['event_id']}/retry")
    assert (answer.status_code, faults(answer)) == (403, [("", "not_your_duty")])


def test_receipt_takes_few_queries(shop, device, django_assert_num_queries):
    # the device, the actor of the transaction, the insert; a savepoint and its release stand for BEGIN and COMMIT
    with django_assert_num_queries(5):
        assert device.send(REPORTS, report()).status_code == 202


def test_without_a_token_nothing_is_read(shop):
    answer = Client().post(REPORTS, b"{" * 10, content_type="text/plain")
    assert (answer.status_code, faults(answer)) == (401, [("", "not_authenticated")])
