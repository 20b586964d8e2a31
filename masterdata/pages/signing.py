"""Signing on a screen: what the signature component sends becomes a one-use ticket over exactly what was shown."""

from datetime import datetime

from django.http import HttpRequest

from masterdata.actions.verify_credentials import verify_credentials
from masterdata.models import SigningTicket
from masterdata.pages.access import person_of
from masterdata.rules.refusal import Refusal, Refused


def ticket_of(request: HttpRequest, now: datetime) -> SigningTicket:
    """The ticket for the digest that stood on the screen; the signed action compares it with the record as it is then.

    The signer is who is signed in: they read what they sign, and the session says who was there. Refused: credentials_refused,
    not_your_session, or signature_incomplete where a part is missing. Only for views behind `desk_page`.
    """
    signer = request.POST.get("signer", "").strip()
    password, digest = request.POST.get("password", ""), request.POST.get("digest", "").strip()
    if not signer or not password or not digest:
        raise Refused(
            Refusal(
                "signature_incomplete",
                "A signature needs user name or badge, and password.",
                "",
                "Enter both, then sign.",
            )
        )
    return verify_credentials(
        user=signer[:60],
        password=password[:200],
        content_digest=digest[:64],
        now=now,
        request=request,
        signed_in=person_of(request),
    )
