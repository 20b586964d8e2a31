"""Review the audit trail: draw a sample, mark each event of it, sign what was found. What is signed stands for good."""

from datetime import datetime
from typing import Any

from django.conf import settings

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.sign import sign
from masterdata.models import AuditEvent, AuditReview, Person, ReviewedEvent, SigningTicket, Site
from masterdata.queries.audit_samples import Aim, drawn, events_that_fit, review_content
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import ReviewTarget, ReviewVerdict
from masterdata.rules.working_hours import WorkingHours

MEANING = "audit trail reviewed"
KIND = "audit_review"
MOST = 500


def start_review(
    *,
    site: Site,
    since: datetime,
    until: datetime,
    target: ReviewTarget,
    size: int,
    seed: str,
    actor: Person,
    now: datetime,
    who: str = "",
    tbl: str = "",
    of_record: str = "",
) -> AuditReview:
    """Draw `size` events (fewer where fewer fit) by `seed`. Refused: period_wrong, size_wrong, seed_missing, nothing_fits."""
    require(actor, Duty.REVIEW_AUDIT_TRAIL)
    faults = []
    if until <= since or since > now:
        faults.append(Refusal("period_wrong", "The period ends before it begins, or lies ahead.", "period", "Mend it."))
    if not 1 <= size <= MOST:
        faults.append(Refusal("size_wrong", f"A sample has 1 to {MOST} events.", "size", "Write such a number."))
    if not seed.strip():
        faults.append(Refusal("seed_missing", "A sample states its seed.", "seed", "Write any word or number."))
    if faults:
        raise Refused(*faults)
    hours = WorkingHours.read(settings.WORKING_HOURS)
    aim = Aim(since, min(until, now), target, hours, site.time_zone, who.strip(), tbl, of_record.strip())
    with acting(actor, reason="audit review"):
        last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        rows = events_that_fit(site.pk, aim, last_event=last)
        sample = drawn(rows, seed.strip(), size)
        if not sample:
            raise Refused(
                Refusal("nothing_fits", "No event fits, so there is nothing to review.", "sample", "Look further back.")
            )
        review = record(
            AuditReview(
                site=site,
                since=aim.since,
                until=aim.until,
                target=target,
                who=aim.who,
                tbl=tbl,
                record=aim.record,
                seed=seed.strip(),
                hours=str(hours),
                last_event=last,
                population=rows.count(),
                size=len(sample),
                started_by=actor,
                started_at=now,
            ),
            actor=actor,
        )
        ReviewedEvent.objects.bulk_create(
            ReviewedEvent(review=review, position=place, event_id=one.pk) for place, one in enumerate(sample, start=1)
        )
    return review


def mark_events(
    *,
    review: AuditReview,
    found: dict[int, tuple[str, str]],
    actor: Person,
    now: datetime,
    seen_at: datetime | None = None,
) -> int:
    """`found`: position → (verdict, remark); a verdict may change until the review is signed. How many changed.

    `seen_at`: when the actor saw what was marked so far; what somebody else marked otherwise since is not written over.
    Refused with every fault at once: verdict_unknown, question_missing, review_signed, changed_meanwhile.
    """
    require(actor, Duty.REVIEW_AUDIT_TRAIL)
    faults = [fault for position, (verdict, remark) in found.items() for fault in _faults(position, verdict, remark)]
    if faults:
        raise Refused(*faults)
    with acting(actor, reason="audit review"):
        _unsigned(review)
        rows = ReviewedEvent.objects.select_for_update(of=("self",)).select_related("marked_by")
        held = [one for one in rows.filter(review=review, position__in=found) if _differs(one, found[one.position])]
        meanwhile = [fault for one in held if (fault := _meanwhile(one, actor, seen_at))]
        if meanwhile:
            raise Refused(*meanwhile)
        for one in held:
            verdict, remark = found[one.position]
            one.verdict, one.remark = verdict, remark.strip()[:500]
            one.marked_by, one.marked_at = actor, now
            one.save(update_fields=["verdict", "remark", "marked_by", "marked_at"])
    return len(held)


def sign_review(*, review: AuditReview, conclusion: str, ticket: SigningTicket, now: datetime) -> AuditReview:
    """Sign sample and findings; the ticket is over `review_content`.

    Refused: events_unmarked, conclusion_missing, review_signed, and what `sign` refuses.
    """
    person = ticket.person
    require(person, Duty.REVIEW_AUDIT_TRAIL)
    with acting(person, reason="audit review signed"):
        held = _unsigned(review)
        faults = sign_refusals(held, conclusion)
        if faults:
            raise Refused(*faults)
        content: dict[str, Any] = review_content(held, conclusion.strip())
        held.signature = sign(
            ticket=ticket, meaning=MEANING, subject_kind=KIND, subject_key=str(held.pk), content=content, now=now
        )
        held.conclusion, held.signed_at = conclusion.strip(), now
        record(held, actor=person, changed=["signature", "conclusion", "signed_at"])
    return held


def sign_refusals(review: AuditReview, conclusion: str) -> list[Refusal]:
    """What keeps the review from being signed."""
    faults = []
    open_events = review.events.filter(verdict="").count()
    if open_events:
        told = f"{open_events} of {review.size} events are not marked yet."
        faults.append(Refusal("events_unmarked", told, str(review), "Mark each of them first."))
    if not 0 < len(conclusion.strip()) <= 500:
        faults.append(
            Refusal("conclusion_missing", "Say what the review found, in up to 500 letters.", str(review), "Write it.")
        )
    return faults


def _faults(position: int, verdict: str, remark: str) -> list[Refusal]:
    if verdict not in {one.value for one in ReviewVerdict}:
        return [
            Refusal("verdict_unknown", f"Event {position} is in order, or a question.", str(position), "Choose one.")
        ]
    if verdict == ReviewVerdict.QUESTION and not remark.strip():
        told = f"The question about event {position} has no words."
        return [Refusal("question_missing", told, str(position), "Write what is in question.")]
    return []


def _differs(one: ReviewedEvent, found: tuple[str, str]) -> bool:
    return (one.verdict, one.remark) != (found[0], found[1].strip()[:500])


def _meanwhile(one: ReviewedEvent, actor: Person, seen_at: datetime | None) -> Refusal | None:
    """Somebody else marked it after the actor looked."""
    other = one.marked_by
    if other is None or other.pk == actor.pk or one.marked_at is None or seen_at is None or one.marked_at <= seen_at:
        return None
    told = f"{other.name} marked event {one.position} while you looked at it."
    return Refusal("changed_meanwhile", told, str(one.position), "Load the page again, then mark it.")


def _unsigned(review: AuditReview) -> AuditReview:
    held = AuditReview.objects.select_for_update(of=("self",)).select_related("site").get(pk=review.pk)
    if held.signature_id is not None:
        raise Refused(
            Refusal("review_signed", "This review is signed: it stands as it is.", str(held), "Start another one.")
        )
    return held
