"""The laws of imports hold in PostgreSQL itself: each is planted against as the application role and as the owner."""

import re
from pathlib import Path

import pytest

from masterdata.actions.claim_import import claim_import
from masterdata.actions.run_batch import ask_for_batch
from masterdata.rules.import_flow import NEXT, ImportState
from tests import databases, plant
from tests.importing import AT, batch, checked, exported, proposed, received
from tests.laws.test_master_data import ROLES, refused
from tests.processes import RealDatabase

SQL = Path(__file__).parents[2] / "masterdata" / "migrations" / "import_laws.sql"
ORIGIN = "file_name, sha256, size, zone, reason, person_id, uploaded_at"
COUNTS = (
    "claims, tries, failure, trace, checks, rows, new, changed, unchanged, waiting, fault_count, faults, changes_digest"
)


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    """Import 1 is received, 2 faulty, 3 ready with a change, 4 proposed with a batch that is done and one that waits."""
    name = databases.unique("imports")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        plant.people()
        plant.item("FOIL", unit="KGM")
        plant.item("FILM", unit="KGM")
        content = exported("items")
        changed = content.replace(b",1,", b",2,")
        assert changed != content
        received(content)
        checked(b"", "empty.csv")
        checked(changed)
        one = proposed(changed)
        assert batch(one).refused == []
        engineer = plant.people().engineer
        ask_for_batch(data_import=one, step="withdraw", person=engineer, reason="no more", now=AT)
        assert claim_import(now=AT) is not None
    yield RealDatabase(name)
    databases.drop(name)


def of(state: str) -> str:
    return f"id = (SELECT min(id) FROM masterdata_dataimport WHERE state = '{state}')"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", [state for state in ImportState if state != ImportState.RECEIVED])
def test_a_new_import_is_received(planted, role, state):
    statement = (
        f"INSERT INTO masterdata_dataimport ({ORIGIN}, {COUNTS}, state) SELECT {ORIGIN},"
        f" 0, 0, '', '', 0, 0, 0, 0, 0, 0, 0, '[]', '', '{state}' FROM masterdata_dataimport LIMIT 1"
    )
    refused(planted, role, statement, "new_import_is_received")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("start", ["received", "faulty", "ready"])
def test_states_move_along_their_table(planted, role, start):
    for end in ImportState:
        if end.value == start or end in NEXT[ImportState(start)]:
            continue
        statement = f"UPDATE masterdata_dataimport SET state = '{end}' WHERE {of(start)}"
        refused(planted, role, statement, "import_moves_along_its_states")


def test_the_database_and_the_rules_have_the_same_table_of_states():
    text = SQL.read_text()
    told = text[
        text.index("(OLD.state, NEW.state) NOT IN (") : text.index("PERFORM public.masterdata_refuse('import_moves")
    ]
    pairs = set(re.findall(r"\('(\w+)', '(\w+)'\)", told))
    assert pairs == {(start.value, end.value) for start, ends in NEXT.items() for end in ends}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("change", ["file_name = 'x'", "sha256 = 'x'", "size = 1", "zone = 'x'", "reason = 'x'"])
def test_what_was_uploaded_never_changes(planted, role, change):
    refused(planted, role, f"UPDATE masterdata_dataimport SET {change}", "import_keeps_its_origin")


@pytest.mark.parametrize("role", ROLES)
def test_a_settled_import_stands(planted, role):
    for change in ("claims = claims + 1", "state = 'received', settled_at = NULL", "trace = 'x'"):
        law = "import_moves_along_its_states" if change.startswith("state") else "settled_import_stands"
        refused(planted, role, f"UPDATE masterdata_dataimport SET {change} WHERE {of('proposed')}", law)


@pytest.mark.parametrize("role", ROLES)
def test_findings_come_of_a_check_and_are_counted_upwards(planted, role):
    update = "UPDATE masterdata_dataimport SET"
    for change in ("rows = 9", "new = 9", "changed = 9", "changes_digest = 'x'", "checked_at = now()"):
        refused(planted, role, f"{update} {change} WHERE {of('ready')}", "findings_come_of_a_check")
    refused(planted, role, f"{update} checks = checks + 2 WHERE {of('received')}", "import_counts_upwards")
    refused(planted, role, f"{update} claims = claims - 1 WHERE {of('ready')}", "import_counts_upwards")
    refused(planted, role, f"{update} checks = checks + 1 WHERE {of('ready')}", "a_check_is_of_a_received_import")


@pytest.mark.parametrize("role", ROLES)
def test_a_failed_import_says_why(planted, role):
    update = "UPDATE masterdata_dataimport SET"
    refused(planted, role, f"{update} state = 'failed' WHERE {of('received')}", "failed_import_says_why")
    refused(planted, role, f"{update} failure = 'x' WHERE {of('received')}", "failed_import_says_why")


@pytest.mark.parametrize("role", ROLES)
def test_files_and_findings_are_only_added_to_and_true(planted, role):
    for table in ("masterdata_importfile", "masterdata_importedrecord"):
        refused(planted, role, f"DELETE FROM {table}", "history_is_only_added_to")
        refused(planted, role, f"UPDATE {table} SET data_import_id = data_import_id + 1", "history_is_only_added_to")
        refused(planted, role, f"TRUNCATE {table} CASCADE", "history_is_only_added_to")
    file = "INSERT INTO masterdata_importfile (data_import_id, content) SELECT id, 'other' FROM masterdata_dataimport LIMIT 1"
    refused(planted, role, file, "file_is_what_was_uploaded")
    late = (
        "INSERT INTO masterdata_importedrecord (data_import_id, number, kind, subject, sheet, row, verdict, differences)"
        " SELECT data_import_id, {number}, kind, 'X', sheet, row, verdict, differences FROM masterdata_importedrecord"
        " WHERE data_import_id = (SELECT id FROM masterdata_dataimport WHERE {which})"
    )
    law = "imported_record_is_of_its_check"
    refused(planted, role, late.format(number="number", which=of("proposed")), law)
    refused(planted, role, late.format(number="number + 1", which=of("ready")), law)


@pytest.mark.parametrize("role", ROLES)
def test_imports_and_batches_are_never_deleted(planted, role):
    for table in ("masterdata_dataimport", "masterdata_requestbatch"):
        refused(planted, role, f"DELETE FROM {table}", "nothing_is_deleted")
        refused(planted, role, f"TRUNCATE {table} CASCADE", "history_is_only_added_to")


@pytest.mark.parametrize("role", ROLES)
def test_a_batch_is_settled_once_and_keeps_what_was_asked(planted, role):
    update = "UPDATE masterdata_requestbatch SET"
    for change in ("refused = '[1]'", "state = 'waiting', finished_at = NULL", "claims = 9"):
        refused(planted, role, f"{update} {change} WHERE state = 'done'", "batch_is_settled_once")
    for change in ("step = 'submit'", "reason = 'x'", "total = 9"):
        refused(planted, role, f"{update} {change} WHERE state = 'waiting'", "batch_keeps_what_was_asked")
    copied = (
        "INSERT INTO masterdata_requestbatch (data_import_id, step, reason, person_id, asked_at, state, claims, tries, total,"
        " refused, failure, trace) SELECT data_import_id, step, reason, {person}, asked_at, 'waiting', 0, 0, total, '[]', '', ''"
        " FROM masterdata_requestbatch WHERE state = 'waiting'"
    )
    other = "(SELECT id FROM masterdata_person WHERE username = 'qa')"
    refused(planted, role, copied.format(person=other), "batch_is_asked_for_by_its_author")
    refused(planted, role, copied.format(person="person_id"), "one_batch_of_an_import_at_a_time")
