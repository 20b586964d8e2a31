"""How well exceptions are mended: how many reports were blocked in a period, why, and how long it took to mend them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

#: the settled state of a report comes after its first block; the period is of blocks, so that nobody looks better by waiting
_MENDED = """
WITH lately AS (
    SELECT DISTINCT t.report_id FROM backflush_reporttransition t
    WHERE t.to_state = 'blocked' AND t.at >= %(since)s
), first AS (
    SELECT r.id, r.state, r.settled_at, (
        SELECT min(t.at) FROM backflush_reporttransition t WHERE t.report_id = r.id AND t.to_state = 'blocked') AS at
    FROM lately l JOIN backflush_operationreport r ON r.id = l.report_id WHERE r.site_id = %(site)s
)
SELECT count(*), count(*) FILTER (WHERE state IN ('posted', 'reversed', 'waived')),
    avg(settled_at - at) FILTER (WHERE state IN ('posted', 'reversed', 'waived'))
FROM first
"""
_REASONS = """
SELECT reason ->> 'code' AS code, count(DISTINCT t.report_id) AS reports
FROM backflush_reporttransition t
JOIN backflush_operationreport r ON r.id = t.report_id AND r.site_id = %(site)s
CROSS JOIN LATERAL jsonb_array_elements(t.reasons) AS reason
WHERE t.to_state = 'blocked' AND t.at >= %(since)s
GROUP BY 1 ORDER BY 2 DESC, 1
"""
_LONG_AGO = """
SELECT count(*) FROM backflush_operationreport
WHERE site_id = %s AND state = 'blocked' AND received_at <= %s
"""


@dataclass(frozen=True, slots=True)
class ExceptionFigures:
    """`blocked` reports in the period, of which `mended` posted or were withdrawn; `mean` time from first block to that.

    `reasons`: (code, reports) by count; a report with several reasons counts under each.
    """

    blocked: int
    mended: int
    mean: timedelta | None
    reasons: list[tuple[str, int]] = field(default_factory=list)


def exception_figures(site_id: int, since: datetime) -> ExceptionFigures:
    """Of reports that were blocked at `since` or later."""
    with connection.cursor() as cursor:
        cursor.execute(_MENDED, {"site": site_id, "since": since})
        blocked, mended, mean = cursor.fetchone()
        cursor.execute(_REASONS, {"site": site_id, "since": since})
        return ExceptionFigures(blocked, mended, mean, list(cursor.fetchall()))


def blocked_too_long(site_id: int, before: datetime) -> int:
    """How many reports that were received before a moment are blocked still."""
    with connection.cursor() as cursor:
        cursor.execute(_LONG_AGO, [site_id, before])
        count: int = cursor.fetchone()[0]
    return count
