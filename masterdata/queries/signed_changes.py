"""Change requests as what can be signed: what one says now, against what each signature was given for."""

from collections.abc import Sequence

from masterdata.models import ChangeRequest, Signature
from masterdata.queries.changes import SUBJECT, content_of_request, record_of
from masterdata.queries.signable import Content, Signable, by_key, keys_of, say_what_is_signed
from masterdata.rules.change_control import ChangeState
from masterdata.rules.governed_kinds import KINDS


def tell_of_signed_changes() -> None:
    """Called once, when the application starts."""
    named = lambda content: f"CR-{content.get('number', '?')} for {content.get('subject', '?')}"  # noqa: E731
    say_what_is_signed(SUBJECT, Signable("change request", named, by_key("change"), _today))


def _today(signatures: Sequence[Signature]) -> dict[int, Content]:
    """What the request says. Signatures of a round that was taken back were for another text, and count no more; so do those
    of a withdrawn request for a version, which is a draft again.
    """
    numbers = keys_of(signatures)
    rows = ChangeRequest.objects.select_related("author").filter(number__in=numbers.values())
    found = {row.number: row for row in rows}
    today: dict[int, Content] = {}
    for one in signatures:
        row = found.get(numbers.get(one.pk, 0))
        if row is None:
            continue
        past = (one.content.get("round") != row.round or _given_back(row)) and row.signatures.filter(
            signature=one
        ).exists()
        today[one.pk] = one.content if past else content_of_request(row, record_of(row))
    return today


def _given_back(row: ChangeRequest) -> bool:
    return row.state == ChangeState.WITHDRAWN and KINDS[row.kind].versioned
