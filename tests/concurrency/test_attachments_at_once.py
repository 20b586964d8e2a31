"""A file and a submission that meet: whatever is signed, its files were there when it was submitted."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import connection

from masterdata.models import ChangeAttachment, ChangeRequest
from masterdata.rules.refusal import Refused
from tests import changing, databases, plant
from tests.files import attached

SUBMITS = (
    "UPDATE masterdata_changerequest SET state = 'submitted', submitted_at = now(), required_roles = '{qa}'"
    " WHERE number = 1"
)


def attaches(request: ChangeRequest) -> set[str]:
    """In a thread of its own; the codes of what it was refused for."""
    try:
        attached(request)
    except Refused as refused:
        return {one.code for one in refused.refusals}
    finally:
        connection.close()
    return set()


def test_a_file_waits_for_a_submission_that_is_under_way_and_is_refused_then(real_database):
    request = changing.proposed(plant.item("FOIL", unit="KGM"), standard_cost="5")
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(databases.owner_address(real_database.name)) as other,
    ):
        other.execute("SELECT set_config('backflush.actor', 'service:tests', true)")
        other.execute(SUBMITS)
        waiting = pool.submit(attaches, request)
        time.sleep(0.5)
        assert not waiting.done()
        other.commit()
        assert waiting.result(timeout=20) == {"files_are_attached_to_drafts"}
    assert ChangeAttachment.objects.count() == 0
