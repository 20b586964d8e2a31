"""QA rules on a blocked report: accepted as its lots are now, or given its true time; both beside what was reported."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from backflush.actions.post_reports import post_reports
from backflush.actions.retry_report import retry_report
from backflush.actions.rule_on_report import accept_report, correct_report_time
from backflush.models import OperationReport, Posting, ReportRuling
from backflush.queries.postings import replay_differences
from backflush.queries.reports import state_of
from backflush.queries.rulings import acceptance, acceptance_content, correction_content
from masterdata.queries import signature_stands
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import LedgerEntry, QualityRecord

pytestmark = pytest.mark.django_db

LATER = floor.NOW + timedelta(hours=2)
WHY = "The release was only entered late."


@pytest.fixture
def order():
    kit = plant.product("KIT")
    plant.item("FOIL", unit="KGM")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    return floor.released_order(kit)


@pytest.fixture
def late(order):
    """A report of units made before the only lot was released; the lot is fine now."""
    lot = floor.staged(order, plant.item("FOIL"), "20")
    set_lot_status(lot=lot, status="held", actor=plant.people().qa, now=floor.NOW, note="being tested")
    at = floor.NOW + timedelta(minutes=30)
    report = reporting.drained(order, good="10", at=at)
    set_lot_status(lot=lot, status="released", actor=plant.people().qa, now=floor.NOW + timedelta(hours=1))
    sent_again(report)
    assert reporting.reasons(report) == ["not_released", "short"]
    return report


def sent_again(report: OperationReport) -> None:
    if report.state == "blocked":
        retry_report(report=report, actor=plant.people().supervisor, now=floor.NOW)
    post_reports()
    report.refresh_from_db()


def accepted(report, *, by="qa", note=WHY, now=LATER):
    mended, _ = acceptance(report, now)
    signed = plant.ticket(getattr(plant.people(), by), acceptance_content(report, mended, note), at=now)
    return accept_report(report=report, ticket=signed, note=note, now=now)


def corrected(report, to, *, by="qa", note="The device ran three hours ahead.", now=LATER):
    signed = plant.ticket(getattr(plant.people(), by), correction_content(report, to, note), at=now)
    return correct_report_time(report=report, corrected_at=to, ticket=signed, note=note, now=now)


def test_an_accepted_report_posts_from_the_lot_as_it_is_now(late):
    accepted(late)
    post_reports()
    late.refresh_from_db()
    assert late.state == "posted"
    posting = Posting.objects.get(report_id=late.pk)
    assert json.loads(posting.facts)["report"]["accepted_at"].startswith("2026-01-06T10:00")
    assert posting.occurred_at == late.occurred_at
    assert replay_differences(posting) == []
    ruling = ReportRuling.objects.get(report_id=late.pk)
    assert "not released when the units were made" in ruling.reasons[0]["sentence"]
    assert signature_stands(ruling.signature)


def test_whoever_asks_for_the_report_is_told_what_was_signed(late):
    assert state_of(late)["rulings"] == []
    accepted(late)
    [told] = state_of(late)["rulings"]
    assert (told["kind"], told["signed_by"], told["why"], told["happened_at"]) == (
        "accepted",
        plant.people().qa.name,
        WHY,
        None,
    )
    assert [reason["code"] for reason in told["reasons"]] == ["not_released", "short"]


def test_accepting_opens_a_deviation_once(late):
    accepted(late)
    opened = QualityRecord.objects.get(opened_for=late.event_id)
    assert (opened.kind, opened.cause, opened.opened_by) == (
        "deviation",
        "accepted_against_reasons",
        plant.people().qa,
    )


def test_a_report_that_lacks_stock_is_not_accepted(order):
    report = reporting.drained(order, good="10")
    with pytest.raises(Refused) as refused:
        accepted(report)
    assert refused.value.codes == ["nothing_to_accept"]
    report.refresh_from_db()
    assert (report.state, report.accepted_at) == ("blocked", None)


def test_a_lot_that_is_held_now_is_not_accepted(order):
    lot = floor.staged(order, plant.item("FOIL"), "20")
    set_lot_status(lot=lot, status="held", actor=plant.people().qa, now=floor.NOW, note="being tested")
    report = reporting.drained(order, good="10")
    with pytest.raises(Refused) as refused:
        accepted(report)
    assert refused.value.codes == ["nothing_to_accept"]


@pytest.mark.parametrize(("by", "note", "code"), [("supervisor", WHY, "not_your_duty"), ("qa", " ", "reason_missing")])
def test_only_qa_accepts_and_says_why(late, by, note, code):
    with pytest.raises(Refused) as refused:
        accepted(late, by=by, note=note)
    assert refused.value.codes == [code]


def test_whoever_reported_does_not_sign_for_it(order):
    reporter = plant.people().qa
    ahead = floor.NOW + timedelta(hours=3)
    report = reporting.drained(order, good="10", at=ahead, received=floor.NOW, person=reporter)
    with pytest.raises(Refused) as refused:
        corrected(report, floor.NOW)
    assert "reporter_is_signer" in refused.value.codes


def test_a_corrected_time_stands_beside_what_the_clock_said(order):
    floor.staged(order, plant.item("FOIL"), "20")
    ahead, true = floor.NOW + timedelta(hours=3), floor.NOW - timedelta(minutes=1)
    report = reporting.drained(order, good="10", at=ahead, received=floor.NOW)
    assert reporting.reasons(report) == ["clock_out_of_sync"]
    corrected(report, floor.NOW)
    post_reports()
    report.refresh_from_db()
    assert (report.state, report.occurred_at, report.corrected_at) == ("posted", ahead, floor.NOW)
    posting = Posting.objects.get(report_id=report.pk)
    told = json.loads(posting.facts)["report"]
    assert told["occurred_at"].startswith("2026-01-06T08:00")
    assert told["said_at"].startswith("2026-01-06T11:00")
    assert posting.occurred_at == LedgerEntry.objects.get(pk=posting.entry_id).occurred_at == floor.NOW
    assert replay_differences(posting) == []
    assert QualityRecord.objects.get(opened_for=report.event_id).cause == "time_corrected"
    with pytest.raises(Refused) as refused:
        corrected(report, true)
    assert "not_blocked" in refused.value.codes


def test_a_signed_time_counts_though_the_device_is_off_and_the_event_is_old(order):
    lot = floor.staged(order, plant.item("FOIL"), "20")
    assert lot.released_since == floor.NOW
    report = reporting.drained(order, good="10", at=floor.NOW, received=floor.NOW + timedelta(days=9))
    assert "clock_out_of_sync" in reporting.reasons(report)
    corrected(report, floor.NOW, now=floor.NOW + timedelta(days=9))
    post_reports()
    report.refresh_from_db()
    assert report.state == "posted"


def test_nothing_happens_after_its_receipt(order):
    report = reporting.drained(order, good="10", at=floor.NOW + timedelta(hours=3), received=floor.NOW)
    with pytest.raises(Refused) as refused:
        corrected(report, floor.NOW + timedelta(seconds=1))
    assert refused.value.codes == ["after_receipt"]


def test_a_time_that_nothing_speaks_against_is_left_alone(order):
    report = reporting.drained(order, good="10")
    with pytest.raises(Refused) as refused:
        corrected(report, floor.NOW)
    assert refused.value.codes == ["time_not_in_doubt"]


@pytest.mark.parametrize("field", ["corrected_at", "accepted_at"])
def test_no_time_is_written_without_a_signed_ruling_not_even_by_sql(order, field):
    report = reporting.drained(order, good="10")
    with pytest.raises(IntegrityError, match="no signed ruling"), transaction.atomic():
        OperationReport.objects.filter(pk=report.pk).update(**{field: floor.NOW, "state": "received"})
    with pytest.raises(IntegrityError, match="not blocked"), transaction.atomic():
        OperationReport.objects.filter(pk=report.pk).update(**{field: floor.NOW})


def test_rulings_are_only_added_to(late):
    accepted(late)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportRuling.objects.update(note="nothing happened")
