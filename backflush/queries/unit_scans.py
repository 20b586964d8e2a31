"""Which components were scanned into one unit of output: the scan-issues that name it, in the order they came."""

from typing import Any

from backflush.models import OperationReport, ReportBody
from backflush.queries.reports import describe
from backflush.rules.vocabulary import ReportKind

#: The parameter of a scan-issue that names the unit it was built into.
UNIT = "unit"
MOST = 500


def scans_of_unit(order_id: int, operation: str, unit: str) -> list[dict[str, Any]]:
    """The rows of `reports.describe` for one unit, oldest first; withdrawn and reversed ones are left out."""
    reports = OperationReport.objects.filter(
        order_id=order_id, operation_number=operation, kind=ReportKind.SCAN_ISSUE, state__in=_STANDING
    )
    named = ReportBody.objects.filter(
        report_id__in=reports.order_by("-id").values("id")[:MOST], body__contains=f'"{UNIT}"'
    ).values("report_id")
    rows = describe(reports.filter(pk__in=named).order_by("id"))
    return [row for row in rows if row["body"].get("parameters", {}).get(UNIT) == unit]


_STANDING = ("received", "posted", "blocked", "refused")
