"""A failed attempt to sign counts, whatever becomes of the work around it: it is committed by itself."""

import psycopg
import pytest

from masterdata.actions.verify_credentials import verify_credentials
from masterdata.rules.refusal import Refused
from tests import plant


def test_failed_attempts_are_committed_before_anything_else(real_database):
    plant.people()
    with pytest.raises(Refused):
        verify_credentials(user="qa", password="wrong", content_digest="x", now=plant.NOW)
    with psycopg.connect(real_database.url) as other:
        counted = other.execute("SELECT username, failures_since_start FROM axes_accessattempt").fetchall()
    assert counted == [("qa", 1)]
