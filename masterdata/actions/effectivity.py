"""Making an approved version effective: never before now, and after the posters of every site have let go."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from masterdata.actions.record import record
from masterdata.models import Site
from masterdata.queries.beginnings import SET_UP_KINDS, begun_with
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import RecordState

Judge = Callable[[datetime | None, datetime], list[Refusal]]


def effective_moment(requested: datetime | None, now: datetime, *, judge: Judge | None = None) -> datetime:
    """What was asked for, or (None) now, with the sites' posting locks held until the transaction ends.

    A poster holds its site's lock shared while it decides; waiting for it moves `now` by as long as the wait took, so that
    nothing posted meanwhile lies after the change. The locks are taken in the order of site ids.
    Refused where it has passed: never backdated, and never another time than the one that was signed. `judge` may know of
    a record that nothing was made by yet (`past_refusals`); it is asked once the locks are held.
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
    refusals = judge(requested, earliest) if judge is not None else _past(requested, earliest)
    if refusals:
        raise Refused(*refusals)
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


def _past(requested: datetime | None, now: datetime) -> list[Refusal]:
    refusal = past_refusal(requested, now)
    return [] if refusal is None else [refusal]


def past_refusals(kind: str, record: Any, requested: datetime | None, now: datetime) -> list[Refusal]:
    """As `past_refusal`, for a record: a version by which nothing was made yet may say since when it holds at its source.

    That is how a plant is set up with what another system holds. From the first order on, nothing that was posted may be
    judged anew.
    """
    found = _past(requested, now)
    if not found or requested is None or kind not in SET_UP_KINDS or record is None:
        return found
    begun = begun_with(kind, [record.item.code]).get(record.item.code)
    if not begun:
        return []
    sentence = f"{told(requested)} has passed, and {begun}: nothing takes effect in the past any more."
    return [Refusal(found[0].code, sentence, found[0].subject, found[0].remedy)]


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
