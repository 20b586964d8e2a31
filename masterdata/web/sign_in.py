"""Signing in by badge and PIN (tablets) or by user name and password (desks), handing over, and signing out."""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from masterdata.actions.failed_attempts import KNOWN_HERE, known_here, seconds_to_wait
from masterdata.models import Person
from masterdata.rules.refusal import Refusal

BADGE, PASSWORD = "badge", "password"
COOKIE = "sign_in_by"
_A_YEAR = 365 * 24 * 3600


@sensitive_post_parameters("pin", "password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """A badge is scanned first, then the PIN is asked for; or user name and password at once."""
    by = _way(request)
    if request.method != "POST":
        return _page(request, by)
    if by == BADGE:
        badge, pin = request.POST.get("badge", "").strip()[:60], request.POST.get("pin", "")[:20]
        if not badge or not pin:
            return _page(request, by, badge=badge)
        person = authenticate(request, badge=badge, pin=pin)
        refusal = Refusal(
            "not_signed_in", "Badge and PIN do not fit together.", "", "Enter the PIN again, or scan another badge."
        )
        typed = {"badge": badge}
    else:
        username = request.POST.get("username", "").strip()[:60]
        person = authenticate(request, username=username, password=request.POST.get("password", "")[:200])
        refusal = Refusal(
            "not_signed_in", "User name and password do not fit together.", "", "Type both again; mind capitals."
        )
        typed = {"username": username}
    if not isinstance(person, Person):
        return _page(request, by, refusals=[refusal], status=422, **typed)
    login(request, person)
    answer = redirect(_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
    for name, value in ((COOKIE, by), (KNOWN_HERE, known_here(request, person))):
        answer.set_cookie(
            name, value, max_age=_A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
        )
    return answer


def switch_user(request: HttpRequest) -> HttpResponse:
    """Hand this screen to somebody else: signed out at once, and the next person goes on at the same place."""
    if request.method != "POST":
        return redirect("home")
    query = QueryDict(mutable=True)
    query["by"] = request.COOKIES.get(COOKIE, BADGE)
    if _next(request):
        query["next"] = _next(request)
    if request.POST.get("idle"):
        query["idle"] = "1"
    logout(request)
    return redirect(f"{reverse('sign-in')}?{query.urlencode()}")


def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        logout(request)
    return redirect("sign-in")


def locked_out(request: HttpRequest, answer: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """In place of `answer`: too many attempts failed, and when the next one is looked at."""
    seconds = seconds_to_wait(request, credentials)
    minutes = -(-seconds // 60)
    page = render(request, "masterdata/locked_out.html", {"minutes": minutes}, status=429)
    page["Retry-After"] = str(seconds)
    return page


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a token that fits: mostly one that stood open while somebody else signed in."""
    refusal = Refusal(
        "form_too_old",
        "This page was opened before the last sign-in, so what it sends is not taken.",
        "",
        "Open the page again and repeat the step.",
    )
    return render(request, "masterdata/refused.html", {"refusals": [refusal]}, status=403)


def _way(request: HttpRequest) -> str:
    asked = request.POST.get("by") or request.GET.get("by") or request.COOKIES.get(COOKIE)
    return PASSWORD if asked == PASSWORD else BADGE


def _next(request: HttpRequest) -> str:
    """Where to go on, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target[:400] if ours else ""


def _page(request: HttpRequest, by: str, *, status: int = 200, **context: Any) -> HttpResponse:
    query = QueryDict(mutable=True)
    query["by"] = PASSWORD if by == BADGE else BADGE
    if _next(request):
        query["next"] = _next(request)
    context |= {
        "by": by,
        "next": _next(request),
        "idle": request.GET.get("idle") == "1",
        "minutes": settings.FLOOR_LOCK_MINUTES,
        "other_way": f"?{query.urlencode()}",
    }
    return render(request, "masterdata/sign_in.html", context, status=status)
