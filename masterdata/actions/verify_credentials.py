"""Check a signer's credentials, in a transaction of its own, before the action that will be signed begins.

Failed attempts count whatever follows, and no lock is held while the slow hash is computed.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from masterdata.actions.acting import acting, is_acting
from masterdata.actions.failed_attempts import forget_failures
from masterdata.models import Person, SigningTicket
from masterdata.rules.password_age import due_refusal
from masterdata.rules.refusal import Refusal, Refused


def verify_credentials(
    *,
    user: str,
    password: str,
    content_digest: str,
    now: datetime,
    request: HttpRequest | None = None,
    signed_in: Person | None = None,
) -> SigningTicket:
    """A one-use right for this person to sign the content with this digest.

    `user`: user name or badge. `signed_in`: whose session it is that signs; only they can. Refused with `credentials_refused`
    and no hint which part was wrong, or that the account is locked; with `not_your_session` where the credentials are right but
    somebody else's; with `password_too_old` or `password_is_for_one_use` where it has to be changed first.
    RuntimeError inside an action: the count of failures would be rolled back with it.
    """
    if is_acting():
        raise RuntimeError("Credentials are verified before the action that they sign, not in it.")
    asked = request or _no_request()
    if signed_in is not None:  # strangers cannot make the true person's session rest
        asked.signs_in_session_of = signed_in.pk  # type: ignore[attr-defined]
    person = authenticate(asked, username=user, password=password)
    if not isinstance(person, Person):
        raise Refused(
            Refusal(
                "credentials_refused",
                "The signature was not accepted.",
                "",
                "Check user name and password; after five failures the password rests here for a while.",
            )
        )
    forget_failures(asked, {"username": user, "password": ""})
    if signed_in is not None and signed_in.pk != person.pk:  # only whoever knows the password is told whose it is
        raise Refused(
            Refusal(
                "not_your_session",
                f"You are signed in as {signed_in.name}; {person.name} signs in their own session.",
                person.name,
                f"Switch user: {person.name} signs in, reads the record and signs it.",
            )
        )
    due = due_refusal(
        set_at=person.password_set_at,
        must_change=person.must_change_password,
        age_days=settings.PASSWORD_AGE_DAYS,
        now=now,
    )
    if due is not None:
        raise Refused(due)
    with acting(person):
        return SigningTicket.objects.create(person=person, content_digest=content_digest, given_at=now)


def _no_request() -> HttpRequest:
    """A command or script signs: the account is what is counted, not the address."""
    request = HttpRequest()
    request.META.update(REMOTE_ADDR="127.0.0.1", PATH_INFO="signature", HTTP_USER_AGENT="signature")
    return request
