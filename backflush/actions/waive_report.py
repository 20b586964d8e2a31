"""Withdraw a blocked report as untrue, under signature: its units were not made and are not received."""

from datetime import datetime
from typing import Any

from backflush.actions.open_report_deviations import open_for_reports
from backflush.models import OperationReport, ReportTransition
from backflush.rules.deviations import WAIVER
from backflush.rules.vocabulary import ReportState
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.sign import sign
from masterdata.models import SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def waiver_content(report: OperationReport, note: str) -> dict[str, Any]:
    """Exactly what is shown and signed."""
    return {
        "record": "waiver",
        "event_id": str(report.event_id),
        "order": report.order_number,
        "operation": report.operation_number,
        "digest": report.digest,
        "why": note,
    }


def waive_report(*, report: OperationReport, ticket: SigningTicket, note: str, now: datetime) -> OperationReport:
    """Waive a blocked report; the ticket is given over `waiver_content`. Refused where it is not blocked or `note` is empty."""
    require(ticket.person, Duty.WAIVE_REPORT)
    if not note.strip():
        raise Refused(Refusal("reason_missing", "Say why the report is untrue.", "why", "Write a sentence."))
    with acting(ticket.person, reason=note):
        held = OperationReport.objects.select_for_update().get(pk=report.pk)
        if held.state != ReportState.BLOCKED:
            raise Refused(
                Refusal(
                    "not_blocked",
                    f"This report is {held.state}; only a blocked one can be waived.",
                    str(held.event_id),
                    "Reverse its posting, if it posted.",
                )
            )
        if held.person_id == ticket.person_id:
            name = ticket.person.name
            raise Refused(
                Refusal(
                    "reporter_is_signer",
                    f"{name} sent this report, and may not withdraw it alone.",
                    name,
                    "Let another supervisor or QA look into it and sign.",
                )
            )
        sign(
            ticket=ticket,
            meaning="withdrawn as untrue",
            subject_kind="report",
            subject_key=str(held.event_id),
            content=waiver_content(held, note),
            now=now,
        )
        held.state = ReportState.WAIVED
        held.settled_at = now
        held.save(update_fields=["state", "settled_at"])
        ReportTransition.objects.create(
            report_id=held.pk,
            from_state=ReportState.BLOCKED,
            to_state=ReportState.WAIVED,
            at=now,
            person_id=ticket.person_id,
            note=note[:500],
        )
        open_for_reports({held.pk: (WAIVER, f"Withdrawn by {ticket.person.name}: {note}")}, now, ticket.person)
        return held
