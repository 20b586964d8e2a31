"""Shares the site with everybody who posts or releases: a governed change becomes effective only while nobody does."""

from datetime import datetime

from django.db import connection
from django.db.models import Max

from masterdata.models import ChangeRequest
from masterdata.rules.change_control import ChangeState


def share_site(site_id: int) -> None:
    """Until the open transaction ends. Taken before any other lock of posting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [site_id])


def between_changes(site_id: int, kind: str, now: datetime) -> datetime:
    """Keep changes from taking effect until the open transaction ends; `now`, or when the last one of the kind did if later.

    Whoever waited for it, or was slower, comes with a time from before it, and would go by what no longer holds.
    """
    share_site(site_id)
    done = [ChangeState.EFFECTIVE, ChangeState.SUPERSEDED]
    later = ChangeRequest.objects.filter(kind=kind, state__in=done, effective_at__gt=now)
    last: datetime | None = later.aggregate(last=Max("effective_at"))["last"]
    return now if last is None else last
