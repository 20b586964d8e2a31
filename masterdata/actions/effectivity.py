"""Making an approved version effective: never before now, and after the posters of every site have let go."""

from datetime import datetime, timedelta

from django.db import connection, models

from masterdata.actions.record import record
from masterdata.models import Site
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState


def effective_moment(requested: datetime | None, now: datetime) -> datetime:
    """The later of what was asked for and now, with the sites' posting locks held until the transaction ends.

    A poster holds its site's lock shared while it decides; waiting for it moves `now` by as long as the wait took, so that
    nothing posted meanwhile lies after the change. Never backdated. The locks are taken in the order of site ids.
    """
    waited = timedelta(0)
    with connection.cursor() as cursor:
        for site in Site.objects.order_by("id").values_list("id", flat=True):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s), clock_timestamp()", [site])
            held, before = cursor.fetchone()
            if not held:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [site])
                cursor.execute("SELECT clock_timestamp()")
                waited += cursor.fetchone()[0] - before
    earliest = now + waited
    return max(requested, earliest) if requested is not None else earliest


def end_predecessor(
    versions: models.QuerySet, effective_from: datetime, *, subject: str, actor: object, reason: str = ""
) -> None:
    """Close the version that the new one replaces. `versions`: the record's approved ones, locked by the caller."""
    latest = versions.filter(state=RecordState.APPROVED).order_by("-effective_from", "-id").first()
    if latest is None:
        return
    if latest.effective_from >= effective_from:
        raise Refused(
            Refusal(
                "later_version_exists",
                f"A version of {subject} is already approved from {latest.effective_from:%Y-%m-%d %H:%M} UTC on.",
                subject,
                "Choose a later time.",
            )
        )
    if latest.effective_to is None:
        latest.effective_to = effective_from
        record(latest, actor=actor, reason=reason, changed=["effective_to"])
