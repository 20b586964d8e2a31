"""The approval that unit factors and trigger definitions share: small records that are complete once they are drafted."""

from datetime import datetime

from django.db.models import QuerySet

from masterdata.actions.authority import require
from masterdata.actions.effectivity import effective_moment, end_predecessor
from masterdata.actions.record import record
from masterdata.actions.sign import sign
from masterdata.models import SigningTicket, TriggerDefinition, UnitFactor
from masterdata.queries.contents import approved_from
from masterdata.queries.signing import content_of, subject_of
from masterdata.rules.duties import Duty, separation_refusal
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState


def approve_record(
    row: UnitFactor | TriggerDefinition,
    versions: QuerySet,
    *,
    ticket: SigningTicket,
    effective_from: datetime | None,
    now: datetime,
) -> None:
    """Sign the locked row and make it effective, ending the version before it. Called inside the action's transaction."""
    approver, kind = ticket.person, subject_of(row)
    subject = f"{kind.replace('_', ' ')} of {row.item.code}, version {row.version}"
    require(approver, Duty.APPROVE_MASTER_DATA)
    refusals = [separation_refusal(row.author_id, approver.pk, f"the {subject}")]
    if row.state not in (RecordState.DRAFT, RecordState.SUBMITTED):
        refusals.append(Refusal("out_of_sequence", f"The {subject} is {row.state}.", subject, "Reload."))
    found = [refusal for refusal in refusals if refusal is not None]
    if found:
        raise Refused(*found)
    if row.state == RecordState.DRAFT:
        row.state = RecordState.SUBMITTED
        record(row, actor=approver)
    moment = effective_moment(effective_from, now)
    end_predecessor(versions, moment, subject=row.item.code, actor=approver)
    row.signature = sign(
        ticket=ticket,
        meaning="approved",
        subject_kind=subject_of(row),
        subject_key=str(row.pk),
        content=approved_from(content_of(row), effective_from),
        now=now,
    )
    row.state, row.effective_from = RecordState.APPROVED, moment
    record(row, actor=approver)
