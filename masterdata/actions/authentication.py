"""Sign-in: by user name (or badge) and password, and on tablets by badge and PIN.

django-axes counts failures as `failed_attempts` says. Attempts are committed by themselves.
"""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password, verify_password
from django.http import HttpRequest

from masterdata.actions.acting import acting
from masterdata.actions.record import record
from masterdata.models import Person
from masterdata.queries.people import find_person, person_by_badge


class PersonBackend(BaseBackend):
    """What both ways in share."""

    def get_user(self, user_id: Any) -> Person | None:
        return Person.objects.select_related("site").filter(pk=user_id, is_active=True).first()


class PasswordBackend(PersonBackend):
    """`authenticate(request, username=…, password=…)`; a badge may stand in place of the user name."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None
    ) -> Person | None:
        person = find_person(username or "")
        return person if _is_right(request, person, "password", password or "") else None


class BadgeBackend(PersonBackend):
    """`authenticate(request, badge=…, pin=…)`."""

    def authenticate(
        self, request: HttpRequest | None, badge: str | None = None, pin: str | None = None
    ) -> Person | None:
        person = person_by_badge(badge or "")
        return person if _is_right(request, person, "pin", pin or "") else None


def _is_right(request: HttpRequest | None, person: Person | None, field: str, typed: str) -> bool:
    """Compare with the stored hash; an older hash is renewed, by an action like any other write."""
    stored = getattr(person, field) if person else ""
    if person is None or not stored or not typed:
        make_password(typed)  # takes as long as a comparison, so that the time does not tell who exists
        return False
    right, outdated = verify_password(typed, stored)
    if right and outdated:
        setattr(person, field, make_password(typed))
        with acting(person, reason="hash renewed"):
            record(person, actor=person, reason="hash renewed", changed=[field])
        # the secret is the same: whoever signs with it in their own session is not thrown out of it
        if request is not None and hasattr(request, "session") and getattr(request, "user", None) == person:
            update_session_auth_hash(request, person)
    return right
