"""Blocked reports: found by order, reason and age, each with its remedies; retried, or withdrawn under signature."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.actions.retry_report import retry_what_changed
from backflush.models import OperationReport, ReportTransition
from tests import floor, plant
from tests.web.forms import fields_of, signed
from tests.web.scene import item
from traceability.models import WorkOrder


def blocked(order="WO-20421") -> OperationReport:
    return OperationReport.objects.get(order_number=order)


def listed(client, **asked) -> str:
    return client.get(reverse("exceptions"), asked).content.decode()


def test_every_reason_stands_with_its_remedy_in_the_units_of_people(look):
    shown = listed(look("supervisor"))
    assert "32.988 kg of SF-SYR-001 are needed; none is staged to order WO-20421." in shown
    assert "pcs of PK-BTL-200 are needed; 90 can be drawn." in shown
    assert "Order WO-20999 is not known." in shown
    assert "KGM" not in shown


def test_it_is_filtered_by_order_reason_line_and_age(look):
    client = look("supervisor")
    assert "WO-20999" not in listed(client, order="20421")
    assert "WO-20999" not in listed(client, reason="short")
    assert "WO-20421" not in listed(client, reason="order_not_open")
    assert "WO-20999" not in listed(client, line=plant.line("FILL-1").pk)
    assert "No report is blocked." in listed(client, age="10080")
    assert "WO-20421" in listed(client, reason="made-up", line="x", age="x")


def test_one_page_tells_one_report(look):
    shown = look("auditor").get(reverse("exception", args=[blocked().event_id])).content.decode()
    for words in ("Report for WO-20421", "MES-1", "received → blocked", "90 can be drawn"):
        assert words in shown
    assert "Withdraw it as untrue" not in shown


def test_retrying_after_the_cause_is_mended_posts_it(as_):
    order = WorkOrder.objects.get(number="WO-20421")
    wip = plant.place("staging", "FILL-1-WIP")
    for code, quantity in (("SF-SYR-001", "200"), ("PK-BTL-200", "600"), ("PK-CAP-024", "700"), ("PK-LBL-ELD", "700")):
        lot = floor.received_lot(item(code), quantity, code=f"NEW-{code}")
        floor.staged_lot(order, lot, quantity, to_bin=wip)
    client, report = as_("supervisor"), blocked()
    client.post(reverse("exceptions-retry"), {"report": [report.pk]})
    post_reports()
    report.refresh_from_db()
    assert report.state == "posted"
    page = client.get(reverse("exception", args=[report.event_id])).content.decode()
    assert "Sam Supervisor" in page
    assert "retried by hand" in page


def test_many_are_retried_at_once(as_):
    client = as_("supervisor")
    both = list(OperationReport.objects.filter(state="blocked").values_list("pk", flat=True))
    answer = client.post(reverse("exceptions-retry"), {"report": both}, follow=True)
    assert "2 reports sent to posting again." in answer.content.decode()
    assert set(OperationReport.objects.filter(pk__in=both).values_list("state", flat=True)) == {"received"}


def test_ticking_nothing_or_what_is_settled_is_told(as_):
    client = as_("supervisor")
    assert "No report was ticked." in client.post(reverse("exceptions-retry"), follow=True).content.decode()
    posted = OperationReport.objects.filter(state="posted")[0].pk
    answer = client.post(reverse("exceptions-retry"), {"report": [posted, "x"]}, follow=True)
    assert "1 was blocked no more." in answer.content.decode()


def test_an_auditor_may_not_retry(as_):
    client = as_("auditor")
    assert "Retry" not in listed(client)
    answer = client.post(reverse("exception-retry", args=[blocked().event_id]))
    assert answer.status_code == 403
    assert "may not send a blocked report to posting again" in answer.content.decode()
    assert blocked().state == "blocked"


def test_a_settled_report_is_not_retried(as_):
    posted = OperationReport.objects.filter(state="posted")[0]
    answer = as_("supervisor").post(reverse("exception-retry", args=[posted.event_id]))
    assert answer.status_code == 422
    assert "only a blocked one is retried" in answer.content.decode()


def test_a_report_is_withdrawn_under_signature(as_):
    client, report = as_("qa"), blocked("WO-20999")
    withdraw = reverse("exception-waive", args=[report.event_id])
    asked = client.post(withdraw, {"note": "Sent to the wrong plant."})
    assert "withdrawn as untrue" in asked.content.decode()
    answer = client.post(withdraw, signed(fields_of(asked, withdraw, "digest"), "qa"))
    assert answer.status_code == 302
    report.refresh_from_db()
    assert report.state == "waived"
    assert ReportTransition.objects.filter(report_id=report.pk, to_state="waived").count() == 1


def test_a_wrong_signature_withdraws_nothing_and_keeps_the_reason(as_):
    client, report = as_("qa"), blocked("WO-20999")
    withdraw = reverse("exception-waive", args=[report.event_id])
    asked = client.post(withdraw, {"note": "Sent to the wrong plant."})
    answer = client.post(withdraw, signed(fields_of(asked, withdraw, "digest"), "qa", password="no"))
    assert answer.status_code == 422
    assert "Sent to the wrong plant." in answer.content.decode()
    report.refresh_from_db()
    assert report.state == "blocked"


def test_what_stood_against_a_withdrawn_report_is_history_and_told_once(as_):
    client, report = as_("qa"), blocked()
    for _ in range(8):
        OperationReport.objects.filter(pk=report.pk).update(judged_at=timezone.now() - timedelta(minutes=6))
        retry_what_changed(now=timezone.now())
        post_reports()
    page = client.get(reverse("exception", args=[report.event_id]))
    (still, first) = page.context["entries"]
    assert (still["what"], still["why"]) == ("still blocked", "same reasons, retried 8 times")
    assert "90 can be drawn" in first["why"]
    assert {"name": "Judged", "value": "9 times"} in page.context["facts"]
    assert page.content.decode().count("SF-SYR-001 are needed") == 2
    address = reverse("exception-waive", args=[report.event_id])
    client.post(address, signed(fields_of(client.post(address, {"note": "A test run."}), address), "qa"))
    report.refresh_from_db()
    assert report.state == "waived"
    page = client.get(reverse("exception", args=[report.event_id]))
    assert page.context["reasons"] == []
    assert page.content.decode().count("SF-SYR-001 are needed") == 1


def test_few_lines_stand_in_the_list_and_the_rest_unfolds(look):
    shown = listed(look("supervisor"), order="20421")
    assert "SF-SYR-001 are needed; 0 can be drawn" not in shown
    assert "… and 1 more" in shown
