"""Closes handling units that reports closed, and opens them again where such a report is reversed. Joins the open transaction."""

from collections.abc import Sequence
from datetime import datetime

from traceability.models import HandlingUnit


def close_handling_units(*, site_id: int, ssccs: Sequence[str], at: datetime) -> None:
    """Mark these units closed, where they are known and open; a unit that was never opened here is only counted."""
    if ssccs:
        HandlingUnit.objects.filter(site_id=site_id, sscc__in=ssccs, closed_at=None).update(closed_at=at)


def reopen_handling_unit(*, site_id: int, sscc: str) -> None:
    """The report that closed the unit is reversed: it is open again."""
    if sscc:
        HandlingUnit.objects.filter(site_id=site_id, sscc=sscc).update(closed_at=None)
