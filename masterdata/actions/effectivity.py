"""Making an approved version effective: never before now, and after the posters of every site have let go."""

from datetime import datetime, timedelta

from django.db import connection, models
from django.utils import timezone

from masterdata.actions.record import record
from masterdata.models import Site
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState


def effective_moment(requested: datetime | None, now: datetime) -> datetime:
    """What was asked for, or (None) now, with the sites' posting locks held until the transaction ends.

    A poster holds its site's lock shared while it decides; waiting for it moves `now` by as long as the wait took, so that
    nothing posted meanwhile lies after the change. The locks are taken in the order of site ids.
    Refused where it has passed: never backdated, and never another time than the one that was signed.
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
    refusal = past_refusal(requested, earliest)
    if refusal is not None:
        raise Refused(refusal)
    return earliest if requested is None else requested


def past_refusal(requested: datetime | None, now: datetime) -> Refusal | None:
    """Why nothing may take effect at this time: it lies behind us, and what was posted since would be judged anew."""
    if requested is None or requested >= now:
        return None
    return Refusal(
        "effective_in_the_past",
        f"{told(requested)} has passed; a version takes effect now or later, never in the past.",
        "effective from",
        "Choose a later time, or leave it empty: then it takes effect at once.",
    )


def told(moment: datetime) -> str:
    """A time in words, as the site's clock shows it."""
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b %Y %H:%M %Z}"


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
                f"A version of {subject} is already approved from {told(latest.effective_from)} on.",
                subject,
                "Choose a later time.",
            )
        )
    if latest.effective_to is None:
        latest.effective_to = effective_from
        record(latest, actor=actor, reason=reason, changed=["effective_to"])
