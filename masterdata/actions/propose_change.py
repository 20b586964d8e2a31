"""Open a change request: a draft of what a governed record should say, and why."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Model

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.governed_rows import row_with
from masterdata.actions.record import record as save
from masterdata.models import ChangeRequest, DataImport, Person
from masterdata.queries.changes import live_change
from masterdata.queries.governed import content_of_record, subject_of_record
from masterdata.rules.duties import Duty
from masterdata.rules.governed_kinds import KINDS, changed_fields
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState

#: of a lock that numbers requests one after the other; sites lock by one number, this by two
_NUMBERING = (7001, 1)


def duty_of(kind: str) -> Duty:
    """What somebody needs to propose changes of a kind."""
    return Duty.DRAFT_MASTER_DATA if KINDS[kind].versioned else Duty.PROPOSE_CHANGE


def propose_change(
    *,
    kind: str,
    record: Model | None,
    proposed: dict[str, Any],
    author: Person,
    reason: str,
    now: datetime,
    effective_from: datetime | None = None,
    later_orders: str = "",
    data_import: DataImport | None = None,
) -> ChangeRequest:
    """A draft. `proposed`: canonical values by field (all of a new record, `record` None); {} for a drafted version.
    `data_import`: the import that it comes from, where it does.

    Faults of what is proposed are refused at once, those of the whole when it is submitted. Refused: unknown_kind,
    requested_already (a version has one request), not_a_draft, and what the fields' rules say.
    """
    if kind not in KINDS:
        raise Refused(Refusal("unknown_kind", f"There is no kind of record {kind}.", kind, "Choose one of the list."))
    require(author, duty_of(kind))
    with acting(author, reason=reason):
        hold_numbers()
        newest = ChangeRequest.objects.aggregate(newest=Max("number"))["newest"] or 0
        if KINDS[kind].versioned:
            _refuse_version(kind, record, author)
            proposed = {}
            content = content_of_record(kind, record)
        else:
            base = content_of_record(kind, record) if record is not None else None
            _, faults = row_with(kind, record, dict(proposed))
            if faults:
                raise Refused(*faults)
            proposed = changed_fields(KINDS[kind], base, proposed)
            content = {**(base or {}), **proposed}
        return save(
            ChangeRequest(
                number=newest + 1,
                kind=kind,
                subject=subject_of_record(kind, content)[:160],
                record_id=record.pk if record is not None else None,
                proposed=proposed,
                reason=reason.strip(),
                later_orders=later_orders,
                effective_from=effective_from,
                author=author,
                created_at=now,
                data_import=data_import,
            ),
            actor=author,
            reason=reason,
        )


def hold_numbers() -> None:
    """Until the transaction ends nobody else makes a request."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", list(_NUMBERING))


def _refuse_version(kind: str, version: Any, author: Person) -> None:
    if version is None:
        raise Refused(Refusal("version_missing", "Draft the version first.", kind, "Then open a request for it."))
    found = live_change(kind, version.pk)
    if found is not None:
        raise Refused(
            Refusal("requested_already", f"{found} decides on this version.", str(found), "Go on with that request.")
        )
    if version.state != RecordState.DRAFT:
        name = subject_of_record(kind, content_of_record(kind, version))
        raise Refused(Refusal("not_a_draft", f"{name} is {version.state}.", name, "Draft a new version."))
    if version.author_id != author.pk:
        raise Refused(
            Refusal(
                "not_the_author",
                f"It was drafted by {version.author.name}.",
                version.author.name,
                "Let the author open the request.",
            )
        )
