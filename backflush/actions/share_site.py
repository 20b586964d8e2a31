"""Shares the site with everybody who posts: a governed change becomes effective only while nobody does."""

from django.db import connection


def share_site(site_id: int) -> None:
    """Until the open transaction ends. Taken before any other lock of posting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [site_id])
