"""Background work on master data."""

from typing import Any

import redis
import structlog
from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from masterdata.actions.acting import is_acting
from masterdata.actions.check_import import check_import
from masterdata.actions.claim_import import claim_import, give_import_back, keep_import
from masterdata.actions.forget_old_nonces import forget_old_nonces
from masterdata.actions.propose_import import propose_import
from masterdata.actions.run_batch import claim_batch, give_batch_back, run_batch
from masterdata.actions.seal_audit import seal_audit
from masterdata.actions.take_effect import take_due_changes
from masterdata.rules.import_flow import ImportState

log = structlog.get_logger(__name__)
_PROGRESS_SECONDS = 3600


@shared_task(name="masterdata.forget_old_nonces")
def forget_nonces() -> int:
    """Every ten minutes."""
    return forget_old_nonces()


@shared_task(name="masterdata.seal_audit")
def seal_the_audit_trail() -> int:
    """Every minute."""
    return seal_audit()


@shared_task(name="masterdata.take_due_changes")
def let_due_changes_take_effect() -> int:
    """Every five seconds."""
    return len(take_due_changes(now=timezone.now()))


@shared_task(name="masterdata.work_on_imports")
def work_on_imports() -> int:
    """Every five seconds, and when one was uploaded: read and propose whatever waits. Returns how many."""
    done = 0
    while work_on_import():
        done += 1
    return done


def work_on_import(pk: int | None = None) -> bool:
    """Do the next step of the import that waits longest, or of this one. False: there is none, or somebody is at it."""
    claimed = claim_import(now=timezone.now(), pk=pk)
    if claimed is None:
        return False

    def tell(done: int, of: int) -> None:
        note_progress(_key(claimed.pk), done, of)
        if not is_acting():  # in the one transaction of proposing nobody else can take it anyway
            keep_import(claimed=claimed, now=timezone.now())

    try:
        if claimed.state == ImportState.RECEIVED:
            check_import(claimed=claimed, now=timezone.now(), tell=tell)
        else:
            propose_import(claimed=claimed, now=timezone.now(), tell=tell)
    except (OperationalError, InterfaceError):  # of the database, not of this import: whoever comes next takes it up
        raise
    except Exception as error:
        give_import_back(claimed=claimed, error=error)
    return True


@shared_task(name="masterdata.work_on_batches")
def work_on_batches() -> int:
    """Every five seconds, and when one was asked for: submit or withdraw the requests of imports. Returns how many batches."""
    done = 0
    while work_on_batch():
        done += 1
    return done


def work_on_batch(pk: int | None = None) -> bool:
    """Do the batch that waits longest, or this one. False: there is none, or somebody is at it."""
    claimed = claim_batch(now=timezone.now(), pk=pk)
    if claimed is None:
        return False

    def tell(done: int, of: int) -> None:
        note_progress(_batch_key(claimed.pk), done, of)

    try:
        run_batch(claimed=claimed, now=timezone.now(), tell=tell)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        give_batch_back(claimed=claimed, error=error, now=timezone.now())
    return True


def ask_for_work(task: Any = work_on_imports) -> None:
    """Ask a worker to look at once. Where the broker is away, the schedule asks within five seconds."""
    try:
        task.apply_async(retry=False, expires=10)
    except Exception as error:  # whatever the broker does, the import is stored
        log.warning("imports_not_announced", error=str(error))


def note_progress(key: str, done: int, of: int) -> None:
    """How far some work is, for whoever looks. It is kept apart from the transaction that does the work."""
    try:
        _client().set(key, f"{done} {of}", ex=_PROGRESS_SECONDS)
    except redis.RedisError as error:
        log.debug("progress_not_told", error=str(error))


def progress_of(pk: int) -> tuple[int, int] | None:
    """Done, and of how many, of an import; None where nothing was told, or the broker is away."""
    return _told(_key(pk))


def progress_of_batch(pk: int) -> tuple[int, int] | None:
    """Done, and of how many, of a batch; None where nothing was told, or the broker is away."""
    return _told(_batch_key(pk))


def _told(key: str) -> tuple[int, int] | None:
    try:
        told = _client().get(key)
    except redis.RedisError:
        return None
    done, of = (int(part) for part in told.split()) if isinstance(told, bytes) else (0, 0)
    return (done, of) if of else None


def _key(pk: int) -> str:
    return f"masterdata:import:{pk}"


def _batch_key(pk: int) -> str:
    return f"masterdata:batch:{pk}"


def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=0.5)
