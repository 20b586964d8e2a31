"""Sign that a governed record was reviewed: it is still right, or has to change."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.sign import sign
from masterdata.models import PeriodicReview, SigningTicket
from masterdata.queries.reviews import Reviewed, review_content, review_of
from masterdata.queries.signed_reviews import SUBJECT
from masterdata.rules.duties import Duty, separation_refusal
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.reviews import Outcome, outcome_refusals

MEANINGS = {
    Outcome.CONFIRMED: "reviewed: it is right as it stands",
    Outcome.CHANGE_NEEDED: "reviewed: it has to change as remarked",
}


def review_record(
    *, kind: str, key: int, outcome: str, remark: str, ticket: SigningTicket, now: datetime
) -> PeriodicReview:
    """Sign a review; the ticket is given over `review_content`. Of two at the same moment both stand, in their order.

    Refused: no_such_record, outcome_missing, remark_missing, author_is_reviewer, content_changed.
    """
    person, remark = ticket.person, remark.strip()[:500]
    require(person, Duty.REVIEW_RECORDS)
    with acting(person, reason=remark):
        with connection.cursor() as cursor:  # one review of a record after the other
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"review {kind} {key}"])
        found = review_of(kind, key, now)
        if found is None:
            raise Refused(
                Refusal(
                    "no_such_record",
                    "There is no such record in force any more.",
                    f"{kind} {key}",
                    "Look for it on the page Reviews.",
                )
            )
        refusals = outcome_refusals(outcome, remark, found.name)
        own = author_refusal(found, person.pk)
        if refusals or own:
            raise Refused(*refusals, *([own] if own else []))
        next_on = next_day(found, now)
        signature = sign(
            ticket=ticket,
            meaning=MEANINGS[Outcome(outcome)],
            subject_kind=SUBJECT,
            subject_key=f"{kind} {key}",
            content=review_content(found, outcome=outcome, remark=remark, next_on=next_on),
            now=now,
        )
        return PeriodicReview.objects.create(
            kind=kind,
            record_key=key,
            name=found.name[:200],
            outcome=outcome,
            remark=remark,
            person=person,
            at=now,
            next_on=next_on,
            signature=signature,
        )


def author_refusal(found: Reviewed, person_id: int) -> Refusal | None:
    """Whoever wrote a version does not review it."""
    refusal = separation_refusal(found.author_id, person_id, found.name)
    if refusal is None:
        return None
    return Refusal(
        "author_is_reviewer",
        f"Whoever wrote {found.name} does not review it.",
        found.name,
        "Let another engineer, a supervisor or QA review it.",
    )


def next_day(found: Reviewed, now: datetime) -> date:
    """The next review after one that is signed now."""
    return timezone.localdate(now) + timedelta(days=settings.REVIEW_INTERVALS.of(found.kind))
