"""Periodic reviews as they were signed, compared with what is kept of them. The record itself may have changed since."""

from collections.abc import Sequence
from typing import Any

from masterdata.models import PeriodicReview, Signature
from masterdata.queries.signable import Content, Signable, say_what_is_signed
from masterdata.rules.reviews import KIND_WORDS, ReviewKind

SUBJECT = "review"


def tell_of_periodic_reviews() -> None:
    """Called once, when the application starts."""
    say_what_is_signed(SUBJECT, Signable("review", _named, _page, _today))


def _named(content: Content) -> str:
    kind = str(content.get("kind", ""))
    words = KIND_WORDS[ReviewKind(kind)] if kind in set(ReviewKind) else kind
    return f"of {words} {content.get('record', '?')}"


def _page(signature: Signature) -> tuple[str, Any] | None:
    """The record's reviews; they stand there also when the record is not in force any more."""
    kind, _, key = signature.subject_key.partition(" ")
    return ("review", (kind, key)) if kind in set(ReviewKind) and key.isdecimal() else None


def _today(signatures: Sequence[Signature]) -> dict[int, Content]:
    """What was found of the record, and by when it is looked at again. What the record said is kept by the signature alone."""
    rows = PeriodicReview.objects.filter(signature__in=[one.pk for one in signatures])
    found = {row.signature_id: row for row in rows}
    today: dict[int, Content] = {}
    for one in signatures:
        row = found.get(one.pk)
        if row is None:
            continue
        today[one.pk] = {
            **one.content,
            "kind": row.kind,
            "record": row.name if row.name != str(one.content.get("record", ""))[:200] else one.content.get("record"),
            "outcome": row.outcome,
            "remark": row.remark,
            "next_review": row.next_on.isoformat(),
        }
    return today
