"""What a signature covers: one canonical form of the content, and a digest over it with name, meaning and time.

The same content always gives the same bytes, on any machine. Quantities are decimal strings, times ISO text: a float
has no one way to be written, so it is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from masterdata.rules.refusal import Refusal

#: What every signature is made with, each time anew.
COMPONENTS = "user name and password"
#: How long the right to sign lasts after the credentials were checked.
TICKET_SECONDS = 300


def canonical(content: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON: keys sorted, no spaces, no escapes but the needed. TypeError for floats and other strange values."""
    return json.dumps(
        _plain(content, "content"), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical form."""
    return hashlib.sha256(canonical(content)).hexdigest()


def manifestation_digest(
    *,
    content: Mapping[str, Any],
    printed_name: str,
    meaning: str,
    signed_at: str,
    subject_kind: str,
    subject_key: str,
    components: str,
) -> str:
    """SHA-256 (hex) over the content and everything that is shown of the signature (21 CFR 11.50, 11.70).

    `signed_at` is ISO text in UTC with microseconds and `Z`.
    """
    return content_digest(
        {
            "components": components,
            "content": content,
            "meaning": meaning,
            "printed_name": printed_name,
            "signed_at": signed_at,
            "subject_key": subject_key,
            "subject_kind": subject_kind,
        }
    )


def ticket_refusal(
    *, ticket_digest: str, digest: str, age_seconds: float, used: bool, signer_active: bool
) -> Refusal | None:
    """Why this right to sign is not good for this content now; None where it is."""
    if not signer_active:
        return Refusal("signer_not_active", "This account may no longer sign.", remedy="Let somebody else sign.")
    if used:
        return Refusal("ticket_used", "This signature was already given.", remedy="Enter your password again.")
    if not 0 <= age_seconds <= TICKET_SECONDS:
        return Refusal(
            "ticket_expired", "Too much time passed since the password was entered.", remedy="Enter it again."
        )
    if ticket_digest != digest:
        return Refusal(
            "content_changed",
            "The record is no longer what was shown when the password was entered.",
            remedy="Read it again, then sign.",
        )
    return None


def _plain(value: Any, where: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if "\x00" in value:
            raise TypeError(f"{where}: text with a NUL character cannot be signed.")
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{where}: the key {key!r} is not text.")
        return {str(key): _plain(inner, f"{where}.{key}") for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, f"{where}[{index}]") for index, inner in enumerate(value)]
    raise TypeError(f"{where}: a {type(value).__name__} has no one way to be written; use a decimal or ISO string.")
