"""Signatures as every screen shows them: printed name, meaning, time, and whether they stand or are BROKEN, and why."""

from collections.abc import Sequence
from typing import Any

from masterdata.models import Signature
from masterdata.pages.figures import when
from masterdata.queries.signature_check import breaks_of
from masterdata.queries.signing import Governed, version_breaks
from masterdata.rules.plant_words import meaning_words, role_words
from masterdata.rules.refusal import Refusal


def shown(signature: Signature | None, kind: str, key: object, *, role: str = "") -> list[dict[str, Any]]:
    """For the `signatures` component: the signature that a record of this kind and key names, checked; none, nothing."""
    return [manifested(signature, breaks_of(signature, kind=kind, key=str(key)), role)] if signature else []


def shown_of_version(record: Governed) -> list[dict[str, Any]]:
    """The same for a BOM version, unit factor or trigger definition."""
    signature = record.signature
    if signature is None:
        return []
    role = ", ".join(role_words(one) for one in signature.person.roles)
    return [manifested(signature, version_breaks(record), role)]


def manifested(signature: Signature, breaks: Sequence[Refusal], role: str = "") -> dict[str, Any]:
    """What a signature has to show wherever it is shown: who, meaning what, when (at the site, and in UTC), and its digest."""
    return {
        "name": signature.printed_name,
        "role": role,
        "meaning": meaning_words(signature.meaning),
        "at": signature.site_time or when(signature.signed_at),
        "utc": f"{signature.signed_at:%Y-%m-%d %H:%M:%S} UTC",
        "digest": signature.digest,
        "valid": not breaks,
        "breaks": [one.sentence for one in breaks],
    }
