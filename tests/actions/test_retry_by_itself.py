"""A report whose cause is mended posts by itself, and a thousand that wait do not slow the others."""

import time
from datetime import timedelta

import pytest
from django.db import connection

from backflush.actions import retry_report
from backflush.actions.post_reports import post_reports
from backflush.actions.retry_report import retry_what_changed
from backflush.models import OperationReport
from masterdata.actions.measure_clock import measure_clock
from masterdata.rules.bom import LineDraft
from tests import floor, plant, reporting
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    kit = plant.product("KIT")
    plant.item("FOIL", unit="KGM")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
    return kit


@pytest.fixture
def order(kit):
    return floor.released_order(kit, "100000")


def swept(report: OperationReport) -> str:
    """The state of a report after a sweep and a drain, as they come every two seconds."""
    retry_what_changed(now=report.judged_at)
    post_reports()
    report.refresh_from_db()
    return report.state


def after(report: OperationReport) -> object:
    """A moment at which something changes after the report was judged."""
    return report.judged_at + timedelta(seconds=1)


def test_what_nothing_touched_stays_blocked(order):
    report = reporting.drained(order, good="10")
    assert swept(report) == "blocked"
    assert report.attempts == 1


def test_staged_again_it_posts(order):
    lot = floor.received_lot(plant.item("FOIL"), "5")
    report = reporting.drained(order, good="10")
    floor.staged_lot(order, lot, "5", at=after(report))
    assert swept(report) == "posted"


def test_its_lot_released_again_it_posts(order):
    lot = floor.staged(order, plant.item("FOIL"), "5")
    qa = plant.people().qa
    set_lot_status(lot=lot, status="held", actor=qa, now=floor.NOW + timedelta(minutes=2), note="being tested")
    report = reporting.drained(order, good="10", at=floor.NOW + timedelta(minutes=1))
    assert reporting.reasons(report) == ["not_released", "short"]
    # it stood released when the units were made: only its present status was against it
    set_lot_status(lot=lot, status="released", actor=qa, now=after(report))
    assert swept(report) == "posted"


def test_its_clock_back_in_time_it_posts(order):
    floor.staged(order, plant.item("FOIL"), "5")
    device = plant.device()
    measured = floor.NOW
    measure_clock(device=device, sent_at=measured + timedelta(minutes=10), now=measured)
    report = reporting.drained(order, good="10")
    assert reporting.reasons(report) == ["clock_out_of_sync"]
    measure_clock(device=device, sent_at=after(report), now=after(report))
    assert swept(report) == "posted"


def test_its_line_cleared_it_posts():
    clean = plant.item("CLEAN", kind="finished", decimals=0)
    plant.route(clean, ["10"], requires_clearance=True)
    plant.trigger(clean)
    plant.item("FOIL", unit="KGM")
    plant.approved_bom(clean, [LineDraft("FOIL", "0.5")])
    order = floor.released_order(clean)
    floor.staged(order, plant.item("FOIL"), "5")
    report = reporting.drained(order, good="10")
    assert reporting.reasons(report) == ["line_not_clear"]
    floor.cleared(order, at=after(report))
    assert swept(report) == "posted"


def test_an_order_that_becomes_known_posts_it(kit):
    floor.released_order(kit, number="WO-KNOWN")
    unknown = WorkOrder(number="WO-LATE", site=plant.site())
    report = reporting.drained(unknown, good="10")
    assert reporting.reasons(report) == ["order_not_open"]
    order = floor.released_order(kit, number="WO-LATE", at=after(report))
    assert order.number == report.order_number
    lot = floor.received_lot(plant.item("FOIL"), "5")
    floor.staged_lot(order, lot, "5", at=after(report))
    assert swept(report) == "posted"


def waiting(order: WorkOrder, count: int) -> None:
    """Reports of an order that nothing is staged to, blocked just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH made AS (INSERT INTO backflush_operationreport (site_id, event_id, device_id, kind, order_number,"
            "  order_id, operation_number, occurred_at, received_at, digest, state, attempts, next_at)"
            "  SELECT %(site)s, gen_random_uuid(), %(device)s, 'operation_complete', %(number)s, %(order)s, '10',"
            "   %(at)s, %(at)s, repeat('0', 64), 'received', 0, %(at)s FROM generate_series(1, %(count)s)"
            "  RETURNING id)"
            " INSERT INTO backflush_reportbody (report_id, body)"
            ' SELECT id, \'{"good":"1","kind":"operation_complete","operation":"10"}\' FROM made',
            {
                "site": order.site_id,
                "device": plant.device().pk,
                "number": order.number,
                "order": order.pk,
                "at": floor.NOW,
                "count": count,
            },
        )
    post_reports()
    assert OperationReport.objects.filter(order_id=order.pk, state="blocked").count() == count


def seconds_to_post(order: WorkOrder, count: int) -> float:
    """How long a sweep and a drain take to post so many reports of an order that lacks nothing."""
    for _ in range(count):
        reporting.sent(order, good="1")
    begun = time.monotonic()
    retry_what_changed(now=floor.NOW)
    post_reports()
    taken = time.monotonic() - begun
    assert not OperationReport.objects.filter(order_id=order.pk).exclude(state="posted").exists()
    return taken


def test_a_thousand_that_wait_do_not_slow_the_others(kit, order):
    floor.staged(order, plant.item("FOIL"), "1000")
    starved = floor.released_order(kit, "100000", number="WO-STARVED")
    seconds_to_post(order, 50)  # whatever is read once is read
    alone = seconds_to_post(order, 200)
    waiting(starved, 1000)
    # nothing about the order changed for a while: what was just made does not count as a change
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE backflush_operationreport SET judged_at = judged_at + interval '1 minute' WHERE state = 'blocked'"
        )
    beside = seconds_to_post(order, 200)
    print(f"200 reports alone {alone:.2f} s, beside 1,000 blocked ones {beside:.2f} s")
    assert beside < 3 * alone + 1
    assert OperationReport.objects.filter(order_id=starved.pk, state="blocked").count() == 1000


def test_the_sweep_reads_every_table_by_an_index(order):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {retry_report._CHANGED}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "backflush_operationreport" in plan
    assert "Seq Scan" not in plan, plan
