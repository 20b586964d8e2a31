"""What checks of the ledger found, for people and for monitors."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from backflush.models import LedgerCheck


def ledger_checks() -> QuerySet[LedgerCheck]:
    """Every check, the newest first."""
    return LedgerCheck.objects.order_by("-started_at", "-pk")


def last_check() -> LedgerCheck | None:
    return ledger_checks().first()


def gauges() -> Iterator[tuple[str, str, dict[str, str], float]]:
    """How many invariants the last check found broken, and how long ago it began. Nothing before the first check."""
    check = last_check()
    if check is None:
        return
    age = (timezone.now() - check.started_at).total_seconds()
    yield "backflush_ledger_invariants_broken", "Invariants that the last check found broken", {}, len(check.broken)
    yield "backflush_ledger_check_age_seconds", "Time since the last check of the ledger began", {}, age
