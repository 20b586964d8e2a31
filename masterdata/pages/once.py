"""Screens whose form must not act twice: a number is made when the form is shown and taken when it is sent."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.utils import timezone

from masterdata.actions.claim_form import claim_form, release_form
from masterdata.rules.refusal import Refusal, Refused

FIELD = "form_number"
ALREADY_SENT = "already_sent"
_NUMBER = re.compile(r"[0-9a-f]{32}")


def form_number() -> str:
    """A new number, for a hidden field named `form_number`."""
    return uuid.uuid4().hex


@contextmanager
def once(request: HttpRequest) -> Iterator[None]:
    """Do what the form asks for the first time; Refused('already_sent') the next. A form that fails may be sent again."""
    number = request.POST.get(FIELD, "")
    if not _NUMBER.fullmatch(number):
        raise Refused(
            Refusal("form_incomplete", "The form was not sent as it was shown.", "", "Load the page and do it again.")
        )
    if not claim_form(number=number, now=timezone.now()):
        raise Refused(
            Refusal(
                ALREADY_SENT,
                "This was sent before and is recorded once.",
                "",
                "Look at what is shown now; do it again only if it is not there.",
            )
        )
    try:
        yield
    except BaseException:
        release_form(number=number)
        raise
