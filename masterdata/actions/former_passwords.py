"""Passwords of before: kept as hashes when they are replaced, and not taken again."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from masterdata.models import FormerPassword, Person


class NotOneOfTheLast:
    """A rule of Django's list: neither the present password nor one of the last few (PASSWORD_HISTORY)."""

    def validate(self, password: str, user: Any = None) -> None:
        if not isinstance(user, Person) or user.pk is None or not settings.PASSWORD_HISTORY:
            return
        kept = FormerPassword.objects.filter(person=user).order_by("-pk").values_list("password", flat=True)
        last = [user.password, *kept[: settings.PASSWORD_HISTORY - 1]]
        if any(one and check_password(password, one) for one in last):
            raise ValidationError(
                f"It is the present password, or one of the last {settings.PASSWORD_HISTORY}.",
                code="password_used_before",
            )

    def get_help_text(self) -> str:
        return f"Not one of your last {settings.PASSWORD_HISTORY} passwords."


def keep_former_password(person: Person, now: datetime) -> None:
    """Before it is replaced. Called inside the action that replaces it."""
    if person.password:
        FormerPassword.objects.create(person=person, password=person.password, at=now)
