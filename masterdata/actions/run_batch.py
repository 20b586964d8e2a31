"""Submit or withdraw all change requests of an import at once: one person asks once, each request goes for itself.

They are not all or nothing: a version waits for the one before it to be signed, and that must not hold up the others. What was
refused is kept with every reason. A worker that dies is followed by the next, which finds only what is left to do.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q, QuerySet

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.claim_import import LEASE, new_trace
from masterdata.actions.record import record
from masterdata.actions.submit_change import submit_change, withdraw_change
from masterdata.models import ChangeRequest, DataImport, Person, RequestBatch
from masterdata.queries.changes import all_changes
from masterdata.queries.import_plans import Tell, in_silence
from masterdata.rules.change_control import OPEN_STATES, ChangeState
from masterdata.rules.duties import Duty
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.import_flow import MOST_TRIES, BatchState, BatchStep, ImportState, crash_words, lost_words
from masterdata.rules.refusal import Refusal, Refused

SERVICE = "service:imports"
TOLD_EACH = 25

log = structlog.get_logger(__name__)


def ask_for_batch(*, data_import: DataImport, step: str, person: Person, reason: str, now: datetime) -> RequestBatch:
    """Only whoever uploaded the file, who is the author of its requests. Refused: not_the_author, batch_under_way,
    nothing_to_do, out_of_sequence, and reason_missing where they are withdrawn without one."""
    require(person, Duty.IMPORT_MASTER_DATA)
    with acting(person, reason=reason or data_import.reason):
        row = DataImport.objects.select_for_update(of=("self",)).select_related("person").get(pk=data_import.pk)
        faults = _faults(row, step, person, reason)
        if faults:
            raise Refused(*faults)
        return record(
            RequestBatch(
                data_import=row,
                step=step,
                reason=reason.strip(),
                person=person,
                asked_at=now,
                total=to_do(row, step).count(),
            ),
            actor=person,
            reason=reason,
        )


def to_do(data_import: DataImport, step: str) -> QuerySet[ChangeRequest]:
    """The requests that a step is for: drafts are submitted, and what nobody decided on is withdrawn."""
    states = {ChangeState.DRAFT} if step == BatchStep.SUBMIT else OPEN_STATES
    return all_changes().filter(data_import=data_import, state__in=states).order_by("number")


def _faults(row: DataImport, step: str, person: Person, reason: str) -> list[Refusal]:
    found = []
    if row.person_id != person.pk:
        sentence = f"{row} was uploaded by {row.person.name}, who wrote its requests."
        found.append(Refusal("not_the_author", sentence, str(row), "Ask the author to do it."))
    if row.state != ImportState.PROPOSED:
        sentence = f"{row} is {row.state}: it has no change requests."
        found.append(Refusal("out_of_sequence", sentence, str(row), "Make its draft change requests first."))
    elif not to_do(row, step).exists():
        sentence = f"No request of {row} is there to {step}."
        found.append(Refusal("nothing_to_do", sentence, str(row), "Look at the list of its requests."))
    waiting = row.batches.filter(state=BatchState.WAITING).select_related("person").first()
    if waiting is not None:
        sentence = f"{waiting.person.name} asked to {waiting.step} them all, and that is under way."
        found.append(Refusal("batch_under_way", sentence, str(row), "Wait until it has ended."))
    if step == BatchStep.WITHDRAW and not reason.strip():
        found.append(Refusal("reason_missing", "Say why they are withdrawn.", str(row), "Enter a reason."))
    return found


def claim_batch(*, now: datetime, pk: int | None = None, lease: timedelta = LEASE) -> RequestBatch | None:
    """Take the batch that waits longest (or this one); None where there is none, or somebody has it."""
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - lease)
    with acting(SERVICE):
        rows = RequestBatch.objects.filter(free, state=BatchState.WAITING).order_by("asked_at", "pk")
        rows = rows if pk is None else rows.filter(pk=pk)
        found = rows.select_for_update(skip_locked=True, of=("self",)).select_related("data_import", "person").first()
        if found is None:
            return None
        if found.tries >= MOST_TRIES:
            trace = new_trace()
            log.error("batch_failed", batch=found.pk, trace=trace, why="its workers died")
            _end(found, BatchState.FAILED, now, lost_words(trace), trace)
            return None
        found.claimed_at, found.claims, found.tries = now, found.claims + 1, found.tries + 1
        record(found, actor=SERVICE, changed=["claimed_at", "claims", "tries"])
    return found


def run_batch(*, claimed: RequestBatch, now: datetime, tell: Tell = in_silence) -> RequestBatch:
    """waiting → done. `now`: when this began. Each request in a transaction of its own; refused ones are kept, and why."""
    started = time.monotonic()

    def moment() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    refused: list[dict[str, Any]] = []
    numbers = list(to_do(claimed.data_import, claimed.step).values_list("pk", flat=True))
    before = max(0, claimed.total - len(numbers))
    for place, pk in enumerate(numbers):
        if place % TOLD_EACH == 0:
            tell(before + place, max(claimed.total, len(numbers)))
            if not _still_ours(claimed, moment()):
                return claimed
        request = all_changes().get(pk=pk)
        try:
            _step(claimed, request, moment())
        except Refused as error:
            refused += [_told(request, one) for one in error.refusals]
    with acting(SERVICE):
        row = _held(claimed)
        if row is not None:
            row.refused = refused
            _end(row, BatchState.DONE, moment())
    claimed.refresh_from_db()
    return claimed


def give_batch_back(*, claimed: RequestBatch, error: Exception, now: datetime) -> None:
    """After a fault of the program: to be tried again, or failed where this was the last try."""
    trace = new_trace()
    log.error("batch_stopped", batch=claimed.pk, trace=trace, tries=claimed.tries, exc_info=error)
    with acting(SERVICE):
        row = _held(claimed)
        if row is not None and row.tries >= MOST_TRIES:
            _end(row, BatchState.FAILED, now, crash_words(type(error).__name__, trace), trace)
        elif row is not None:
            row.claimed_at, row.trace = None, trace
            record(row, actor=SERVICE, changed=["claimed_at", "trace"])


def _step(batch: RequestBatch, request: ChangeRequest, now: datetime) -> None:
    if batch.step == BatchStep.WITHDRAW:
        withdraw_change(request=request, actor=batch.person, reason=batch.reason, now=now)
        return
    earlier = _earlier(request)
    if earlier is not None:
        sentence = f"{earlier} on {earlier.subject} comes first: what {request.subject} changes depends on it."
        raise Refused(Refusal("earlier_waits", sentence, str(request), f"Submit it once {earlier} is signed."))
    submit_change(request=request, actor=batch.person, now=now)


def _earlier(request: ChangeRequest) -> ChangeRequest | None:
    """An open request of the same import on an earlier version of the same record."""
    if not KINDS[request.kind].versioned:
        return None
    name = f"{request.subject.rpartition(' v')[0]} v"
    rows = all_changes().filter(
        kind=request.kind, data_import_id=request.data_import_id, number__lt=request.number, state__in=OPEN_STATES
    )
    same = (one for one in rows.filter(subject__startswith=name) if one.subject.rpartition(" v")[0] + " v" == name)
    return next(same, None)


def _told(request: ChangeRequest, refusal: Refusal) -> dict[str, Any]:
    return {
        "number": request.number,
        "subject": request.subject,
        "code": refusal.code,
        "sentence": refusal.sentence,
        "remedy": refusal.remedy,
    }


def _still_ours(claimed: RequestBatch, now: datetime) -> bool:
    """Whether nobody took it over; the hold begins anew."""
    with acting(SERVICE):
        row = _held(claimed)
        if row is None:
            return False
        row.claimed_at = now
        record(row, actor=SERVICE, changed=["claimed_at"])
    return True


def _held(claimed: RequestBatch) -> RequestBatch | None:
    row = RequestBatch.objects.select_for_update(of=("self",)).get(pk=claimed.pk)
    return row if row.state == BatchState.WAITING and row.claims == claimed.claims else None


def _end(row: RequestBatch, state: BatchState, now: datetime, failure: str = "", trace: str = "") -> None:
    row.state, row.finished_at, row.claimed_at, row.failure, row.trace = state, now, None, failure, trace
    record(row, actor=SERVICE)
