"""Settles reports that do not post: blocked with every reason, or refused for good. Inside the drain's transaction."""

import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from backflush.actions.open_report_deviations import deviations_of_blocked
from backflush.rules.deviations import MACHINERY_FAILURE
from masterdata.rules.refusal import Refusal


def block_reports(blocked: Sequence[tuple[int, Sequence[Refusal], bool]], at: datetime) -> None:
    """Block each (report, reasons, final); where `final` holds it is refused for good. Each gets a transition row.

    A reason that calls for it opens a deviation in the same transaction, once for each report.
    """
    if not blocked:
        return
    ids = [report_id for report_id, _, _ in blocked]
    states = ["refused" if final else "blocked" for _, _, final in blocked]
    reasons = [json.dumps([reason.as_dict() for reason in found]) for _, found, _ in blocked]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE backflush_operationreport r SET state = n.state, judged_at = %s,"
            " settled_at = CASE WHEN n.state = 'refused' THEN %s::timestamptz END"
            " FROM unnest(%s::bigint[], %s::text[]) AS n (id, state) WHERE r.id = n.id AND r.state = 'received'",
            [at, at, ids, states],
        )
        if cursor.rowcount != len(ids):
            raise RuntimeError(f"{len(ids)} reports were to be blocked, {cursor.rowcount} were.")
        cursor.execute(
            "INSERT INTO backflush_reporttransition (report_id, from_state, to_state, at, reasons, note)"
            " SELECT id, 'received', state, %s, reasons::jsonb, '' FROM unnest(%s::bigint[], %s::text[], %s::text[])"
            " AS n (id, state, reasons)",
            [at, ids, states, reasons],
        )
    deviations_of_blocked(blocked, at)


def fail_report(*, report_id: int, reference: str) -> None:
    """Attempts are used up: the report waits on the worklist as a failure of the machinery.

    The cause stands in the log under `reference`; a database's own words are not for whoever asks about a report.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at = cursor.fetchone()[0]
    reason = Refusal(
        MACHINERY_FAILURE,
        f"Posting failed for a reason that is not the report's; the log names it under {reference}.",
        reference,
        "Tell the administrator this reference; retry the report once the cause is mended.",
    )
    block_reports([(report_id, [reason], False)], at)
