"""How a device signs a request: HMAC-SHA256 with its own secret over what is asked, when, once, and with which body.

The text that is signed has six lines: `backflush-v1`, the method, the path with its query as sent, the time (Unix seconds),
the nonce, and the SHA-256 of the body in hex. The signature is the HMAC of that text in hex.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from masterdata.rules.refusal import Refusal

TIME_HEADER = "Backflush-Time"
NONCE_HEADER = "Backflush-Nonce"
SIGNATURE_HEADER = "Backflush-Signature"
#: A signed request is good for so long before and after the time that it names.
WINDOW_SECONDS = 300
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TIME = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-fA-F]{64}")
_HOW = "/api/docs shows how a device signs."


@dataclass(frozen=True, slots=True)
class SignedCall:
    """What a good signature says besides who: the nonce, and the time (Unix seconds) that was signed."""

    nonce: str
    sent_at: int


def signed_text(method: str, path: str, time: str, nonce: str, body: bytes) -> str:
    """What is signed."""
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join(["backflush-v1", method.upper(), path, time, nonce, digest])


def signature_of(secret: str, text: str) -> str:
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()


def check_signature(
    *, headers: Mapping[str, str], method: str, path: str, body: bytes, secrets: Iterable[str], now: float, device: str
) -> SignedCall | Refusal:
    """The signed call, or why it is none. `secrets`: those that are good now. Compared in constant time."""
    time, nonce, given = (headers.get(name, "") for name in (TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER))
    lacking = [
        name
        for name, value in ((TIME_HEADER, time), (NONCE_HEADER, nonce), (SIGNATURE_HEADER, given))
        if not value.strip()
    ]
    if lacking:
        return Refusal(
            "signature_missing", f"{device} is set to sign, and {', '.join(lacking)} is missing.", device, _HOW
        )
    faults = [
        words
        for fits, words in (
            (_TIME.fullmatch(time), f"{TIME_HEADER} must be Unix seconds"),
            (_NONCE.fullmatch(nonce), f"{NONCE_HEADER} must be 16 to 64 letters, digits, - or _"),
            (_SIGNATURE.fullmatch(given), f"{SIGNATURE_HEADER} must be 64 hex digits"),
        )
        if not fits
    ]
    if faults:
        return Refusal("signature_malformed", f"{'; '.join(faults)}.", device, _HOW)
    text = signed_text(method, path, time, nonce, body)
    good = False
    for secret in secrets:
        good |= hmac.compare_digest(signature_of(secret, text), given.lower())
    if not good:
        return Refusal(
            "signature_wrong",
            f"The signature of {device} does not fit this request.",
            device,
            "Check the device's secret, and that method, path, time, nonce and body are signed as they are sent.",
        )
    # Only now: who cannot sign learns nothing about our clock that the Date of every answer does not say.
    off = int(time) - now
    if abs(off) > WINDOW_SECONDS:
        return Refusal(
            "signature_out_of_time",
            f"The signed time is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} ours; {WINDOW_SECONDS} s are allowed.",
            device,
            "Set the device's clock by the Date of this answer, sign anew with a new nonce, and send again.",
        )
    return SignedCall(nonce, int(time))
