"""Reports that need looking into open one deviation each, in the transaction that settles them, and no other report does."""

import pytest

from backflush.actions import post_reports as drain
from backflush.actions.post_reports import post_reports
from backflush.actions.retry_report import retry_report
from backflush.actions.waive_report import waive_report, waiver_content
from backflush.models import OperationReport
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, quality, reporting
from traceability.models import QualityRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    kit = plant.product("KIT")
    plant.item("FOIL", unit="KGM")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    return floor.released_order(kit)


def opened_for(report: OperationReport) -> list[QualityRecord]:
    return list(QualityRecord.objects.filter(opened_for=report.event_id))


def poisoned(monkeypatch, order) -> OperationReport:
    """A report that fails the machinery until its attempts are used up."""

    def fails(*_args, **_named):
        raise ZeroDivisionError("the gears stick")

    monkeypatch.setattr(drain, "decide", fails)
    report = reporting.sent(order, good="10")
    OperationReport.objects.filter(pk=report.pk).update(attempts=4)
    post_reports()
    monkeypatch.undo()
    report.refresh_from_db()
    return report


def waived(report: OperationReport, *, by: str = "supervisor", note: str = "The machine counted twice.") -> None:
    signed = plant.ticket(getattr(plant.people(), by), waiver_content(report, note), at=floor.NOW)
    waive_report(report=report, ticket=signed, note=note, now=floor.NOW)


def test_a_failure_of_the_machinery_opens_one(monkeypatch, order):
    report = poisoned(monkeypatch, order)
    assert reporting.reasons(report) == ["machinery_failure"]
    (made,) = opened_for(report)
    assert (made.kind, made.state, made.cause, made.owner, made.opened_by) == (
        "deviation",
        "open",
        "machinery_failure",
        None,
        None,
    )
    assert {link.order_id or link.event_id for link in made.links.all()} == {order.pk, report.event_id}
    assert made.history.count() == 1


def test_it_is_opened_once_however_often_it_fails_again(monkeypatch, order):
    report = poisoned(monkeypatch, order)
    retry_report(report=report, actor=plant.people().supervisor, now=floor.NOW)
    monkeypatch.setattr(drain, "decide", lambda *_: 1 / 0)
    OperationReport.objects.filter(pk=report.pk).update(attempts=4)
    post_reports()
    monkeypatch.undo()
    report.refresh_from_db()
    assert report.state == "blocked"
    (made,) = opened_for(report)
    assert [note.step for note in made.notes.all()] == ["machinery_failure"]


def test_a_waiver_opens_one_or_is_noted_where_there_is_one(monkeypatch, order):
    first, second = poisoned(monkeypatch, order), reporting.drained(order, good="10")
    waived(first)
    waived(second)
    assert [note.step for note in opened_for(first)[0].notes.order_by("id")] == ["machinery_failure", "waiver"]
    (made,) = opened_for(second)
    assert made.cause == "waiver"
    assert "The machine counted twice." in made.description


@pytest.mark.parametrize(("by", "note", "code"), [("operator", "x", "not_your_duty"), ("qa", " ", "reason_missing")])
def test_a_waiver_is_signed_by_qa_or_supervisor_with_a_reason(order, by, note, code):
    report = reporting.drained(order, good="10")
    with pytest.raises(Refused) as refused:
        waived(report, by=by, note=note)
    assert refused.value.codes == [code]
    assert not opened_for(report)


def test_whoever_sent_a_report_does_not_withdraw_it(order):
    plant.trigger(plant.item("KIT"), any_person=True)
    report = reporting.drained(order, good="10", person=plant.people().supervisor)
    with pytest.raises(Refused) as refused:
        waived(report)
    assert refused.value.codes == ["reporter_is_signer"]
    waived(report, by="qa")


def test_avoidable_scrap_beyond_the_signed_limit_opens_one_and_posts(order):
    plant.trigger(plant.item("KIT"), avoidable_limit_percent="2")
    plant.reason("SPILL", "scrap", loss="avoidable")
    floor.staged(order, plant.item("FOIL"), "50")
    little = reporting.posted(order, good="18", scrap=[{"quantity": "2", "reason": "SPILL"}])
    much = reporting.posted(order, good="19", scrap=[{"quantity": "1", "reason": "SPILL"}])
    clean = reporting.posted(order, good="10")
    assert not opened_for(OperationReport.objects.get(pk=little.report_id))
    (made,) = opened_for(OperationReport.objects.get(pk=much.report_id))
    assert made.cause == "avoidable_scrap_beyond_limit"
    assert "3 so far at operation 10, at most 2 allowed" in made.description
    assert not opened_for(OperationReport.objects.get(pk=clean.report_id)), "it scrapped nothing itself"


def test_without_a_signed_limit_avoidable_scrap_opens_none(order):
    plant.reason("SPILL", "scrap", loss="avoidable")
    floor.staged(order, plant.item("FOIL"), "50")
    posted = reporting.posted(order, good="10", scrap=[{"quantity": "10", "reason": "SPILL"}])
    assert not opened_for(OperationReport.objects.get(pk=posted.report_id))


def test_a_shortage_opens_none(order):
    assert not opened_for(reporting.drained(order, good="10"))


def test_numbers_have_no_gap_where_many_are_opened_at_once(monkeypatch, order):
    quality.deviation()
    for _ in range(3):
        poisoned(monkeypatch, order)
    numbers = QualityRecord.objects.order_by("id").values_list("number", flat=True)
    assert list(numbers) == ["DEV-000001", "DEV-000002", "DEV-000003", "DEV-000004"]
