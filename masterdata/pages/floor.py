"""Screens of the floor: who may open them, and an ended session told in words where htmx asked."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from masterdata.pages.access import View, desk_page
from masterdata.pages.rights import Choice, Needed
from masterdata.rules.duties import Duty


def floor_page(duty: Duty | Choice | None = None, *, to_change: Needed | None = None) -> Callable[[View], View]:
    """As `desk_page`; but a part of a page asked for after the session ended is a 401, so that what was typed stays."""

    def decorate(view: View) -> View:
        inner = desk_page(duty, to_change=to_change)(view)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_part(request) and not request.user.is_authenticated:
                return HttpResponse("Your session has ended. Sign in again.", status=401, content_type="text/plain")
            return inner(request, *args, **kwargs)

        guarded.rights = inner.rights  # type: ignore[attr-defined]
        return guarded

    return decorate


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks, for a part of the page that is open."""
    return request.headers.get("HX-Request") == "true"
