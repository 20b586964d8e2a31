"""Submit a drafted BOM version for approval, or take it back."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import BomVersion, Person
from masterdata.queries.boms import surroundings
from masterdata.queries.drafts import draft_of, unchanged_refusal
from masterdata.rules.bom_faults import faults_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState


def submit_bom(*, version: BomVersion, actor: Person, now: datetime) -> BomVersion:
    """draft → submitted. Refused with every fault of the version at once."""
    require(actor, Duty.DRAFT_MASTER_DATA)
    with acting(actor, reason=version.reason):
        row = locked_version(version, RecordState.DRAFT)
        refuse_faults(row, now)
        row.state, row.submitted_at = RecordState.SUBMITTED, now
        record(row, actor=actor, reason=row.reason)
    version.refresh_from_db()
    return version


def locked_version(version: BomVersion, state: RecordState) -> BomVersion:
    """The row, locked, in the state that the action starts from; Refused in any other."""
    row = (
        BomVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("item", "base_unit", "author")
        .get(pk=version.pk)
    )
    if row.state != state:
        raise Refused(
            Refusal("out_of_sequence", f"{row} is {row.state}, not {state}.", str(row), "Reload; somebody was faster.")
        )
    return row


def refuse_faults(version: BomVersion, now: datetime) -> None:
    faults = version_faults(version, now)
    if faults:
        raise Refused(*faults)


def version_faults(version: BomVersion, now: datetime) -> list[Refusal]:
    """Every fault of a version, and that it changes nothing where it does not."""
    draft = draft_of(version)
    faults = faults_of(draft, surroundings(draft, now))
    unchanged = unchanged_refusal(draft, version.item)
    return faults if unchanged is None else [*faults, unchanged]
