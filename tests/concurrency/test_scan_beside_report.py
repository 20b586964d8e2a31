"""A scan-issue and a report want the same lot at once: one engine, so one takes it and the other waits with its reason."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from backflush.actions.post_reports import post_reports
from backflush.models import OperationReport
from backflush.queries.postings import replay_differences
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from tests.api.shop import REPORTS, device_client, report
from traceability.models import StockBalance

ROUNDS = 6
SCANS = "/api/v1/scan-issues"


@pytest.fixture
def glued(real_database):
    """A kit whose glue is weighed (6 kg an order of ten) and drawn besides (5 kg): ten kilograms do not do for both."""
    kit, glue = plant.product("KIT"), plant.item("GLUE", unit="KGM")
    plant.approved_bom(kit, [LineDraft("GLUE", "0.6", method="scan"), LineDraft("GLUE", "0.5")])
    return kit, glue


def at_once(*calls):
    start = threading.Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def sent_and_drained(path, body):
    answer = device_client().send(path, body)
    post_reports()
    return answer.status_code


def left_over():
    """What a drain left to another that then had it no more."""
    while OperationReport.objects.filter(state="received").exists():
        OperationReport.objects.filter(state="received").update(next_at=floor.NOW)
        post_reports()


def test_one_takes_the_lot_the_other_waits_and_posts_when_more_is_staged(glued):
    kit, glue = glued
    for index in range(ROUNDS):
        order = floor.released_order(kit, "10", number=f"WO-{index}")
        lot = floor.staged(order, glue, "10", code=f"G/{index}")
        weighed = {
            "event_id": str(uuid.uuid4()),
            "order": order.number,
            "operation": "10",
            "item": "GLUE",
            "lot": lot.code,
            "quantity": "6",
            "occurred_at": timezone.now().isoformat(),
        }
        made = report(order=order.number, good="10")
        codes = at_once(
            lambda made=made: sent_and_drained(REPORTS, made), lambda weighed=weighed: sent_and_drained(SCANS, weighed)
        )
        assert codes == [202, 202]
        left_over()
        reports = {one.kind: one for one in OperationReport.objects.filter(order_number=order.number)}
        states = {kind: one.state for kind, one in reports.items()}
        assert sorted(states.values()) == ["blocked", "posted"], states
        (waiting,) = [one for one in reports.values() if one.state == "blocked"]
        assert "short" in reporting.reasons(waiting)
        taken = 6 if states["scan_issue"] == "posted" else 5
        staged = StockBalance.objects.get(lot_id=lot.pk, order_id=order.pk)
        assert staged.quantity == 10 - taken

        more = floor.received_lot(glue, "1", code=f"H/{index}")
        floor.staged_lot(order, more, "1")
        if waiting.kind == "scan_issue":  # it names its lot: what is left of that one does not do
            continue
        OperationReport.objects.filter(pk=waiting.pk).update(state="received", next_at=floor.NOW)
        left_over()
        waiting.refresh_from_db()
        assert waiting.state == "posted"
        assert StockBalance.objects.get(lot_id=lot.pk, order_id=order.pk).quantity == 0


def test_the_postings_of_both_replay_and_the_ledger_holds(glued):
    kit, glue = glued
    order = floor.released_order(kit, "10", number="WO-9")
    floor.staged(order, glue, "11", code="G/9")
    for kind in ({"good": "10"}, {"kind": "scan_issue", "item": "GLUE", "lot": "G/9", "quantity": "6"}):
        posting = reporting.posted(order, at=timezone.now(), **kind)
        assert replay_differences(posting) == []
