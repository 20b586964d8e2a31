"""Taking an import for oneself: one worker at a time, so many tries and no more, and nobody stays away unnoticed.

A worker that dies leaves a hold that runs out; the next one takes the import up again. What stops at a fault of the program
is tried again at once. After the last try the import is failed, says so in words, and waits for its author.
"""

import uuid
from datetime import datetime, timedelta

import structlog
from django.db.models import Q

from masterdata.actions.acting import acting
from masterdata.actions.record import record
from masterdata.models import DataImport
from masterdata.rules.import_flow import MOST_TRIES, ImportState, crash_words, lost_words

SERVICE = "service:imports"
#: much longer than a worker goes without telling how far it is
LEASE = timedelta(minutes=5)
WAITING = (ImportState.RECEIVED, ImportState.ORDERED)

log = structlog.get_logger(__name__)


def claim_import(
    *, now: datetime, states: tuple[ImportState, ...] = WAITING, pk: int | None = None
) -> DataImport | None:
    """Take the oldest import that waits (or this one) for oneself; None where there is none, or somebody else has it.

    One that was taken so often that nobody should try again becomes failed instead.
    """
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE)
    with acting(SERVICE):
        waiting = DataImport.objects.filter(free, state__in=states).order_by("uploaded_at", "pk")
        found = (waiting if pk is None else waiting.filter(pk=pk)).select_for_update(skip_locked=True).first()
        if found is None:
            return None
        if found.tries >= MOST_TRIES:
            trace = new_trace()
            log.error("import_failed", data_import=found.pk, trace=trace, why="its workers died")
            _fail(found, lost_words(trace), trace)
            return claim_import(now=now, states=states, pk=pk) if pk is None else None
        found.claimed_at, found.claims, found.tries = now, found.claims + 1, found.tries + 1
        record(found, actor=SERVICE, changed=["claimed_at", "claims", "tries"])
    return found


def keep_import(*, claimed: DataImport, now: datetime) -> None:
    """Still at it: the hold begins anew. Says nothing where somebody else has it by now."""
    with acting(SERVICE):
        row = claimed_row(claimed, ImportState(claimed.state))
        if row is not None:
            row.claimed_at = now
            record(row, actor=SERVICE, changed=["claimed_at"])


def claimed_row(claimed: DataImport, state: ImportState) -> DataImport | None:
    """The import, locked, if it is still in this state and still ours."""
    row = DataImport.objects.select_for_update().get(pk=claimed.pk)
    return row if row.state == state and row.claims == claimed.claims and row.claimed_at is not None else None


def give_import_back(*, claimed: DataImport, error: Exception) -> DataImport:
    """After a fault of the program: to be tried again, or failed where this was the last try. The log has the trace."""
    trace = new_trace()
    log.error("import_stopped", data_import=claimed.pk, trace=trace, tries=claimed.tries, exc_info=error)
    with acting(SERVICE):
        row = claimed_row(claimed, ImportState(claimed.state))
        if row is not None and row.tries >= MOST_TRIES:
            _fail(row, crash_words(type(error).__name__, trace), trace)
        elif row is not None:
            row.claimed_at, row.trace = None, trace
            record(row, actor=SERVICE, changed=["claimed_at", "trace"])
    claimed.refresh_from_db()
    return claimed


def new_trace() -> str:
    """What finds an event in the log again."""
    return f"import-{uuid.uuid4().hex[:12]}"


def _fail(row: DataImport, why: str, trace: str) -> None:
    row.state, row.claimed_at, row.failure, row.trace = ImportState.FAILED, None, why, trace
    record(row, actor=SERVICE)
