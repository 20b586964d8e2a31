"""The outbox for the ERP: every posting and reversal, in order, as goods movements; nothing left out, nothing twice."""

import csv
import io

import pytest
from django.db import connection

from backflush.models import OutboxConsumer
from tests import plant, reporting
from tests.api.shop import faults, person_client

MOVEMENTS = "/api/v1/goods-movements"


@pytest.fixture
def finance(shop):
    return person_client(shop.cast.finance)


@pytest.fixture
def reversed_once(shop):
    """Ten kits, then five; the ten are taken back."""
    first = reporting.posted(shop.order, good="10", output_lot="KIT/A-1")
    reporting.posted(shop.order, good="5", output_lot="KIT/A-1")
    reporting.reversed_by_qa(first)
    return first


def test_an_empty_outbox_has_its_head_at_zero(finance):
    assert finance.get(MOVEMENTS).json() == {"results": [], "next_after": 0, "head": 0}


def test_postings_and_reversals_come_in_order_without_a_gap(reversed_once, finance):
    found = finance.get(MOVEMENTS).json()
    assert [(one["position"], one["posting"], one["kind"], one["reverses"]) for one in found["results"]] == [
        (1, "P-000001", "report", None),
        (2, "P-000002", "report", None),
        (3, "P-000003", "reversal", "P-000001"),
    ]
    assert (found["next_after"], found["head"]) == (3, 3)


def test_a_posting_is_told_in_goods_movements(reversed_once, finance):
    [message] = finance.get(MOVEMENTS, {"limit": "1"}).json()["results"]
    assert (message["order"], message["product"], message["operation"], message["good"], message["good_unit"]) == (
        "WO-1",
        "KIT",
        "10",
        "10",
        "C62",
    )
    assert message["currency"] == "EUR"
    assert message["occurred_at"].endswith("Z")
    issue, receipt = message["lines"]
    assert {name: issue[name] for name in ("movement", "item", "lot", "bin", "direction", "quantity", "unit")} == {
        "movement": "goods_issue",
        "item": "FOIL",
        "lot": "F/1",
        "bin": "STAGING-1",
        "direction": "out",
        "quantity": "5",
        "unit": "KGM",
    }
    assert (issue["signed_quantity"], issue["actual_amount"], issue["wip_amount"]) == ("-5", "20", "20")
    assert issue["assigned_to"] == {"order": "WO-1", "operation": "10"}
    assert (receipt["movement"], receipt["lot"], receipt["direction"], receipt["signed_quantity"]) == (
        "goods_receipt",
        "KIT/A-1",
        "in",
        "10",
    )
    assert (receipt["actual_amount"], receipt["wip_amount"]) == ("0", "0"), "the kit of this plant has no cost"


def test_a_reversal_mirrors_each_line_and_names_it(reversed_once, finance):
    original, _, reversal = finance.get(MOVEMENTS).json()["results"]
    assert (reversal["reason"], reversal["note"], reversal["good"]) == ("WRONG-COUNT", "The counter ran on.", "-10")
    assert [line["movement"] for line in reversal["lines"]] == ["goods_issue_reversal", "goods_receipt_reversal"]
    for was, back in zip(original["lines"], reversal["lines"], strict=True):
        assert back["mirrors"] == was["line"]
        assert {was["direction"], back["direction"]} == {"in", "out"}
        assert (back["item"], back["lot"], back["bin"], back["quantity"]) == (
            was["item"],
            was["lot"],
            was["bin"],
            was["quantity"],
        )
        assert float(back["wip_amount"]) == -float(was["wip_amount"])


def test_posting_date_is_the_sites_day_and_not_the_days_of_utc(shop, finance):
    reporting.posted(shop.order, good="1")
    [message] = finance.get(MOVEMENTS).json()["results"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT (recorded_at AT TIME ZONE 'Europe/Berlin')::date::text FROM backflush_posting")
        assert message["posting_date"] == cursor.fetchone()[0]


def test_a_reader_goes_on_where_it_stopped(reversed_once, finance):
    seen, after = [], 0
    while True:
        page = finance.get(MOVEMENTS, {"after": str(after), "limit": "2"}).json()
        if not page["results"]:
            break
        seen += [one["position"] for one in page["results"]]
        after = page["next_after"]
    assert seen == [1, 2, 3]
    assert finance.get(MOVEMENTS, {"after": "3"}).json() == {"results": [], "next_after": 3, "head": 3}


def test_a_message_reads_the_same_after_its_reversal(shop, finance):
    first = reporting.posted(shop.order, good="10")
    before = finance.get(MOVEMENTS).json()["results"][0]
    reporting.reversed_by_qa(first)
    assert finance.get(MOVEMENTS).json()["results"][0] == before


def test_a_position_beyond_the_head_is_refused(reversed_once, finance):
    answer = finance.get(MOVEMENTS, {"after": "4"})
    assert (answer.status_code, faults(answer)) == (422, [("", "after_is_beyond_head")])
    assert "backup" in answer.json()["detail"]


def test_nothing_is_given_out_beyond_a_gap(reversed_once, finance):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, site_id, posting_id FROM backflush_outboxmessage WHERE position = 3")
        _, site_id, posting_id = cursor.fetchone()
        cursor.execute(
            "INSERT INTO backflush_outboxmessage (site_id, position, kind, posting_id, recorded_at)"
            " VALUES (%s, 5, 'report', %s, now())",
            [site_id, posting_id],
        )
        cursor.execute("UPDATE backflush_outboxhead SET position = 5")
    page = finance.get(MOVEMENTS).json()
    assert ([one["position"] for one in page["results"]], page["next_after"]) == ([1, 2, 3], 3)
    answer = finance.get(MOVEMENTS, {"after": "3"})
    assert (answer.status_code, faults(answer)) == (422, [("", "outbox_gap")])


def test_csv_has_a_row_for_each_line_and_says_where_to_go_on(reversed_once, finance):
    answer = finance.get(MOVEMENTS, {"format": "csv", "limit": "2"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert (answer["Next-After"], answer["Head"]) == ("2", "3")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["position"], row["movement"], row["signed_quantity"]) for row in rows] == [
        ("1", "goods_issue", "-5"),
        ("1", "goods_receipt", "10"),
        ("2", "goods_issue", "-2.5"),
        ("2", "goods_receipt", "5"),
    ]
    assert finance.get(MOVEMENTS, headers={"Accept": "text/csv"}).content.decode().count("\n") == 7


def test_a_posting_that_moved_nothing_keeps_its_place_in_the_csv(shop, finance):
    reporting.posted(shop.order, good="0", rework="0", scrap=[])
    reporting.posted(shop.order, good="1")
    page = finance.get(MOVEMENTS).json()["results"]
    rows = list(csv.DictReader(io.StringIO(finance.get(MOVEMENTS, {"format": "csv"}).content.decode())))
    assert page[0]["lines"] == []
    assert [row["position"] for row in rows] == ["1", "2", "2"]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ({"after": "-1"}, ("after", "not_a_position")),
        ({"after": "9" * 19}, ("after", "not_a_position")),
        ({"limit": "0"}, ("limit", "not_a_whole_number")),
        ({"limit": "501"}, ("limit", "not_a_whole_number")),
        ({"format": "xml"}, ("format", "unknown_word")),
        ({"before": "1"}, ("before", "unknown_parameter")),
    ],
)
def test_what_is_not_understood_is_refused(finance, query, fault):
    answer = finance.get(MOVEMENTS, query)
    assert (answer.status_code, faults(answer)) == (400, [fault])


@pytest.mark.parametrize("who", ["finance", "engineer", "admin", "auditor"])
def test_who_follows_the_outbox_may_read_it(shop, who):
    assert person_client(getattr(shop.cast, who)).get(MOVEMENTS).status_code == 200


@pytest.mark.parametrize("who", ["operator", "supervisor", "qa"])
def test_others_are_told_who_may(shop, who):
    answer = person_client(getattr(shop.cast, who)).get(MOVEMENTS)
    assert (answer.status_code, faults(answer)) == (403, [("", "not_your_duty")])


def test_the_outbox_is_not_for_devices(device):
    assert device.get(MOVEMENTS).status_code == 403


def test_a_reader_that_takes_csv_alone_gets_problems_as_json(shop):
    client = person_client(plant.people().operator)
    answer = client.get(MOVEMENTS, headers={"Accept": "text/csv"})
    assert (answer.status_code, faults(answer)) == (403, [("", "not_your_duty")])


def test_a_posting_is_given_out_as_epcis_and_its_reversal_as_a_declaration(reversed_once, finance):
    answer = finance.get("/api/v1/postings/P-000001/epcis")
    assert answer["Content-Type"].startswith("application/ld+json")
    [event] = answer.json()["epcisBody"]["eventList"]
    assert [(one["quantity"], one["uom"]) for one in event["inputQuantityList"]] == [(5, "KGM")]
    assert event["readPoint"]["id"].endswith("line/PLANT/L1")
    [declared] = finance.get("/api/v1/postings/P-000003/epcis").json()["epcisBody"]["eventList"]
    assert declared.pop("errorDeclaration")["backflush:posting"] == "P-000003"
    assert declared == event


def test_the_declaration_of_a_correction_names_the_event_that_is_right(shop, finance):
    wrong = reporting.posted(shop.order, good="10", output_lot="KIT/A-1")
    reporting.signed_by_qa(reporting.correction_asked(wrong, good="8"))
    [declared] = finance.get("/api/v1/postings/P-000002/epcis").json()["epcisBody"]["eventList"]
    [right] = finance.get("/api/v1/postings/P-000003/epcis").json()["epcisBody"]["eventList"]
    assert declared["errorDeclaration"]["correctiveEventIDs"] == [right["eventID"]]
    assert declared["outputQuantityList"] != right["outputQuantityList"]


def test_a_posting_is_given_out_as_b2mml(reversed_once, finance):
    answer = finance.get("/api/v1/postings/P-000001/b2mml")
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    assert b"<MaterialUse>Consumed</MaterialUse>" in answer.content
    assert b"<QuantityString>-5</QuantityString>" in finance.get("/api/v1/postings/P-000003/b2mml").content


@pytest.mark.parametrize("document", ["epcis", "b2mml"])
def test_documents_of_postings_that_are_not_there_or_not_for_you(shop, finance, device, document):
    for number in ("P-000009", "nothing"):
        answer = finance.get(f"/api/v1/postings/{number}/{document}")
        assert (answer.status_code, faults(answer)) == (404, [("", "not_found")])
    assert device.get(f"/api/v1/postings/P-000009/{document}").status_code == 403


def acknowledge(client, body):
    return client.put(f"{MOVEMENTS}/acknowledgement", body, content_type="application/json")


def test_a_consumer_acknowledges_and_never_goes_back(reversed_once, finance):
    assert acknowledge(finance, {"consumer": "ERP", "position": 2}).json()["position"] == 2
    assert acknowledge(finance, {"consumer": "ERP", "position": 2}).status_code == 200
    assert faults(acknowledge(finance, {"consumer": "ERP", "position": 1})) == [("", "acknowledged_further")]
    assert faults(acknowledge(finance, {"consumer": "ERP", "position": 4})) == [("", "after_is_beyond_head")]
    assert OutboxConsumer.objects.get().position == 2


def test_an_acknowledgement_is_read_strictly_and_an_auditor_may_give_none(shop, finance):
    answer = acknowledge(finance, {"consumer": "", "position": "1", "colour": "red"})
    assert sorted(faults(answer)) == [
        ("colour", "unknown_field"),
        ("consumer", "missing"),
        ("position", "not_a_position"),
    ]
    answer = acknowledge(person_client(shop.cast.auditor), {"consumer": "ERP", "position": 0})
    assert faults(answer) == [("", "not_your_duty")]
