"""Whoever signed in with a password that has to be changed first is led to the page that changes it, and nowhere else."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone

from masterdata.models import Person
from masterdata.rules.password_age import due_refusal
from masterdata.rules.refusal import Refusal

PAGE = "own-password"
_OPEN = frozenset({PAGE, "sign-in", "sign-out", "switch-user"})
_BY_PASSWORD = "masterdata.actions.authentication.PasswordBackend"  # noqa: S105


def due_passwords(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, after who is signed in is known. Sessions opened by badge and PIN go on; they cannot sign either."""

    def answered(request: HttpRequest) -> HttpResponse:
        if request.session.get(BACKEND_SESSION_KEY) != _BY_PASSWORD or _is_open(request.path_info):
            return get_response(request)
        refusal = due_of(request.user)
        if refusal is None:
            return get_response(request)
        if request.method in ("GET", "HEAD") and "HX-Request" not in request.headers and "/api/" not in request.path:
            return redirect(PAGE)
        return render(request, "masterdata/refused.html", {"refusals": [refusal]}, status=403)

    return answered


def due_of(person: object) -> Refusal | None:
    """Why this person has to change the password first."""
    if not isinstance(person, Person):
        return None
    return due_refusal(
        set_at=person.password_set_at,
        must_change=person.must_change_password,
        age_days=settings.PASSWORD_AGE_DAYS,
        now=timezone.now(),
    )


def _is_open(path: str) -> bool:
    try:
        return resolve(path).url_name in _OPEN
    except Resolver404:
        return True
