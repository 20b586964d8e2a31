"""Reject a submitted BOM version, with a signature and a reason."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.sign import sign
from masterdata.actions.submit_bom import locked_version
from masterdata.models import BomVersion, SigningTicket
from masterdata.queries.contents import bom_content
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState


def reject_bom(*, version: BomVersion, ticket: SigningTicket, reason: str, now: datetime) -> BomVersion:
    """submitted → rejected, for good: a mended one is a new version."""
    approver = ticket.person
    require(approver, Duty.APPROVE_MASTER_DATA)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why it is rejected.", str(version), "Enter a reason."))
    with acting(approver, reason=reason):
        row = locked_version(version, RecordState.SUBMITTED)
        row.signature = sign(
            ticket=ticket,
            meaning=f"rejected: {reason}"[:120],
            subject_kind="bom_version",
            subject_key=str(row.pk),
            content=bom_content(row),
            now=now,
        )
        row.state = RecordState.REJECTED
        record(row, actor=approver, reason=reason)
    version.refresh_from_db()
    return version
