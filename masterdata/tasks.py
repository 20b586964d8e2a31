"""Background work on master data."""

from celery import shared_task
from django.utils import timezone

from masterdata.actions.forget_old_nonces import forget_old_nonces
from masterdata.actions.seal_audit import seal_audit
from masterdata.actions.take_effect import take_due_changes


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
