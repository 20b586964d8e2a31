"""Which day it is at a site."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from masterdata.models import Site


def site_day(site: Site, at: datetime) -> date:
    """The calendar day at the site when it is `at`; expiry is judged by it."""
    return at.astimezone(ZoneInfo(site.time_zone)).date()
