"""What is wrong with signatures, in words: altered, never given, made with too little, copied, or for what is no longer so.

They are checked in sets: names and rights to sign are fetched once for all, and records by their kind.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from masterdata.models import Person, Signature, SigningTicket
from masterdata.queries.contents import time_text
from masterdata.queries.signable import Content, signable_of
from masterdata.rules.refusal import Refusal
from masterdata.rules.signatures import COMPONENTS, content_digest, manifestation_digest

CALL_QA = "Call QA; do not rely on the record."
#: what may be in an import's content and is compared with thousands of rows: such sets stay small
_SET = 200


def signature_stands(signature: Signature) -> bool:
    """Whether what is stored of the signature is what was signed."""
    try:
        digest = manifestation_digest(
            content=signature.content,
            printed_name=signature.printed_name,
            meaning=signature.meaning,
            signed_at=str(time_text(signature.signed_at)),
            subject_kind=signature.subject_kind,
            subject_key=signature.subject_key,
            components=signature.components,
        )
    except TypeError:  # what has no one way to be written was never signed
        return False
    return digest == signature.digest


def breaks_of(signature: Signature, *, kind: str = "", key: str = "") -> list[Refusal]:
    """Everything that is wrong with one signature; nothing where it stands.

    `kind`, `key`: of the record that shows it, where one does: a signature of another record was copied there.
    """
    found = breaks_in([signature])[signature.pk]
    if kind and (signature.subject_kind, signature.subject_key) != (kind, key):
        of = f"{named(signature)}"
        found.insert(0, Refusal("signature_copied", f"This signature was given for {of} and copied here.", of, CALL_QA))
    return found


def breaks_in(signatures: Sequence[Signature]) -> dict[int, list[Refusal]]:
    """By signature: what is wrong with it."""
    tickets = _tickets(signatures)
    names = _names(signatures)
    today = _today(signatures)
    found = {}
    for one in signatures:
        found[one.pk] = [
            *_altered(one, names[one.person_id]),
            *_never_given(one, tickets),
            *_differs(one, today),
        ]
    return found


def broken_signatures(rows: QuerySet[Signature]) -> Iterator[tuple[Signature, list[Refusal]]]:
    """Each signature of `rows` that does not stand, with what is wrong."""
    waiting: list[Signature] = []
    for one in rows.order_by("pk").iterator(_SET):
        waiting.append(one)
        if len(waiting) >= _SET:
            yield from _broken(waiting)
            waiting = []
    yield from _broken(waiting)


def named(signature: Signature) -> str:
    """What was signed, as people call it."""
    signable = signable_of(signature.subject_kind)
    if signable is None:
        return f"{signature.subject_kind.replace('_', ' ')} {signature.subject_key}"
    return f"{signable.words} {signable.named(signature.content)}"


def _broken(signatures: Sequence[Signature]) -> Iterator[tuple[Signature, list[Refusal]]]:
    found = breaks_in(signatures)
    yield from ((one, found[one.pk]) for one in signatures if found[one.pk])


def _altered(one: Signature, names: set[str]) -> list[Refusal]:
    of = named(one)
    if not signature_stands(one):
        told = f"The signature under {of} was altered after it was given."
        return [Refusal("signature_altered", told, of, CALL_QA)]
    found = []
    if one.printed_name not in names:
        told = f"The signature under {of} says {one.printed_name}, which its signer was never called."
        found.append(Refusal("signer_altered", told, of, CALL_QA))
    if one.components != COMPONENTS:
        told = f"The signature under {of} was made with “{one.components}”, not with {COMPONENTS}."
        found.append(Refusal("too_few_components", told, of, CALL_QA))
    return found


def _never_given(one: Signature, tickets: set[tuple[int, object, str]]) -> list[Refusal]:
    try:
        used = (one.person_id, one.signed_at, content_digest(one.content)) in tickets
    except TypeError:
        used = False
    if used or not signature_stands(one):
        return []
    of, who = named(one), one.printed_name
    told = f"Nobody entered the credentials of {who} for the signature under {of}: it was put into the database."
    return [Refusal("signature_never_given", told, of, CALL_QA)]


def _differs(one: Signature, today: dict[int, Content | None]) -> list[Refusal]:
    if one.pk not in today or not signature_stands(one):
        return []
    of, now = named(one), today[one.pk]
    if now is None:
        return [Refusal("record_gone", f"The record that was signed, {of}, is not there.", of, CALL_QA)]
    if content_digest(now) == content_digest(one.content):
        return []
    other = sorted(name for name in now.keys() | one.content.keys() if now.get(name) != one.content.get(name))
    names = ", ".join(name.replace("_", " ") for name in other)
    told = f"The {of} is not what was signed; this differs: {names}."
    return [Refusal("record_differs", told, of, CALL_QA)]


def _tickets(signatures: Sequence[Signature]) -> set[tuple[int, object, str]]:
    rows = SigningTicket.objects.filter(
        person__in={one.person_id for one in signatures}, used_at__in={one.signed_at for one in signatures}
    )
    return set(rows.values_list("person_id", "used_at", "content_digest"))


def _names(signatures: Sequence[Signature]) -> dict[int, set[str]]:
    """Every name that the signers have had."""
    people = {one.person_id for one in signatures}
    names: dict[int, set[str]] = defaultdict(set)
    for rows in (Person.objects.filter(id__in=people), Person.history.filter(id__in=people)):
        for person, name in rows.values_list("id", "name").distinct():
            names[person].add(name)
    return names


def _today(signatures: Sequence[Signature]) -> dict[int, Content | None]:
    """What each record says now, None where it is gone; kinds that nobody can tell of are left out."""
    kinds: dict[str, list[Signature]] = defaultdict(list)
    for one in signatures:
        kinds[one.subject_kind].append(one)
    found: dict[int, Content | None] = {}
    for kind, rows in kinds.items():
        signable = signable_of(kind)
        if signable is not None:
            known = signable.today(rows)
            found |= {one.pk: known.get(one.pk) for one in rows}
    return found
