"""QA rules on a blocked report under signature: accepted as its lots are now, or given the time at which it happened.

What was reported stays as it is; the ruling stands beside it, opens a deviation, and sends the report to posting again.
"""

from datetime import datetime
from typing import Any

from backflush.actions.open_report_deviations import open_for_reports
from backflush.models import OperationReport, ReportRuling, ReportTransition
from backflush.queries.rulings import acceptance, acceptance_content, codes_against, correction_content
from backflush.rules.deviations import ACCEPTED, TIME_CORRECTED
from backflush.rules.ruling import acceptance_refusals, correction_refusals, ruling_refusals
from backflush.rules.vocabulary import ReportState, RulingKind
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.sign import sign
from masterdata.models import SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from traceability.rules.refusing import refuse_if

ACCEPT_MEANING = "accepted although it failed when it happened"
CORRECT_MEANING = "the time at which it happened, corrected"


def accept_report(*, report: OperationReport, ticket: SigningTicket, note: str, now: datetime) -> OperationReport:
    """Accept what held against the report only when it happened; the ticket is given over `acceptance_content`.

    It is then judged again with its lots as they stand now, and posts if nothing else speaks against it. Raises Refused:
    not_blocked, reason_missing, reporter_is_signer, nothing_to_accept.
    """
    require(ticket.person, Duty.DISPOSE_OF_REPORT)
    with acting(ticket.person, reason=note):
        held = OperationReport.objects.select_for_update().get(pk=report.pk)
        refusals = _against(held, ticket, note)
        mended, _ = acceptance(held, now) if not refusals else ([], [])
        refuse_if(refusals or acceptance_refusals(mended, str(held.event_id)))
        content = acceptance_content(held, mended, note)
        _rule(held, RulingKind.ACCEPTED, ticket, note, content, now, reasons=[one.as_dict() for one in mended])
        held.accepted_at = now
        _send_back(held, ticket, f"accepted by QA: {note}", now, "accepted_at")
        told = " ".join(one.sentence for one in mended)
        open_for_reports({held.pk: (ACCEPTED, f"{told} Accepted by {ticket.person.name}: {note}")}, now, ticket.person)
    return held


def correct_report_time(
    *, report: OperationReport, corrected_at: datetime, ticket: SigningTicket, note: str, now: datetime
) -> OperationReport:
    """Give the report the time at which it happened, beside what its clock said; the ticket is over `correction_content`.

    Raises Refused: not_blocked, reason_missing, reporter_is_signer, time_not_in_doubt, after_receipt.
    """
    require(ticket.person, Duty.DISPOSE_OF_REPORT)
    with acting(ticket.person, reason=note):
        held = OperationReport.objects.select_for_update().get(pk=report.pk)
        refuse_if(
            [
                *_against(held, ticket, note),
                *correction_refusals(
                    codes=codes_against(held),
                    said_at=held.occurred_at,
                    corrected_at=corrected_at,
                    received_at=held.received_at,
                    event_id=str(held.event_id),
                ),
            ]
        )
        content = correction_content(held, corrected_at, note)
        _rule(held, RulingKind.TIME_CORRECTED, ticket, note, content, now, corrected_at=corrected_at)
        held.corrected_at = corrected_at
        _send_back(held, ticket, f"time corrected by QA: {note}", now, "corrected_at")
        told = f"Said to have happened at {held.occurred_at.isoformat()}, corrected to {corrected_at.isoformat()}"
        open_for_reports({held.pk: (TIME_CORRECTED, f"{told} by {ticket.person.name}: {note}")}, now, ticket.person)
    return held


def _against(held: OperationReport, ticket: SigningTicket, note: str) -> list[Refusal]:
    return ruling_refusals(
        state=held.state,
        event_id=str(held.event_id),
        note=note,
        signer=ticket.person_id,
        reporter=held.person_id,
        name=ticket.person.name,
    )


def _rule(
    held: OperationReport,
    kind: RulingKind,
    ticket: SigningTicket,
    note: str,
    content: dict[str, Any],
    now: datetime,
    *,
    reasons: list[dict[str, str]] | None = None,
    corrected_at: datetime | None = None,
) -> None:
    signature = sign(
        ticket=ticket,
        meaning=ACCEPT_MEANING if kind == RulingKind.ACCEPTED else CORRECT_MEANING,
        subject_kind="report",
        subject_key=str(held.event_id),
        content=content,
        now=now,
    )
    ReportRuling.objects.create(
        report_id=held.pk,
        kind=kind,
        at=now,
        person=ticket.person,
        said_at=held.occurred_at,
        corrected_at=corrected_at,
        reasons=reasons or [],
        note=note[:500],
        signature=signature,
    )


def _send_back(held: OperationReport, ticket: SigningTicket, note: str, now: datetime, field: str) -> None:
    held.state, held.next_at, held.attempts = ReportState.RECEIVED, now, 0
    held.save(update_fields=["state", "next_at", "attempts", field])
    ReportTransition.objects.create(
        report_id=held.pk,
        from_state=ReportState.BLOCKED,
        to_state=ReportState.RECEIVED,
        at=now,
        person_id=ticket.person_id,
        note=note[:500],
    )
