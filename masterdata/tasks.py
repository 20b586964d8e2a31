"""Background work on master data."""

from celery import shared_task

from masterdata.actions.forget_old_nonces import forget_old_nonces


@shared_task(name="masterdata.forget_old_nonces")
def forget_nonces() -> int:
    """Every ten minutes."""
    return forget_old_nonces()
