"""Background work on master data."""

import redis
import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from masterdata.actions.check_import import check_import, claim_import
from masterdata.actions.forget_old_nonces import forget_old_nonces
from masterdata.actions.propose_import import propose_import
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
    claimed = claim_import(states=(ImportState.RECEIVED, ImportState.ORDERED), now=timezone.now(), pk=pk)
    if claimed is None:
        return False

    def tell(done: int, of: int) -> None:
        note_progress(claimed.pk, done, of)

    if claimed.state == ImportState.RECEIVED:
        check_import(claimed=claimed, now=timezone.now(), tell=tell)
    else:
        propose_import(claimed=claimed, now=timezone.now(), tell=tell)
    return True


def ask_for_work() -> None:
    """Ask a worker to look at once. Where the broker is away, the schedule asks within five seconds."""
    try:
        work_on_imports.apply_async(retry=False, expires=10)
    except Exception as error:  # whatever the broker does, the import is stored
        log.warning("imports_not_announced", error=str(error))


def note_progress(pk: int, done: int, of: int) -> None:
    """How far the work on an import is, for whoever looks. It is kept apart from the transaction that does the work."""
    try:
        _client().set(_key(pk), f"{done} {of}", ex=_PROGRESS_SECONDS)
    except redis.RedisError as error:
        log.debug("progress_not_told", error=str(error))


def progress_of(pk: int) -> tuple[int, int] | None:
    """Done, and of how many; None where nothing was told, or the broker is away."""
    try:
        told = _client().get(_key(pk))
    except redis.RedisError:
        return None
    done, of = (int(part) for part in told.split()) if isinstance(told, bytes) else (0, 0)
    return (done, of) if of else None


def _key(pk: int) -> str:
    return f"masterdata:import:{pk}"


def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.2, socket_timeout=0.5)
