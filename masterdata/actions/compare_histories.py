"""Compares histories with the audit trail from a mark on, and moves the mark where all is alike, so that a check stays short."""

from datetime import datetime

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.models import HistoryMark
from masterdata.queries.history_check import Compared, compare_from_mark

ACTOR = "service:history-check"


def compare_histories(*, now: datetime, anew: bool = False) -> Compared:
    """What differs is found by every comparison until it is explained: the mark stays before it."""
    with acting(ACTOR):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '60s'")
        found = compare_from_mark(anew=anew)
        if not found.faults and found.block:
            HistoryMark.objects.update_or_create(pk=1, defaults={"block": found.block, "compared_at": now})
    return found
