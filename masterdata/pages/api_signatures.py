"""Signatures in the API's answers: the whole manifestation, and whether it stands; the same wherever one is told of."""

from collections.abc import Sequence
from typing import Any

from masterdata.models import Signature
from masterdata.pages.api_schema import flag, many, maybe, moment, named, record, text
from masterdata.queries.signing import Governed, version_breaks
from masterdata.rules.refusal import Refusal

MANIFESTATION = {
    "printed_name": text("Of the signer, as it was then"),
    "meaning": text("What the signature means"),
    "signed_at": moment("In UTC"),
    "site_time": text("As the signer's clock showed it, with its zone"),
    "components": text("What was entered anew to sign"),
    "digest": text("SHA-256 over all of this and what was signed"),
    "stands": flag("Whether it is as it was given and its record says what was signed; false: BROKEN"),
    "breaks": many(text("In words: what does not fit")),
}
OF_A_VERSION = maybe(named("Manifestation", record(MANIFESTATION)))


def manifestation(signature: Signature, breaks: Sequence[Refusal]) -> dict[str, Any]:
    """`breaks`: what is wrong with it, as the screens show it."""
    return {
        "printed_name": signature.printed_name,
        "meaning": signature.meaning,
        "signed_at": signature.signed_at,
        "site_time": signature.site_time,
        "components": signature.components,
        "digest": signature.digest,
        "stands": not breaks,
        "breaks": [one.sentence for one in breaks],
    }


def of_version(version: Governed) -> dict[str, Any] | None:
    """Of the signature that a BOM version, unit factor or trigger definition shows; None where it has none."""
    return manifestation(version.signature, version_breaks(version)) if version.signature else None
