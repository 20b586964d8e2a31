"""Approve a submitted BOM version with a signature: from its effective time on it is what new orders are made by."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.effectivity import effective_moment, end_predecessor
from masterdata.actions.record import record
from masterdata.actions.sign import sign
from masterdata.actions.submit_bom import locked_version, refuse_faults
from masterdata.models import BomVersion, Item, SigningTicket
from masterdata.queries.contents import approved_from, bom_content
from masterdata.rules.duties import Duty, separation_refusal
from masterdata.rules.refusal import Refused
from masterdata.rules.vocabulary import RecordState


def approve_bom(
    *, version: BomVersion, ticket: SigningTicket, effective_from: datetime | None, now: datetime
) -> BomVersion:
    """submitted → approved, signed by the ticket's person, who is not the author. None: effective at once.

    The ticket is for `queries.approved_from` of the content and the same time.

    Faults are looked for again: flags, factors and other BOMs may have changed since it was submitted.
    """
    approver = ticket.person
    require(approver, Duty.APPROVE_MASTER_DATA)
    with acting(approver, reason=version.reason):
        Item.objects.select_for_update(no_key=True).get(pk=version.item_id)
        row = locked_version(version, RecordState.SUBMITTED)
        refusal = separation_refusal(row.author_id, approver.pk, str(row))
        if refusal is not None:
            raise Refused(refusal)
        refuse_faults(row, now)
        moment = effective_moment(effective_from, now)
        end_predecessor(BomVersion.objects.filter(item_id=row.item_id), moment, subject=row.item.code, actor=approver)
        row.signature = sign(
            ticket=ticket,
            meaning="approved",
            subject_kind="bom_version",
            subject_key=str(row.pk),
            content=approved_from(bom_content(row), effective_from),
            now=now,
        )
        row.state, row.effective_from = RecordState.APPROVED, moment
        record(row, actor=approver, reason=row.reason)
    version.refresh_from_db()
    return version
