"""Turn a checked import into draft change requests: one a record, all of them or none."""

from datetime import datetime

from django.db import transaction

from masterdata.actions.acting import acting
from masterdata.actions.claim_import import claimed_row
from masterdata.actions.propose_change import hold_numbers
from masterdata.actions.propose_imported import propose_imported
from masterdata.actions.record import record
from masterdata.models import DataImport
from masterdata.queries.import_plans import ImportReading, Tell, in_silence, read_import, requested_meanwhile
from masterdata.queries.revision import master_data_revision
from masterdata.rules.import_flow import ImportState
from masterdata.rules.refusal import Refused
from masterdata.rules.sheet_table import Faults

TOLD_EACH = 25


class _Undone(Exception):  # noqa: N818
    """Something was refused: whatever was proposed before it is taken back."""


def propose_import(*, claimed: DataImport, now: datetime, tell: Tell = in_silence) -> DataImport:
    """ordered → proposed; or → faulty with every refusal, and nothing proposed; or → received, where the plant has changed."""
    found = read_import(claimed, now)
    author = claimed.person
    with acting(author, reason=claimed.reason):
        row = claimed_row(claimed, ImportState.ORDERED)
        if row is None:
            return claimed
        row.claimed_at, row.tries, row.trace = None, 0, ""
        hold_numbers()
        moved = master_data_revision() != found.revision or requested_meanwhile(found)
        if found.faults.count or found.digest() != row.changes_digest or moved:
            row.state = ImportState.RECEIVED  # what was shown no longer holds: it is compared and shown anew
        else:
            faults = _propose_all(row, found, now, tell)
            row.state = ImportState.FAULTY if faults.count else ImportState.PROPOSED
            row.faults, row.fault_count = [one.as_dict() for one in faults.listed], faults.count
            row.settled_at = None if faults.count else now
        record(row, actor=author, reason=row.reason)
    claimed.refresh_from_db()
    return claimed


def _propose_all(row: DataImport, found: ImportReading, now: datetime, tell: Tell) -> Faults:
    """Every change; where any is refused, none of them, and all that was refused."""
    faults = Faults()
    try:
        with transaction.atomic():
            for count, change in enumerate(found.changes.made):
                if count % TOLD_EACH == 0:
                    tell(count, len(found.changes.made))
                try:
                    with transaction.atomic():
                        propose_imported(data_import=row, change=change, now=now)
                except Refused as refused:
                    for one in refused.refusals:
                        faults.at(change.sheet, change.row, "", one.code, one.sentence, one.remedy)
            if faults.count:
                raise _Undone
    except _Undone:
        pass
    return faults
