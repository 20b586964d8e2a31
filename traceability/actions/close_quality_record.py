"""QA signs that a record is settled: what was found, and that nothing more is to be done."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.sign import sign
from masterdata.models import SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from traceability.actions.review_quality_record import hold_record
from traceability.models import QualityNote, QualityRecord
from traceability.queries.quality import closing_content
from traceability.rules.quality_flow import flow_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import QualityState

MEANING = "closed: settled, nothing more is to be done"


def close_quality_record(*, row: QualityRecord, ticket: SigningTicket, conclusion: str, now: datetime) -> QualityRecord:
    """Close a record; the ticket is given over `closing_content`. Refused out of order, without a conclusion, or twice."""
    person = ticket.person
    require(person, Duty.SETTLE_QUALITY_RECORD)
    with acting(person, reason=conclusion):
        held = hold_record(row)
        refusals = flow_refusals(held.kind, held.state, QualityState.CLOSED, number=held.number)
        if not conclusion.strip():
            refusals.append(
                Refusal("conclusion_missing", "Say what was found.", held.number, "Write a sentence, then sign.")
            )
        refuse_if(refusals)
        content = closing_content(held, conclusion)
        held.closing_signature = sign(
            ticket=ticket,
            meaning=MEANING,
            subject_kind="quality_record",
            subject_key=held.number,
            content=content,
            now=now,
        )
        held.state, held.conclusion, held.closed_at = QualityState.CLOSED, conclusion.strip()[:500], now
        record(held, actor=person, reason=conclusion, changed=["state", "conclusion", "closed_at", "closing_signature"])
        QualityNote.objects.create(record=held, at=now, person=person, step="closed", text=conclusion.strip())
    return held
