"""A report that makes the machinery fail stops nobody else: it ends on the worklist, and posts once its cause is mended."""

import psycopg

from backflush.actions.post_reports import MOST_ATTEMPTS, post_reports
from backflush.models import OperationReport
from tests import floor, reporting


def poisoned(rig, index: int) -> OperationReport:
    """A report whose stored body no code of ours would have written: only the owner of the database can plant it."""
    report = reporting.sent(rig.orders[index % len(rig.orders)], good="1")
    rig.acknowledged.add(report.event_id)
    _rewrite(rig, report, '"good":"1"', '"good":"poison"')
    return report


def _rewrite(rig, report, old: str, new: str) -> None:
    with psycopg.connect(rig.servers.owner_url) as owner:
        owner.execute("ALTER TABLE backflush_reportbody DISABLE TRIGGER USER")
        changed = owner.execute(
            "UPDATE backflush_reportbody SET body = replace(body, %s, %s) WHERE report_id = %s AND body LIKE %s",
            [old, new, report.pk, f"%{old}%"],
        )
        assert changed.rowcount == 1
        triggers = owner.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'backflush_reportbody'::regclass AND NOT tgisinternal"
        )
        for (name,) in triggers.fetchall():
            owner.execute(f"ALTER TABLE backflush_reportbody ENABLE ALWAYS TRIGGER {name}")


def test_everything_else_posts_and_the_poison_waits_for_the_administrator(rig):
    rig.report(40)
    poison = [poisoned(rig, index) for index in range(3)]
    rig.report(40)
    rig.start_beat()
    rig.start_worker()
    rig.until(lambda: rig.posted() == 80, what="the posting of all others")
    rig.settle(120)
    for report in poison:
        report.refresh_from_db()
        assert (report.state, reporting.reasons(report)) == ("blocked", ["machinery_failure"])
        assert report.attempts == MOST_ATTEMPTS


def test_a_mended_poison_report_posts_once(rig):
    report = poisoned(rig, 0)
    for _ in range(MOST_ATTEMPTS):
        OperationReport.objects.filter(pk=report.pk).update(next_at=floor.NOW)
        post_reports()
    report.refresh_from_db()
    assert report.state == "blocked"
    _rewrite(rig, report, '"good":"poison"', '"good":"1"')
    rig.start_beat()
    rig.start_worker()
    rig.report(10)
    rig.retry(report)
    rig.settle()
    rig.nothing_lost_nothing_twice()
