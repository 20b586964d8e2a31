"""Files of change requests, refused by PostgreSQL itself to the serving role and to the owner alike."""

import re
from pathlib import Path

import psycopg
import pytest

from masterdata.actions.attach_to_change import take_out_attachment
from masterdata.rules.attachments import CEILING_MEGABYTES
from tests import changing, databases, plant
from tests.files import attached
from tests.laws.test_master_data import ACTS, ROLES, refused
from tests.processes import RealDatabase

SQL = Path(__file__).parents[2] / "masterdata" / "migrations" / "attachments.sql"
DRAFT, SUBMITTED = 1, 2


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    """CR-1 is a draft with a file that was taken out; CR-2 is submitted, with a file."""
    name = databases.unique("attachments")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        foil = plant.item("FOIL", unit="KGM")
        draft = changing.proposed(foil, standard_cost="3")
        take_out_attachment(attachment=attached(draft), person=draft.author, now=plant.NOW)
        request = changing.proposed(foil, standard_cost="4")
        attached(request)
        changing.submitted(request)
    yield RealDatabase(name)
    databases.drop(name)


def inserted(number: int, **more: str) -> str:
    """A good file of one byte for a request; a test says what is wrong with it."""
    values = {"content": "'\\x41'::bytea", "size": "1", "name": "'a.txt'", "kind": "'text'", **more}
    values.setdefault("sha256", f"encode(sha256({values['content']}), 'hex')")
    return (
        "INSERT INTO masterdata_changeattachment (request_id, added_by_id, added_at, name, kind, size, sha256, content)"
        f" SELECT id, author_id, now(), {values['name']}, {values['kind']}, {values['size']}, {values['sha256']},"
        f" {values['content']} FROM masterdata_changerequest WHERE number = {number}"
    )


@pytest.mark.parametrize("role", ROLES)
def test_files_are_attached_to_drafts_only(planted, role):
    refused(planted, role, inserted(SUBMITTED), "files_are_attached_to_drafts")
    with psycopg.connect(planted.url if role == "application" else planted.owner_url, options=ACTS) as connection:
        assert connection.execute(inserted(DRAFT)).rowcount == 1
        connection.rollback()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("wrong", "law"),
    [
        ({"sha256": "repeat('0', 64)"}, "attachment_is_what_it_says"),
        ({"size": "2"}, "attachment_is_what_it_says"),
        ({"kind": "'exe'"}, "attachment_is_of_a_known_kind"),
        ({"name": "''"}, "attachment_has_a_name"),
        ({"content": "''::bytea", "size": "0"}, "attachment_is_of_a_size_that_is_taken"),
        (
            {"content": "convert_to(repeat('x', 25 * 1024 * 1024 + 1), 'UTF8')", "size": str(25 * 2**20 + 1)},
            "attachment_is_of_a_size_that_is_taken",
        ),
    ],
)
def test_a_file_is_what_its_row_says_and_of_a_size_that_is_taken(planted, role, wrong, law):
    refused(planted, role, inserted(DRAFT, **wrong), law)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", ["masterdata_changeattachment", "masterdata_attachmenttakenout"])
def test_files_and_their_marks_are_only_added_to(planted, role, table):
    refused(planted, role, f"UPDATE {table} SET id = id + 100", "history_is_only_added_to")
    refused(planted, role, f"DELETE FROM {table}", "history_is_only_added_to")
    refused(planted, role, f"TRUNCATE {table} CASCADE", "history_is_only_added_to")


@pytest.mark.parametrize("role", ROLES)
def test_a_file_is_taken_out_of_a_draft_and_once(planted, role):
    statement = (
        "INSERT INTO masterdata_attachmenttakenout (attachment_id, person_id, at) SELECT a.id, a.added_by_id, now()"
        " FROM masterdata_changeattachment a JOIN masterdata_changerequest c ON c.id = a.request_id WHERE c.number = {}"
    )
    refused(planted, role, statement.format(SUBMITTED), "files_are_taken_out_of_drafts")
    refused(planted, role, statement.format(DRAFT), "masterdata_attachmenttakenout_attachment_id_key")


def test_the_database_and_the_rules_have_the_same_ceiling():
    [told] = re.findall(r"octet_length\(NEW.content\) > (\d+) \* 1024 \* 1024", SQL.read_text())
    assert int(told) == CEILING_MEGABYTES
