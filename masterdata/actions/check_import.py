"""Compare an uploaded file with the plant: afterwards the import is faulty, with every fault, or ready, with every change."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.claim_import import SERVICE, WAITING, claimed_row
from masterdata.actions.record import record
from masterdata.models import DataImport, ImportedRecord, Person
from masterdata.queries.import_plans import ImportReading, Tell, in_silence, read_import
from masterdata.rules.duties import Duty
from masterdata.rules.import_changes import Verdict
from masterdata.rules.import_flow import NEXT, ImportState
from masterdata.rules.refusal import Refusal, Refused

BATCH = 1000


def check_import(*, claimed: DataImport, now: datetime, tell: Tell = in_silence) -> DataImport:
    """received → faulty or ready. The file is read outside of any transaction; what was found is written in one."""
    found = read_import(claimed, now, tell)
    with acting(SERVICE):
        row = claimed_row(claimed, ImportState.RECEIVED)
        if row is None:
            return claimed
        _note(row, found, now)
    claimed.refresh_from_db()
    return claimed


def _note(row: DataImport, found: ImportReading, now: datetime) -> None:
    row.claimed_at, row.tries, row.trace = None, 0, ""
    row.checks += 1
    row.checked_at = now
    row.rows = found.rows
    row.faults = [fault.as_dict() for fault in found.faults.listed]
    row.fault_count = found.faults.count
    row.new, row.changed = found.changes.count(Verdict.NEW), found.changes.count(Verdict.CHANGED)
    row.unchanged, row.waiting = found.changes.unchanged, found.changes.waiting
    row.state = ImportState.FAULTY if found.faults.count else ImportState.READY
    row.changes_digest = "" if found.faults.count else found.digest()
    record(row, actor=SERVICE)
    if found.faults.count:
        return
    ImportedRecord.objects.bulk_create(
        [
            ImportedRecord(
                data_import=row,
                number=row.checks,
                kind=one.kind,
                subject=one.subject,
                sheet=one.sheet,
                row=one.row,
                verdict=one.verdict,
                differences=one.differences,
            )
            for one in found.changes.made
        ],
        batch_size=BATCH,
    )


def recheck_import(*, data_import: DataImport, person: Person, now: datetime) -> DataImport:
    """ready, faulty or failed → received: compare it with the plant as it is now."""
    return _send_back(data_import, person, ImportState.RECEIVED, now)


def discard_import(*, data_import: DataImport, person: Person, now: datetime) -> DataImport:
    """ready, faulty or failed → discarded: nothing of it is proposed, ever. The file is kept."""
    return _send_back(data_import, person, ImportState.DISCARDED, now)


def order_import(*, data_import: DataImport, person: Person, now: datetime) -> DataImport:
    """ready → ordered: whoever uploaded it wants its changes proposed."""
    return _send_back(data_import, person, ImportState.ORDERED, now)


def _send_back(data_import: DataImport, person: Person, state: ImportState, now: datetime) -> DataImport:
    require(person, Duty.IMPORT_MASTER_DATA)
    with acting(person, reason=data_import.reason):
        row = DataImport.objects.select_for_update(of=("self",)).select_related("person").get(pk=data_import.pk)
        refuse_stranger(row, person)
        if row.state in WAITING or state not in NEXT[ImportState(row.state)]:
            raise Refused(
                Refusal("out_of_sequence", f"{row} is {row.state} by now.", str(row), "Look at what is shown now.")
            )
        if state == ImportState.ORDERED and row.new + row.changed == 0:
            raise Refused(Refusal("nothing_differs", f"{row} changes nothing.", str(row), "There is nothing to do."))
        row.state, row.claimed_at, row.tries, row.failure, row.trace = state, None, 0, "", ""
        row.faults, row.fault_count = [], 0
        row.settled_at = now if state == ImportState.DISCARDED else None
        record(row, actor=person, reason=data_import.reason)
    data_import.refresh_from_db()
    return data_import


def refuse_stranger(row: DataImport, person: Person) -> None:
    """Change requests are written by whoever is their author, so nobody goes on with somebody else's import."""
    if row.person_id != person.pk:
        sentence = f"{row} was uploaded by {row.person.name}."
        raise Refused(Refusal("not_the_author", sentence, str(row), "Upload the file yourself."))
