"""Send a blocked report to posting again: by somebody who mended the cause, or by the sweep when the cause went away."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from backflush.models import OperationReport
from backflush.rules.vocabulary import ReportState
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused

SWEEPER = "service:sweeper"


def retry_report(*, report: OperationReport, actor: Person, now: datetime) -> OperationReport:
    """Make the report wait for posting again. Refused where it is not blocked any more."""
    require(actor, Duty.RETRY_REPORT)
    with acting(actor):
        if not _send_back([report.pk], now, actor.pk, "retried by hand"):
            state = OperationReport.objects.values_list("state", flat=True).get(pk=report.pk)
            raise Refused(
                Refusal(
                    "not_blocked",
                    f"This report is {state}; only a blocked one is retried.",
                    str(report.event_id),
                    "Nothing needs to be done." if state in ("posted", "received") else "Report anew if it was wrong.",
                )
            )
        report.refresh_from_db()
        return report


def retry_what_changed(*, now: datetime) -> int:
    """Send back every blocked report whose order, bindings, lots, clearance or device changed since it was judged.

    The sweep calls this every two seconds. It looks five seconds further back than the judgement, since what changed then
    may not have been seen. Clocks and earlier operations move all the time, so they count only for reports that wait for them.
    Reports that nothing touched are tried again every few minutes.
    """
    with acting(SWEEPER), connection.cursor() as cursor:
        cursor.execute(_CHANGED)
        ids = [row[0] for row in cursor.fetchall()]
        return _send_back(ids, now, None, "retried: something it waits for has changed")


# The reasons are asked for by a scalar subquery: an EXISTS may be hashed, which reads every transition there ever was.
_CHANGED = """
SELECT r.id FROM backflush_operationreport r
WHERE r.state = 'blocked' AND (
    r.judged_at < clock_timestamp() - interval '5 minutes'
    OR EXISTS (SELECT 1 FROM traceability_workorder o WHERE o.site_id = r.site_id AND o.number = r.order_number
        AND greatest(o.released_at, o.created_at) > r.judged_at - interval '5 seconds')
    OR EXISTS (SELECT 1 FROM traceability_stagingscan s WHERE s.order_id = r.order_id AND r.order_id <> 0
        AND s.at > r.judged_at - interval '5 seconds')
    OR EXISTS (SELECT 1 FROM traceability_lineclearance c WHERE c.order_id = r.order_id
        AND c.cleared_at > r.judged_at - interval '5 seconds')
    OR EXISTS (SELECT 1 FROM traceability_stockbalance b JOIN traceability_lotstatuschange x ON x.lot_id = b.lot_id
        WHERE b.order_id = r.order_id AND r.order_id <> 0 AND x.at > r.judged_at - interval '5 seconds')
    OR (EXISTS (SELECT 1 FROM masterdata_deviceclock d WHERE d.device_id = r.device_id
            AND d.measured_at > r.judged_at - interval '5 seconds')
        AND (SELECT bool_or(t.reasons @> '[{"code": "clock_out_of_sync"}]') FROM backflush_reporttransition t
            WHERE t.report_id = r.id AND t.at = r.judged_at))
    OR (EXISTS (SELECT 1 FROM masterdata_historicaldevice h WHERE h.id = r.device_id
            AND h.history_date > r.judged_at - interval '5 seconds')
        AND (SELECT bool_or(t.reasons @> '[{"code": "device_not_allowed"}]') FROM backflush_reporttransition t
            WHERE t.report_id = r.id AND t.at = r.judged_at))
    OR (EXISTS (SELECT 1 FROM backflush_posting p WHERE p.order_id = r.order_id AND r.order_id <> 0
            AND p.recorded_at > r.judged_at - interval '5 seconds')
        AND (SELECT bool_or(t.reasons @> '[{"code": "operation_out_of_sequence"}]') FROM backflush_reporttransition t
            WHERE t.report_id = r.id AND t.at = r.judged_at))
)
LIMIT 500
"""


def _send_back(report_ids: Sequence[int], now: datetime, person_id: int | None, note: str) -> int:
    """Blocked → received, each with its transition; returns how many were still blocked."""
    if not report_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH back AS (SELECT id FROM backflush_operationreport WHERE id = ANY(%(ids)s) AND state = %(blocked)s"
            "  ORDER BY id FOR UPDATE SKIP LOCKED),"
            " sent AS (UPDATE backflush_operationreport r SET state = 'received', next_at = %(now)s, attempts = 0"
            "  FROM back WHERE r.id = back.id RETURNING r.id)"
            " INSERT INTO backflush_reporttransition (report_id, from_state, to_state, at, reasons, person_id, note)"
            " SELECT id, 'blocked', 'received', %(now)s, '[]', %(person)s, %(note)s FROM sent",
            {
                "ids": list(report_ids),
                "blocked": ReportState.BLOCKED,
                "now": now,
                "person": person_id,
                "note": note,
            },
        )
        return cursor.rowcount
