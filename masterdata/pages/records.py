"""The site of all records, read only: its times are those of the plant, and passwords are changed elsewhere."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from masterdata.pages.access import site_of


class Records(AdminSite):
    """Accounts, with their passwords, are kept by admins on the people's page."""

    site_header = site_title = "Backflush: all records"
    index_title = "Everything that is stored, with its history"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [one for one in super().get_urls() if not str(getattr(one, "name", "")).startswith("password_change")]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        inner = super().admin_view(view, cacheable)

        def at_the_site(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            site = site_of(request)
            with timezone.override(ZoneInfo(site.time_zone) if site else None):
                answer = inner(request, *args, **kwargs)
                # What is rendered later would be written in the server's zone.
                return answer.render() if hasattr(answer, "render") else answer

        return at_the_site
