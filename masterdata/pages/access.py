"""Who may open a screen. What somebody may not do is a 403 that says why, and who may; nothing is a silent dead end."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone

from masterdata.models import Person, Site
from masterdata.pages.rights import Choice, Needed, rights_of_page
from masterdata.rules.duties import Duty, duty_refusal, may
from masterdata.rules.refusal import Refusal, Refused

NOT_YOURS = "not_your_duty"
View = Callable[..., HttpResponse]


def desk_page(duty: Duty | Choice | None = None, *, to_change: Needed | None = None) -> Callable[[View], View]:
    """A screen for whoever is signed in (and has `duty`); its times are those of the site.

    `to_change`: the duty that sending the screen's form takes; where neither it nor a duty of doing is named, the screen
    only shows, and sending is a 405. Both are looked at before anything that was sent. Refused that a view did not show by
    itself becomes a page with every reason: 403 where somebody may not, else 422. `rights` of the view says what it takes.
    """
    rights = rights_of_page(duty, to_change)
    methods = ("GET", "HEAD") if rights.sends is None else ("GET", "HEAD", "POST")

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            site = site_of(request)
            with timezone.override(ZoneInfo(site.time_zone) if site else None):
                try:
                    rights.refuse_open(person_of(request), kwargs)
                    if request.method not in methods:
                        return HttpResponseNotAllowed(methods)
                    if request.method == "POST":
                        rights.refuse_send(person_of(request), kwargs)
                    return view(request, *args, **kwargs)
                except Refused as refused:
                    return refused_page(request, refused.refusals)

        guarded.rights = rights  # type: ignore[attr-defined]
        return guarded

    return decorate


def require_duty(request: HttpRequest, duty: Duty) -> None:
    """Refused where whoever is signed in may not."""
    person = person_of(request)
    refusal = duty_refusal(person.roles, duty, person.name)
    if refusal is not None:
        raise Refused(refusal)


def person_of(request: HttpRequest) -> Person:
    """Who is signed in. Only for views behind `desk_page`."""
    assert isinstance(request.user, Person)
    return request.user


def can(request: HttpRequest, duty: Duty) -> bool:
    """Whether to offer this at all."""
    return may(person_of(request).roles, duty)


def site_of(request: HttpRequest) -> Site | None:
    """The site that screens show: the person's own, or the first one for those who have none."""
    user = request.user
    if isinstance(user, Person) and user.site_id:
        return user.site
    return Site.objects.order_by("id").first()


def the_site(request: HttpRequest) -> Site:
    """The site, or Refused where none was opened yet."""
    site = site_of(request)
    if site is None:
        raise Refused(Refusal("no_site", "No site is open yet.", "", "Ask an admin to open the first one."))
    return site


def refused_page(request: HttpRequest, refusals: Sequence[Refusal]) -> HttpResponse:
    """A page of its own with every reason; 403 where somebody may not."""
    return render(request, "masterdata/refused.html", {"refusals": refusals}, status=status_of(refusals))


def status_of(refusals: Sequence[Refusal]) -> int:
    """403 where the person may not do it at all, else 422: what was sent can be mended."""
    return 403 if any(one.code == NOT_YOURS for one in refusals) else 422
