"""The sample of a review: which events of the audit trail fit, and which of them its seed draws, today as then."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import BooleanField, CharField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, ExtractHour, ExtractIsoWeekDay, ExtractMinute

from masterdata.models import AuditEvent, AuditReview, Signature, Site
from masterdata.queries.audit_trail import PEOPLE, about, actors_called, audit_events
from masterdata.queries.contents import time_text
from masterdata.queries.signable import Content, Signable, by_key, say_what_is_signed
from masterdata.queries.thresholds import time_limit
from masterdata.rules.secret_columns import SECRET_COLUMNS
from masterdata.rules.vocabulary import ReviewTarget, ThresholdCode
from masterdata.rules.working_hours import WorkingHours

#: columns that let somebody in, beside those that are secret
_RIGHTS = ("roles", "is_active", "badge", "badge_revoked_at", "revoked_at", "enabled")
_CREDENTIAL_TABLES = ("masterdata_person", "masterdata_persontoken", "masterdata_device")


class _Sha256(Func):
    """PostgreSQL's own; Django's needs an extension that not every server has."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()


@dataclass(frozen=True)
class Aim:
    """What a review looks at. `who`, `tbl`, `record` empty: everybody, every kind, every record."""

    since: datetime
    until: datetime
    target: ReviewTarget
    hours: WorkingHours
    time_zone: str
    who: str = ""
    tbl: str = ""
    record: str = ""


def aim_of(review: AuditReview) -> Aim:
    return Aim(
        since=review.since,
        until=review.until,
        target=ReviewTarget(review.target),
        hours=WorkingHours.read(review.hours),
        time_zone=review.site.time_zone,
        who=review.who,
        tbl=review.tbl,
        record=review.record,
    )


def events_that_fit(
    site_id: int, aim: Aim, *, last_event: int | None = None, spellings: Sequence[str] = PEOPLE
) -> QuerySet[AuditEvent]:
    """Changes at the site within the aim; `last_event`: none that was written later. What stood there already is no change."""
    rows = audit_events(site_id).filter(at__gte=aim.since, at__lt=aim.until).exclude(op="found")
    if last_event is not None:
        rows = rows.filter(pk__lte=last_event)
    if aim.tbl:
        rows = rows.filter(tbl=aim.tbl)
    if aim.record:
        rows = about(rows, aim.record)
    if aim.who:
        rows = rows.filter(actors_called(aim.who, spellings))
    return _targeted(rows, aim)


def drawn(rows: QuerySet[AuditEvent], seed: str, size: int) -> list[AuditEvent]:
    """`size` of the rows by the order of SHA-256 over seed and id: nobody chose them, and anybody can draw them again."""
    by_seed = _Sha256(Concat(Value(f"{seed}:"), Cast(F("pk"), CharField())))
    return list(rows.annotate(by_seed=by_seed).order_by("by_seed", "pk")[:size])


def sample_again(review: AuditReview) -> list[int]:
    """Ids of the events that the review's own facts draw today, in their order.

    A review that began when people were looked for under one spelling alone is drawn as it was then.
    """
    site, aim, last = review.site_id, aim_of(review), review.last_event
    rows = events_that_fit(site, aim, last_event=last)
    if aim.who and rows.count() != review.population:
        rows = events_that_fit(site, aim, last_event=last, spellings=PEOPLE[:1])
    return [one.pk for one in drawn(rows, review.seed, review.size)]


def review_content(review: AuditReview, conclusion: str) -> dict[str, Any]:
    """Exactly what is shown and signed: the aim, the sample, what each event said, and what was found of it."""
    found = review.events.select_related("marked_by").order_by("position")
    events = AuditEvent.objects.in_bulk([one.event_id for one in found])
    return {
        "record": "audit_review",
        "review": review.pk,
        "site": review.site.code,
        "since": time_text(review.since),
        "until": time_text(review.until),
        "target": review.target,
        "who": review.who,
        "table": review.tbl,
        "of_record": review.record,
        "hours": review.hours,
        "seed": review.seed,
        "last_event": review.last_event,
        "population": review.population,
        "size": review.size,
        "events": [
            {
                "event": one.event_id,
                "told": _told(events.get(one.event_id)),
                "verdict": one.verdict,
                "remark": one.remark,
                "by": one.marked_by.username if one.marked_by else "",
            }
            for one in found
        ],
        "conclusion": conclusion,
    }


def overdue_since(site: Site, now: datetime) -> datetime | None:
    """Since when a review is overdue: AUDIT_REVIEW_DAYS after the last one of the site that was signed, else after it opened."""
    last = AuditReview.objects.filter(site=site, signed_at__isnull=False).order_by("-signed_at").first()
    begun = (
        last.signed_at
        if last
        else AuditEvent.objects.filter(tbl="masterdata_site", key=str(site.pk))
        .values_list("at", flat=True)
        .order_by("id")
        .first()
    )
    every = time_limit(ThresholdCode.AUDIT_REVIEW_DAYS)
    if begun is None or not every:
        return None
    due: datetime = begun + every
    return due if now >= due else None


def _targeted(rows: QuerySet[AuditEvent], aim: Aim) -> QuerySet[AuditEvent]:
    if aim.target == ReviewTarget.DELETIONS:
        return rows.filter(op="delete")
    if aim.target == ReviewTarget.OTHER_HANDS:
        serving = settings.DATABASES["default"]["USER"]
        return rows.filter(Q(actor__startswith="migration:") | ~Q(db_user=serving))
    if aim.target == ReviewTarget.CREDENTIALS:
        return rows.filter(_lets_in(), tbl__in=_CREDENTIAL_TABLES)
    if aim.target == ReviewTarget.OUTSIDE_HOURS:
        zone = ZoneInfo(aim.time_zone)
        return rows.annotate(
            day=ExtractIsoWeekDay("at", tzinfo=zone),
            minute=ExtractHour("at", tzinfo=zone) * 60 + ExtractMinute("at", tzinfo=zone),
        ).exclude(
            day__gte=aim.hours.first_day,
            day__lte=aim.hours.last_day,
            minute__gte=aim.hours.begins,
            minute__lt=aim.hours.ends,
        )
    return rows


def _lets_in() -> Func:
    """A person, token or device that came or went, or one whose credential or right changed."""
    names = ", ".join(f"'{name}'" for name in (*sorted(SECRET_COLUMNS), *_RIGHTS))
    return Func(
        "old",
        "new",
        template=f"EXISTS (SELECT 1 FROM unnest(ARRAY[{names}]) AS n WHERE %(expressions)s -> n)",  # noqa: S608  # our own names
        arg_joiner=" -> n IS DISTINCT FROM ",
        function="",
        output_field=BooleanField(),
    )


def _told(event: AuditEvent | None) -> dict[str, Any]:
    """An event as it is signed: what it is of, and a digest over all that it says."""
    if event is None:
        return {}
    said = [event.on_behalf, event.reason, event.db_user, event.old, event.new]
    digest = hashlib.sha256(json.dumps(said, default=str, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return {
        "table": event.tbl,
        "key": event.key,
        "op": event.op,
        "actor": event.actor,
        "at": time_text(event.at),
        "digest": digest,
    }


def _today(signatures: Sequence[Signature]) -> dict[int, Content]:
    rows = AuditReview.objects.filter(signature__in=[one.pk for one in signatures]).select_related("site")
    return {row.signature_id: review_content(row, row.conclusion) for row in rows if row.signature_id}


def tell_of_reviews() -> None:
    """Called once, when the application starts."""
    named = Signable(
        "audit review",
        lambda content: f"no. {content.get('review', '?')} of {content.get('site', '?')}",
        by_key("audit-review"),
        _today,
    )
    say_what_is_signed("audit_review", named)
