"""Blocked reports go back to posting when somebody retries them, or by themselves when what they wait for has changed."""

from datetime import timedelta

import pytest

from backflush.actions.post_reports import post_reports
from backflush.actions.retry_report import retry_report, retry_what_changed
from backflush.actions.waive_report import waive_report, waiver_content
from backflush.models import OperationReport, Posting, ReportTransition
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    kit = plant.product("KIT", cost="3", operations=("10", "20"))
    plant.item("PART", unit="KGM", decimals=3)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.5", operation="20")])
    return floor.released_order(kit, "100")


def _part():
    return plant.item("PART")


def test_a_person_retries_and_it_posts(order):
    reporting.posted(order, "10", good="10")
    report = reporting.drained(order, "20", good="10")
    assert reporting.reasons(report) == ["not_staged", "short"]
    floor.staged(order, _part(), "5")
    retry_report(report=report, actor=plant.people().operator, now=floor.NOW)
    post_reports()
    report.refresh_from_db()
    assert report.state == "posted"
    assert (
        ReportTransition.objects.get(report_id=report.pk, to_state="received").person_id == plant.people().operator.pk
    )


def test_what_was_posted_is_not_retried(order):
    posting = reporting.posted(order, "10", good="10")

    with pytest.raises(Refused) as refused:
        retry_report(
            report=OperationReport.objects.get(pk=posting.report_id), actor=plant.people().operator, now=floor.NOW
        )
    assert refused.value.codes == ["not_blocked"]


def test_an_auditor_may_not_retry(order):
    report = reporting.drained(order, "20", good="10")
    with pytest.raises(Refused) as refused:
        retry_report(report=report, actor=plant.people().auditor, now=floor.NOW)
    assert refused.value.codes == ["not_your_duty"]


def test_staging_wakes_it_by_itself(order):
    reporting.posted(order, "10", good="10")
    report = reporting.drained(order, "20", good="10")
    later = report.judged_at + timedelta(seconds=1)
    assert retry_what_changed(now=later) == 0
    floor.staged(order, _part(), "5", at=later)
    assert retry_what_changed(now=later) == 1


def test_a_report_ahead_of_its_turn_posts_once_the_earlier_operation_has_reported(order):
    floor.staged(order, _part(), "5")
    report = reporting.drained(order, "20", good="10")
    assert reporting.reasons(report) == ["operation_out_of_sequence"]
    reporting.posted(order, "10", good="10")
    assert retry_what_changed(now=floor.NOW) == 1
    post_reports()
    report.refresh_from_db()
    assert report.state == "posted"


def test_a_short_report_is_not_judged_again_for_every_other_posting(order):
    reporting.posted(order, "10", good="10")
    reporting.drained(order, "20", good="10")
    reporting.posted(order, "10", good="10")
    assert retry_what_changed(now=floor.NOW) == 0


def test_a_waived_report_is_signed_away_and_receives_nothing(order):
    report = reporting.drained(order, "20", good="10")
    note = "The machine counted twice."
    ticket = plant.ticket(plant.people().qa, waiver_content(report, note), at=floor.NOW)
    waive_report(report=report, ticket=ticket, note=note, now=floor.NOW)
    report.refresh_from_db()
    assert report.state == "waived"
    assert not Posting.objects.filter(report_id=report.pk).exists()
    with pytest.raises(Refused):
        retry_report(report=report, actor=plant.people().operator, now=floor.NOW)
