"""Weighing to a potency-adjusted target within its tolerance, and building units from serials that are all scanned."""

from decimal import Decimal

from django.urls import reverse

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport, Posting
from tests.web.floor.screens import HTMX, at, hidden, lot, said
from traceability.models import MaterialLot

WEIGH, BUILD = ("weigh", "WO-7001", "10"), ("assemble", "WO-7020", "10")


def on_the_scale(client, code="A-31"):
    return client.get(at(*WEIGH), {"lot": lot(code).pk})


def issue(client, **data):
    return client.post(at(*WEIGH), {**hidden(on_the_scale(client)), "unit": "KGM", **data})


def bar(client, **data):
    answer = client.post(at("weigh-bar", "WO-7001", "10"), {"lot": lot("A-31").pk, "unit": "KGM", **data}, headers=HTMX)
    return answer.context["bar"]


def test_the_target_is_adjusted_to_the_potency_of_the_lot(tablet):
    page = on_the_scale(tablet())
    assert page.context["aim"] == "6.0976"
    assert page.context["nominal"] == "6"


def test_a_scan_puts_the_lot_on_the_scale(tablet):
    client = tablet()
    answer = client.post(at(*WEIGH), {"code": "A-31"})
    assert answer.url == f"{at(*WEIGH)}?lot={lot('A-31').pk}"


def test_a_lot_that_is_not_staged_or_not_asked_for_is_refused(tablet):
    client = tablet()
    assert said(client.post(at(*WEIGH), {"code": "L-880"})) == ["This operation does not weigh RM-LAC-10 (lot L-880)."]
    page = client.get(at(*WEIGH), {"lot": lot("E-77").pk})
    assert said(page) == ["Nothing of this lot is left at the order."]


def test_the_bar_follows_the_reading(tablet):
    client = tablet()
    assert (bar(client)["tone"], bar(client)["reading"]) == ("idle", "")
    assert bar(client, gross="3")["sentence"] == "3.0976 kg to go"
    assert bar(client, gross="6.1")["tone"] == "good"
    assert bar(client, gross="6.6", tare="0.5")["tone"] == "good"
    assert bar(client, gross="6100", unit="GRM")["tone"] == "good"
    assert bar(client, gross="6.5")["tone"] == "blocked"


def test_what_is_weighed_is_issued_net_of_tare(tablet):
    client = tablet()
    answer = issue(client, gross="6.6", tare="0.5", scale="SC-2")
    assert answer.status_code == 302
    post_reports()
    page = client.get(answer.url)
    assert page.context["state"] == "posted"
    assert "6.1 KGM of A-31" in page.content.decode()
    (row,) = client.get(at(*WEIGH)).context["rows"]
    assert (row["covered"], row["tone"]) == ("6.0024", "good")


def test_beyond_the_tolerance_nothing_is_recorded(tablet):
    client = tablet()
    before = OperationReport.objects.count()
    page = issue(client, gross="6.3")
    assert page.status_code == 422
    assert page.context["refusals"][0]["code"] == "over_tolerance"
    assert page.context["typed"]["gross"] == "6.3"
    assert OperationReport.objects.count() == before


def test_a_reading_that_is_no_weight_is_refused(tablet):
    client = tablet()
    assert said(issue(client, gross="six")) == ["Reading: “six” is no weight."]
    assert said(issue(client, gross="6,100", tare="1")) == ["Reading: “6,100” can be read in two ways."]
    assert said(issue(client, gross="1", tare="1")) == ["The reading is not more than the tare."]


def slots(page):
    return {
        slot["item"].code: ([one["serial"] for one in slot["scans"]], slot["count"]) for slot in page.context["slots"]
    }


def part(client, code, unit="M5-0001"):
    return client.post(at(*BUILD), {"unit": unit, "code": code}, headers=HTMX)


def test_the_unit_is_scanned_first(tablet):
    client = tablet()
    answer = client.post(at(*BUILD), {"code": "M5-0001"})
    assert answer.url == f"{at(*BUILD)}?unit=M5-0001"
    assert slots(client.get(answer.url)) == {"PT-PCB-05": ([], 1), "PT-SEN-02": ([], 2)}


def test_missing_serials_stay_red_until_every_one_is_scanned(tablet):
    client = tablet()
    part(client, "PCB-0001")
    page = part(client, "SEN-0001")
    assert slots(page) == {"PT-PCB-05": (["PCB-0001"], 0), "PT-SEN-02": (["SEN-0001"], 1)}
    assert not page.context["complete"]
    part(client, "SEN-0002")
    post_reports()
    page = client.get(at("assemble-state", "WO-7020", "10"), {"unit": "M5-0001"}, headers=HTMX)
    assert page.context["complete"]
    assert not page.context["waiting"]


def test_a_finished_unit_is_reported_under_its_own_serial_and_the_next_one_begins_red(tablet):
    client = tablet()
    for code in ("PCB-0001", "SEN-0001", "SEN-0002"):
        part(client, code)
    post_reports()
    answer = client.post(at(*BUILD), {"unit": "M5-0001", "finished": "yes"})
    post_reports()
    page = client.get(answer.url)
    assert page.context["state"] == "posted"
    assert MaterialLot.objects.get(code="M5-0001").item.code == "FG-MON-05"
    assert page.context["back"] == at(*BUILD)
    assert slots(client.get(at(*BUILD), {"unit": "M5-0002"})) == {"PT-PCB-05": ([], 1), "PT-SEN-02": ([], 2)}
    again = client.post(at(*BUILD), {"unit": "M5-0001", "finished": "yes"})
    assert again.url == answer.url
    assert Posting.objects.filter(good=Decimal(1)).count() == 1


def test_a_serial_that_is_not_staged_or_does_not_belong_here_is_refused_at_once(tablet):
    client = tablet()
    assert said(part(client, "PCB-0004")) == ["This lot of PT-PCB-05 is not staged to order WO-7020."]
    assert said(part(client, "E-77")) == ["PK-LEA-01 (serial E-77) does not go into this unit here."]
    assert said(part(client, "NO-SUCH")) == ["No lot or bin of this site is called NO-SUCH."]
    assert slots(client.get(at(*BUILD), {"unit": "M5-0001"}))["PT-PCB-05"] == ([], 1)


def test_a_serial_goes_into_a_unit_once(tablet):
    client = tablet()
    part(client, "PCB-0001")
    assert said(part(client, "PCB-0001")) == ["Serial PCB-0001 is in this unit already."]
    post_reports()
    assert part(client, "PCB-0001", unit="M5-0002").status_code == 422


def test_an_operation_without_serials_says_so(tablet):
    page = tablet().get(at("assemble", "WO-7001", "10")).content.decode()
    assert "No serials are built in at this operation." in page
    assert "This operation weighs nothing." in tablet().get(at("weigh", "WO-7012", "10")).content.decode()


def test_the_answer_page_of_an_unknown_report_is_not_there(tablet):
    assert tablet().get(reverse("report-sent", args=["00000000-0000-4000-8000-000000000000"])).status_code == 404


def test_an_unknown_code_is_answered_with_what_fits_the_screen(tablet):
    client = tablet()
    page = client.post(at(*WEIGH), {"code": "NOTHING-1"})
    assert page.context["refusals"][0]["remedy"] == "Scan the label of a lot that is staged; they are listed below."
    page = client.post(at(*BUILD), {"unit": "M5-1", "code": "NOTHING-1"}, headers=HTMX)
    assert page.context["refusals"][0]["remedy"] == "Scan the serial on a part that is listed here as missing."
