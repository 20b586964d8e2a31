"""The worklist's figures and alarm, and QA's rulings on its reports."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport, ReportRuling
from backflush.queries.exception_figures import exception_figures
from tests import floor, plant
from tests.web.forms import fields_of, signed
from tests.web.scene import item, report
from traceability.models import WorkOrder


def stocked() -> WorkOrder:
    """WO-20421 with everything that it needs."""
    order = WorkOrder.objects.get(number="WO-20421")
    wip = plant.place("staging", "FILL-1-WIP")
    at = timezone.now() - timedelta(minutes=50)
    for code, quantity in (("SF-SYR-001", "200"), ("PK-BTL-200", "600"), ("PK-CAP-024", "700"), ("PK-LBL-ELD", "700")):
        lot = floor.received_lot(item(code), quantity, code=f"NEW-{code}", at=at)
        floor.staged_lot(order, lot, quantity, to_bin=wip, at=at)
    return order


def blocked(event) -> OperationReport:
    post_reports()
    found = OperationReport.objects.get(event_id=event)
    assert found.state == "blocked"
    return found


def test_the_worklist_tells_how_exceptions_were_mended(look):
    shown = look("supervisor").get(reverse("exceptions")).content.decode()
    assert "How exceptions were mended in the last 7 days" in shown
    assert "Mean time to correction" in shown
    assert "order not open: <b>1</b>" in shown


def test_mean_time_is_of_reports_that_posted_or_were_withdrawn(as_):
    since = timezone.now() - timedelta(days=1)
    before = exception_figures(plant.site().pk, since)
    assert (before.blocked, before.mended, before.mean) == (2, 0, None)
    stocked()
    held = OperationReport.objects.get(order_number="WO-20421")
    as_("supervisor").post(reverse("exceptions-retry"), {"report": [held.pk]})
    post_reports()
    after = exception_figures(plant.site().pk, since)
    assert (after.blocked, after.mended) == (2, 1)
    assert after.mean is not None
    assert after.mean > timedelta(0)
    assert dict(after.reasons)["short"] == 1
    assert exception_figures(plant.site().pk, timezone.now()).blocked == 0


def test_what_is_blocked_too_long_is_marked_and_counted_on_today(look):
    client = look("supervisor")
    late = "blocked for longer than"
    with override_settings(BLOCKED_ALARM_MINUTES=0):
        assert "2 of these are blocked for longer than" in client.get(reverse("exceptions")).content.decode()
        assert "2 reports are blocked for longer than" in client.get(reverse("today-board")).content.decode()
    with override_settings(BLOCKED_ALARM_MINUTES=6000):
        assert late not in client.get(reverse("exceptions")).content.decode()
        assert late not in client.get(reverse("today-board")).content.decode()


def test_it_is_filtered_by_device(look):
    client = look("supervisor")
    mine = plant.device("MES-1").pk
    assert "WO-20421" in client.get(reverse("exceptions"), {"device": mine}).content.decode()
    shown = client.get(reverse("exceptions"), {"device": "999999"}).content.decode()
    assert "is not one of the choices" in shown


def test_qa_corrects_a_time_under_signature(as_):
    stocked()
    made_at = timezone.now() - timedelta(minutes=2)
    found = blocked(report("WO-20421", "10", timezone.now() + timedelta(hours=3)))
    client, correct = as_("qa"), reverse("exception-correct", args=[found.event_id])
    page = client.get(reverse("exception", args=[found.event_id]))
    assert "Correct its time" in page.content.decode()
    local = made_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M:%S")
    asked = client.post(correct, {"corrected_at": local, "correct_note": "By the shift book."})
    assert "the time at which it happened, corrected" in asked.content.decode()
    answer = client.post(correct, signed(fields_of(asked, correct, "digest"), "qa"))
    assert answer.status_code == 302
    post_reports()
    found.refresh_from_db()
    assert found.state == "posted"
    assert found.corrected_at == made_at.replace(microsecond=0)
    shown = client.get(reverse("exception", args=[found.event_id])).content.decode()
    assert "Happened, as QA signed" in shown
    assert "By the shift book." in shown
    assert "DEV-" in shown


def test_qa_accepts_under_signature(as_):
    order = stocked()
    before = order.created_at - timedelta(hours=30)
    found = blocked(report("WO-20421", "10", before))
    client, accept = as_("qa"), reverse("exception-accept", args=[found.event_id])
    page = client.get(reverse("exception", args=[found.event_id])).content.decode()
    assert "Accept what failed only when it happened" in page
    assert "not released when the units were made" in page
    asked = client.post(accept, {"accept_note": "Tested before, entered late."})
    answer = client.post(accept, signed(fields_of(asked, accept, "digest"), "qa"))
    assert answer.status_code == 302
    assert ReportRuling.objects.get(report_id=found.pk).note == "Tested before, entered late."
    post_reports()
    found.refresh_from_db()
    assert found.accepted_at is not None


def test_a_supervisor_is_offered_no_ruling_and_may_make_none(as_):
    stocked()
    found = blocked(report("WO-20421", "10", timezone.now() + timedelta(hours=3)))
    client = as_("supervisor")
    assert "Correct its time" not in client.get(reverse("exception", args=[found.event_id])).content.decode()
    answer = client.post(reverse("exception-correct", args=[found.event_id]), {"password": "x"})
    assert answer.status_code == 403
    assert not ReportRuling.objects.exists()


def test_a_ruling_without_a_time_is_refused_in_words(as_):
    found = blocked(report("WO-20421", "10", timezone.now() + timedelta(hours=3)))
    client, correct = as_("qa"), reverse("exception-correct", args=[found.event_id])
    answer = client.post(correct, {"password": "x", "corrected_at": "yesterday", "correct_note": "x"})
    assert answer.status_code == 422
    assert "Say when it happened." in answer.content.decode()
