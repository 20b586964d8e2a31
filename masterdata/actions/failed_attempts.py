"""How failed attempts to sign in are counted: by person, kind of credential and address.

Whoever guesses PINs at one tablet shuts that tablet to that person, and neither the person's desk nor the other tablets. So that
guessing from many addresses does not pay either, there is a ceiling for each person and kind of credential over all addresses;
beyond it attempts must be a short while apart.

Guessing must not lock the true person out either, even where a whole plant has one address. What fails in a browser in which the
person has signed in before, or in their own session while signing, is counted by itself: strangers' failures do not count there,
and theirs do not count elsewhere.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from masterdata.models import Person
from masterdata.queries.people import find_person

#: the cookie that says who has signed in in this browser before
KNOWN_HERE = "known_here"
KNOWN_AT_MOST = 30
#: stands between a person's name and the browser or session in which failures are counted by themselves
APART = " @ "
_SALT = "masterdata.known_here"
#: stands before the name where a PIN was typed; no user name has capitals
PIN = "PIN "


def account_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """The name under which failures are counted: the person's user name, whether that or the badge was typed."""
    posted = request.POST if request is not None else {}
    given = credentials or posted
    typed = str(given.get("username") or given.get("badge") or "").replace("\0", "").strip()
    # after signing in only the user name is told, and the form says by what it was
    said = given if any(given.get(name) is not None for name in ("password", "badge")) else posted
    person = find_person(typed)
    name = person.username if person else typed.lower()[:200]
    return f"{PIN if said.get('badge') else ''}{name}{_apart(request, person)}"


def _apart(request: HttpRequest | None, person: Person | None) -> str:
    """Where the person is known: their own session, or a browser that they have signed in in before."""
    if request is None or person is None:
        return ""
    if getattr(request, "signs_in_session_of", None) == person.pk:
        session = hashlib.sha256(str(request.session.session_key).encode()).hexdigest()[:16]
        return f"{APART}session {session}"
    browser, people = _known_here(request)
    return f"{APART}browser {browser}" if person.pk in people else ""


def _known_here(request: HttpRequest) -> tuple[str, list[int]]:
    """The browser's own name and who signed in in it, as its cookie says under our key; nobody where there is none."""
    try:
        told = signing.loads(
            request.COOKIES.get(KNOWN_HERE, ""), salt=_SALT, fallback_keys=[*settings.SECRET_KEY_FALLBACKS]
        )
        return str(told["browser"]), [int(one) for one in told["people"]]
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return "", []


def known_here(request: HttpRequest, person: Person) -> str:
    """What the cookie says from now on, after this person signed in in this browser."""
    browser, people = _known_here(request)
    people = [*(one for one in people if one != person.pk), person.pk][-KNOWN_AT_MOST:]
    return signing.dumps({"browser": browser or secrets.token_hex(8), "people": people}, salt=_SALT)


def attempts_of(person: Person) -> QuerySet[AccessAttempt]:
    """Failures that were counted for this person, wherever and with whatever credential."""
    counted = Q()
    for name in (person.username, f"{PIN}{person.username}"):
        counted |= Q(username=name) | Q(username__startswith=f"{name}{APART}")
    return AccessAttempt.objects.filter(counted)


def client_address(request: HttpRequest) -> str | None:
    """Where a request comes from. Behind a proxy of ours it is the last address that the proxy itself put down."""
    found = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_TLS_PROXY:
        found = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or found
    try:
        return str(ip_address(found))
    except ValueError:
        return None


def forget_failures(request: HttpRequest, credentials: dict[str, Any]) -> None:
    """After a success: what failed before at this address no longer counts."""
    with transaction.atomic():
        AxesProxyHandler.reset_attempts(
            ip_address=get_client_ip_address(request), username=account_name(request, credentials)
        )


def seconds_to_wait(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """How long until a refused account opens again here, at least one."""
    handler, now = FailedAttempts(), timezone.now()
    here = handler.get_user_attempts(request, credentials)[0].aggregate(
        n=Sum("failures_since_start"), at=Max("attempt_time")
    )
    waits = [_until(handler.everywhere(credentials, request), now)]
    if here["at"] and here["n"] >= settings.AXES_FAILURE_LIMIT:
        waits.append(here["at"] + settings.AXES_COOLOFF_TIME - now)
    return max(1, *(int(wait.total_seconds()) + 1 for wait in waits))


class FailedAttempts(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts as django-axes does, with a ceiling over all addresses."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        return _until(self.everywhere(credentials, request), timezone.now()) > timedelta(0)

    def everywhere(self, credentials: dict[str, Any] | None, request: HttpRequest) -> QuerySet[Any]:
        """Failures of this person with this kind of credential that still count, wherever they were."""
        since = timezone.now() - settings.AXES_COOLOFF_TIME
        return AccessAttempt.objects.filter(username=account_name(request, credentials), attempt_time__gte=since)


def _until(attempts: QuerySet[Any], now: datetime) -> timedelta:
    """How long the ceiling still holds; nothing where it was not reached."""
    found = attempts.aggregate(n=Sum("failures_since_start"), at=Max("attempt_time"))
    if not found["n"] or found["n"] < settings.SIGN_IN_FAILURE_CEILING:
        return timedelta(0)
    delay: timedelta = found["at"] + timedelta(seconds=settings.SIGN_IN_DELAY_SECONDS) - now
    return max(timedelta(0), delay)
