"""A second person shows that they stand here, by badge and PIN, before the action that names them begins."""

from django.contrib.auth import authenticate
from django.http import HttpRequest

from masterdata.actions.acting import is_acting
from masterdata.actions.failed_attempts import forget_failures
from masterdata.models import Person
from masterdata.rules.refusal import Refusal, Refused


def verify_presence(*, badge: str, pin: str, request: HttpRequest) -> Person:
    """The person with this badge and PIN. Refused('credentials_refused') without a hint which part was wrong.

    Failures are counted as those of sign-in are, in a transaction of their own. RuntimeError inside an action: the count would
    be rolled back with it.
    """
    if is_acting():
        raise RuntimeError("Presence is verified before the action that names the person, not in it.")
    person = authenticate(request, badge=badge, pin=pin)
    if not isinstance(person, Person):
        # The one who failed is not the one who is signed in here: their page goes on.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise Refused(
            Refusal(
                "credentials_refused",
                "Badge and PIN of the second person were not accepted.",
                "",
                "Scan the badge and enter the PIN again; after five failures this PIN rests here for a while.",
            )
        )
    forget_failures(request, {"badge": badge})
    return person
