"""Take a submitted BOM version back to draft."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.submit_bom import locked_version
from masterdata.models import BomVersion, Person
from masterdata.rules.duties import Duty
from masterdata.rules.vocabulary import RecordState


def withdraw_bom(*, version: BomVersion, actor: Person, now: datetime, reason: str = "") -> BomVersion:
    """submitted → draft."""
    require(actor, Duty.DRAFT_MASTER_DATA)
    with acting(actor, reason=reason):
        row = locked_version(version, RecordState.SUBMITTED)
        row.state, row.submitted_at = RecordState.DRAFT, None
        record(row, actor=actor, reason=reason)
    version.refresh_from_db()
    return version
