"""How many reviews are overdue, for the rail of every page: asked again once a minute in each process."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection

from masterdata.queries.reviews import overdue_counts
from masterdata.rules.reviews import Urgency

KEPT = timedelta(minutes=1)
#: how urgent a review looks
TONES = {Urgency.ESCALATED: "blocked", Urgency.OVERDUE: "blocked", Urgency.DUE: "soon", Urgency.LATER: "good"}


def overdue_lately(now: datetime) -> tuple[int, int]:
    """Overdue ones and the escalated among them, at most a minute old."""
    key = _key()
    found: tuple[int, int] | None = cache.get(key)
    if found is None:
        found = overdue_counts(now)
        cache.set(key, found, KEPT.total_seconds())
    return found


def ask_again() -> None:
    """A review was signed: the next page counts anew."""
    cache.delete(_key())


def _key() -> str:
    """Counts are of one database; several may be served by one process of the tests."""
    return f"reviews_overdue_{connection.settings_dict['NAME']}"
