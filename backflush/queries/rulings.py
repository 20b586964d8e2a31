"""What QA reads before signing about a blocked report: which reasons a ruling would mend, and what would stay."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from backflush.models import OperationReport, ReportBody
from backflush.queries.batch import Batch, ReportRow, read_body
from backflush.queries.recipes import RecipeBook
from backflush.queries.reports import reasons_of
from backflush.rules.decide import decide
from masterdata.queries.contents import time_text
from masterdata.rules.refusal import Refusal


def row_of(report: OperationReport) -> ReportRow:
    """The report as the drain reads it."""
    return ReportRow(
        id=report.pk,
        site_id=report.site_id,
        order_id=report.order_id,
        order_number=report.order_number,
        operation=report.operation_number,
        kind=report.kind,
        device_id=report.device_id,
        person_id=report.person_id,
        occurred_at=report.corrected_at or report.occurred_at,
        received_at=report.received_at,
        body=read_body(ReportBody.objects.get(pk=report.pk).body),
        said_at=report.occurred_at if report.corrected_at else None,
        accepted_at=report.accepted_at,
    )


def acceptance(report: OperationReport, now: datetime) -> tuple[list[Refusal], list[Refusal]]:
    """The reasons that go away where lots are accepted as they are now, and those that then stand. Writes nothing."""
    if not report.order_id:
        return [], []
    row = row_of(report)
    before, after = _reasons(row), _reasons(replace(row, accepted_at=now))
    left = {(one.code, one.subject) for one in after}
    return [one for one in before if (one.code, one.subject) not in left], after


def _reasons(row: ReportRow) -> list[Refusal]:
    batch = Batch(RecipeBook(), [row.order_id], [row])
    recipe = batch.recipe(row)
    if recipe is None:
        return []
    batch.load_stock([recipe], lock=False)
    plan = decide(
        batch.report_fact(row, recipe), batch.order_fact(row, recipe), recipe, batch.progress(row), batch.stock()
    )
    return plan.refusals


def codes_against(report: OperationReport) -> list[str]:
    """Codes of the reasons that it was last blocked for."""
    return [reason["code"] for reason in reasons_of([report.pk]).get(report.pk, [])]


def acceptance_content(report: OperationReport, mended: Sequence[Refusal], note: str) -> dict[str, Any]:
    """Exactly what is shown and signed where a report is accepted."""
    return {**_report_content(report, "acceptance", note), "accepted": [one.sentence for one in mended]}


def correction_content(report: OperationReport, corrected_at: datetime, note: str) -> dict[str, Any]:
    """Exactly what is shown and signed where the time of a report is corrected."""
    return {**_report_content(report, "corrected time", note), "happened_at": time_text(corrected_at)}


def _report_content(report: OperationReport, record: str, note: str) -> dict[str, Any]:
    return {
        "record": record,
        "event_id": str(report.event_id),
        "order": report.order_number,
        "operation": report.operation_number,
        "said_at": time_text(report.occurred_at),
        "received_at": time_text(report.received_at),
        "digest": report.digest,
        "why": note,
    }
