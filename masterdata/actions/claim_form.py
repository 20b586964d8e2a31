"""A form that was shown is taken once, however often its button is pressed or its answer is lost on the way.

The number given with the form is kept for a day as a row of the session table: its keys are unique, and it is cleared
by itself.
"""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

KEPT = timedelta(days=1)


def claim_form(*, number: str, now: datetime) -> bool:
    """True for the first who sends this form; its own commit, so that whoever comes second sees it at once."""
    try:
        with transaction.atomic():
            Session.objects.create(session_key=_key(number), session_data="", expire_date=now + KEPT)
    except IntegrityError:
        return False
    return True


def release_form(*, number: str) -> None:
    """The form was refused, nothing was recorded: it may be sent again."""
    Session.objects.filter(session_key=_key(number)).delete()


def _key(number: str) -> str:
    return f"form:{number}"[:40]
