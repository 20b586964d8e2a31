"""The drain: what waits is posted once, whole, or blocked with every reason."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from backflush.actions.post_reports import MOST_ATTEMPTS, post_reports
from backflush.actions.receive_report import receive_report
from backflush.actions.retry_report import retry_what_changed
from backflush.models import OperationReport, OutboxMessage, Posting, ReportTransition
from backflush.queries.postings import posting_page, replay_differences
from backflush.queries.reports import reasons_of
from backflush.rules.decide import decide
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from tests.changing import change_item
from traceability.actions.release_order import release_order
from traceability.models import HandlingUnit, LedgerLine, MaterialLot

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    """A product of half a kilo of powder and two boxes."""
    made = plant.product("KIT", cost="20")
    plant.item("POWDER", unit="KGM", decimals=3, cost="4.00")
    plant.item("BOX", decimals=0, cost="1.00")
    plant.approved_bom(made, [LineDraft(item="POWDER", quantity="0.5"), LineDraft(item="BOX", quantity="2")])
    return made


def _stage_all(order, powder="100", box="400"):
    items = {line.item.code: line.item for line in order.pins.get().bom_version.lines.select_related("item")}
    return floor.staged(order, items["POWDER"], powder), floor.staged(order, items["BOX"], box)


def test_a_report_issues_from_the_staged_lots_and_receives_the_product(kit):
    order = floor.released_order(kit, "100")
    powder, box = _stage_all(order)
    posting = reporting.posted(order, good="10")

    issued = LedgerLine.objects.filter(entry_id=posting.entry_id, component__isnull=False)
    assert {(line.lot_id, line.quantity) for line in issued} == {(powder.pk, Decimal(5)), (box.pk, Decimal(20))}
    staging = plant.place("staging")
    assert floor.stock(powder, staging, order) == 95
    made = MaterialLot.objects.get(code=order.number)
    assert floor.stock(made, plant.place("finished")) == 10
    assert made.status == "quarantine"


def test_amounts_and_classes_stand_on_each_line(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order)
    posting = reporting.posted(order, good="10")
    lines = {
        line.quantity: line for line in LedgerLine.objects.filter(entry_id=posting.entry_id, component__isnull=False)
    }
    assert lines[Decimal(5)].base_quantity == 5
    assert lines[Decimal(5)].standard_quantity == 5
    assert lines[Decimal(5)].standard_amount == Decimal("20.00")
    assert lines[Decimal(20)].actual_amount == Decimal("20.00")
    assert posting.actual_amount == Decimal("40.00")


def test_a_shortage_blocks_every_line_and_moves_nothing(kit):
    order = floor.released_order(kit, "100")
    powder, _ = _stage_all(order, box="19")
    report = reporting.drained(order, good="10")
    assert report.state == "blocked"
    assert reporting.reasons(report) == ["short"]
    assert floor.stock(powder, plant.place("staging"), order) == 100
    assert not Posting.objects.exists()


def test_every_reason_is_named_at_once(kit):
    order = floor.released_order(kit, "100")
    powder = floor.staged(order, plant.item("POWDER"), "100")
    floor.held(powder)
    report = reporting.drained(order, good="10")
    assert set(reporting.reasons(report)) >= {"not_released", "not_staged"}


def test_a_blocked_report_does_not_hold_up_the_next(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order, powder="6", box="400")
    assert reporting.drained(order, good="20").state == "blocked"
    assert reporting.drained(order, good="10").state == "posted"


def test_reports_of_one_batch_see_what_those_before_them_took(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order, powder="8")
    reports = [reporting.sent(order, good="6", at=floor.NOW + timedelta(seconds=second)) for second in range(3)]
    assert post_reports() == 3
    states = [OperationReport.objects.get(pk=report.pk).state for report in reports]
    assert states == ["posted", "posted", "blocked"]


def test_an_unknown_order_blocks_and_posts_by_itself_once_it_is_released(kit):
    order = floor.planned_order(kit, "100", number="WO-LATER")
    report = reporting.drained(order, good="1")
    assert reporting.reasons(report) == ["order_not_open"]
    plant.place("finished")
    plant.place("quarantine")
    now = report.judged_at + timedelta(seconds=1)
    release_order(order=order, actor=plant.people().supervisor, now=now)
    order.refresh_from_db()
    _stage_all(order)
    assert retry_what_changed(now=now) == 1
    post_reports(now=now)
    report.refresh_from_db()
    assert report.state == "posted"


def test_a_report_that_nothing_changed_for_is_left_alone_for_a_while(kit):
    order = floor.released_order(kit, "100")
    report = reporting.drained(order, good="1")
    assert report.state == "blocked"
    OperationReport.objects.filter(pk=report.pk).update(attempts=3)
    assert retry_what_changed(now=floor.NOW) == 0


def test_postings_are_numbered_without_a_gap_and_announced_in_that_order(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order)
    for _ in range(3):
        reporting.posted(order, good="1")
    assert list(Posting.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    messages = OutboxMessage.objects.order_by("position")
    assert [message.posting_id for message in messages] == list(
        Posting.objects.order_by("number").values_list("id", flat=True)
    )


def test_the_same_report_sent_again_posts_once(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order)
    report = reporting.parsed(order, good="5")
    outcomes = [
        receive_report(site_id=order.site_id, report=report, device=plant.device(), now=floor.NOW).outcome
        for _ in range(2)
    ]
    post_reports()
    assert outcomes == ["new", "repeat"]
    assert Posting.objects.count() == 1


def test_a_posting_replays_to_the_same_digits_and_explains_itself(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order)
    for good in ("3", "4", "7"):
        posting = reporting.posted(order, good=good)
        assert replay_differences(posting) == []
    page = posting_page(order.site_id, posting.number)
    powder = next(line for line in page["lines"] if line["item"] == "POWDER")
    assert powder["quantity"] == "3.5"
    assert [step["value"] for step in powder["steps"]][:3] == ["3.5", "3.5", "7"]
    assert page["replays"] is True


def test_a_method_that_is_no_longer_allowed_is_refused_for_good(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order)
    change_item(
        item=plant.item("POWDER"),
        actor=plant.people().engineer,
        reason="potency varies",
        now=floor.NOW,
        potency_controlled=True,
        label_potency=Decimal(1),
    )
    report = reporting.drained(order, good="1")
    assert (report.state, reporting.reasons(report)) == ("refused", ["method_not_allowed"])
    assert report.settled_at is not None


def test_a_poison_report_ends_on_the_worklist_and_stops_nobody_else(kit, monkeypatch):
    order = floor.released_order(kit, "100")
    _stage_all(order)
    poison, healthy = reporting.sent(order, good="1", operator="B-operator"), reporting.sent(order, good="2")
    monkeypatch.setattr("backflush.actions.post_reports.decide", _fails_for(poison.pk))
    for _ in range(MOST_ATTEMPTS + 1):
        OperationReport.objects.filter(state="received").update(next_at=floor.NOW)
        post_reports()
    for report in (poison, healthy):
        report.refresh_from_db()
    assert (poison.state, healthy.state) == ("blocked", "posted")
    assert reporting.reasons(poison) == ["machinery_failure"]


def test_a_failure_of_the_machinery_keeps_its_words_in_the_log_and_tells_a_reference(kit, monkeypatch, caplog):
    order = floor.released_order(kit, "100")
    poison = reporting.sent(order, good="1")
    monkeypatch.setattr("backflush.actions.post_reports.decide", _fails_for(poison.pk))
    OperationReport.objects.filter(pk=poison.pk).update(attempts=MOST_ATTEMPTS - 1)
    post_reports()
    (reason,) = reasons_of([poison.pk])[poison.pk]
    assert "planted" not in reason["sentence"]
    assert "ZeroDivisionError" not in reason["sentence"]
    assert re.fullmatch(r"F-[0-9a-f]{8}", reason["subject"])
    assert reason["subject"] in reason["sentence"]
    assert reason["subject"] in caplog.text


def _fails_for(report_id):
    """The decision, with a fault that only one report meets: what no client can cause, a bug can."""

    def failing(report, *facts):
        if report.id == report_id:
            raise ZeroDivisionError("planted")
        return decide(report, *facts)

    return failing


def test_a_wrong_clock_blocks_with_words(kit):
    order = floor.released_order(kit, "100")
    _stage_all(order)
    report = reporting.drained(order, good="1", at=floor.NOW + timedelta(hours=1), received=floor.NOW)
    assert reporting.reasons(report) == ["clock_out_of_sync"]
    transition = ReportTransition.objects.get(report_id=report.pk)
    assert "received before that" in transition.reasons[0]["sentence"]


def test_closing_a_handling_unit_counts_once_and_marks_it_closed():
    sscc = "340123450000000017"
    made = plant.item("CASED", decimals=0, cost="20", kind="finished")
    plant.route(made, ["10"])
    plant.trigger(made, "10", kind="handling_unit_closed")
    part = plant.item("TRAY", decimals=0)
    plant.approved_bom(made, [LineDraft(item="TRAY", quantity="1")])
    order = floor.released_order(made, "100")
    tray = floor.staged(order, part, "50")
    HandlingUnit.objects.create(site=order.site, sscc=sscc, kind="case", order=order, opened_at=floor.NOW)

    posting = reporting.posted(order, kind="handling_unit_closed", handling_unit=sscc, good="12")
    assert HandlingUnit.objects.get(sscc=sscc).closed_at is not None
    reporting.posted(order, kind="handling_unit_closed", handling_unit=sscc, good="12")
    assert floor.stock(tray, plant.place("staging"), order) == 38

    reporting.reversed_by_qa(posting)
    assert HandlingUnit.objects.get(sscc=sscc).closed_at is None
