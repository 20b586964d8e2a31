"""Take out the nonces that no signature can use again; the owner's function does it, since the serving role deletes none."""

from django.db import connection

from masterdata.actions.acting import acting

SWEEPER = "service:sweeper"


def forget_old_nonces() -> int:
    """How many were taken out: those that were signed more than an hour ago."""
    with acting(SWEEPER), connection.cursor() as cursor:
        cursor.execute("SELECT masterdata_forget_old_nonces()")
        return int(cursor.fetchone()[0])
