"""The laws of master data hold in PostgreSQL itself: each is planted against as the application role and as the owner."""

import psycopg
import pytest

from masterdata.models import BomVersion
from masterdata.queries import master_data_revision
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from tests import databases, plant
from tests.processes import RealDatabase

ROLES = ["application", "owner"]
#: whoever writes says who it is
ACTS = "-c backflush.actor=test"


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker):
    """One planted database for all tests that leave nothing behind."""
    name = databases.unique("laws")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        plant_all()
    yield RealDatabase(name)
    databases.drop(name)


@pytest.fixture
def own(real_database):
    """A planted database of its own, for a test that commits."""
    plant_all()
    return real_database


def plant_all():
    """An approved and a drafted version with every kind of part, an approved factor and trigger, all committed."""
    kit, foil = plant.product("KIT"), plant.item("FOIL", unit="KGM")
    plant.item("FILM", unit="KGM")
    parts = {
        "lines": [
            LineDraft("FOIL", "1", scrap=ScrapDraft("1"), strategy="mix", alternates=(AlternateDraft("FILM"),)),
            LineDraft("FILM", per="steps", steps=(StepDraft("0", "1"),)),
        ],
        "outputs": [OutputDraft("FILM", "1")],
    }
    plant.approved_bom(kit, **parts)
    plant.drafted_bom(kit, **parts)
    plant.factor(foil, "LTR", "KGM", "0.9")
    plant.reason("WRONG", "reversal")


def refused(database, role, statement, law):
    """The statement fails by this law (or, for the application, already for want of the right)."""
    address = database.url if role == "application" else database.owner_url
    with psycopg.connect(address, options=ACTS) as connection:
        try:
            rows = connection.execute(statement).rowcount
        except psycopg.errors.InsufficientPrivilege:
            assert role == "application", f"the owner was refused for want of a right, not by {law}"
            connection.rollback()
            return
        except psycopg.IntegrityError as error:
            found = error.diag.constraint_name
            connection.rollback()
        else:
            found = f"none: {rows} rows changed"
    assert found == law, f"{statement!r} as {role}"


APPROVED = "state = 'approved'"
OF_APPROVED = f"version_id IN (SELECT id FROM masterdata_bomversion WHERE {APPROVED})"
OF_ITS_LINES = f"line_id IN (SELECT id FROM masterdata_bomline WHERE {OF_APPROVED})"
FROZEN = {
    "masterdata_bomversion": (
        APPROVED,
        ["base_quantity = 2", "phantom = true", "state = 'draft'", "effective_from = now()"],
    ),
    "masterdata_unitfactor": (APPROVED, ["numerator = 2", "state = 'draft'", "effective_from = now()"]),
    "masterdata_triggerdefinition": (APPROVED, ["clock_tolerance_seconds = 9", "any_person = false", "kind = 'setup'"]),
}
PARTS = {
    "masterdata_bomline": (OF_APPROVED, "quantity = 9"),
    "masterdata_bomoutput": (OF_APPROVED, "quantity = 9"),
    "masterdata_scrapfactor": (OF_APPROVED, "percent = 9"),
    "masterdata_bomlinestep": (OF_ITS_LINES, "quantity = 9"),
    "masterdata_bomalternate": (OF_ITS_LINES, "factor = 9"),
}


@pytest.mark.parametrize("role", ROLES)
def test_an_approved_version_never_changes(planted, role):
    for table, (where, changes) in FROZEN.items():
        for change in changes:
            law = "state_moves_along_its_table" if change.startswith("state") else "approved_version_never_changes"
            refused(planted, role, f"UPDATE {table} SET {change} WHERE {where}", law)


@pytest.mark.parametrize("role", ROLES)
def test_no_part_of_an_approved_version_is_changed_removed_or_added(planted, role):
    for table, (where, change) in PARTS.items():
        refused(planted, role, f"UPDATE {table} SET {change} WHERE {where}", "parts_change_in_drafts_only")
        refused(planted, role, f"DELETE FROM {table} WHERE {where}", "parts_change_in_drafts_only")
        refused(
            planted,
            role,
            f"INSERT INTO {table} SELECT (jsonb_populate_record(t, '{{\"id\": 99999}}')).* FROM {table} t WHERE {where}",
            "parts_change_in_drafts_only",
        )
    devices = "masterdata_triggerdefinition_devices"
    refused(planted, role, f"DELETE FROM {devices}", "parts_change_in_drafts_only")
    refused(
        planted,
        role,
        f"INSERT INTO {devices} SELECT id + 999, triggerdefinition_id, device_id FROM {devices}",
        "parts_change_in_drafts_only",
    )


@pytest.mark.parametrize("role", ROLES)
def test_no_part_moves_into_or_out_of_an_approved_version(planted, role):
    draft = "(SELECT id FROM masterdata_bomversion WHERE state = 'draft')"
    approved = f"(SELECT min(id) FROM masterdata_bomversion WHERE {APPROVED})"
    law = "part_stays_with_its_version"
    refused(planted, role, f"UPDATE masterdata_bomline SET version_id = {draft} WHERE {OF_APPROVED}", law)
    refused(planted, role, f"UPDATE masterdata_bomline SET version_id = {approved} WHERE version_id = {draft}", law)


def test_parts_of_a_draft_may_still_be_changed(own):
    with psycopg.connect(own.url, options=ACTS) as connection:
        where = "version_id IN (SELECT id FROM masterdata_bomversion WHERE state = 'draft')"
        assert connection.execute(f"UPDATE masterdata_bomline SET quantity = 9 WHERE {where}").rowcount == 2


@pytest.mark.parametrize("role", ROLES)
def test_an_approved_version_ends_once_and_after_it_begins(own, role):
    table = "masterdata_bomversion"
    refused(
        own,
        role,
        f"UPDATE {table} SET effective_to = effective_from WHERE {APPROVED}",
        "version_ends_after_it_begins",
    )
    with psycopg.connect(own.url, options=ACTS) as connection:
        connection.execute(f"UPDATE {table} SET effective_to = effective_from + interval '1 day' WHERE {APPROVED}")
    for end in ("NULL", "effective_from + interval '2 days'"):
        refused(own, role, f"UPDATE {table} SET effective_to = {end} WHERE {APPROVED}", "version_ends_once")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", sorted(FROZEN))
def test_a_version_is_born_as_a_draft(planted, role, table):
    number = "number" if table == "masterdata_bomversion" else "version"
    clone = f"jsonb_populate_record(t, jsonb_build_object('id', 99999, '{number}', 999))"
    refused(
        planted,
        role,
        f"INSERT INTO {table} SELECT ({clone}).* FROM {table} t WHERE {APPROVED} LIMIT 1",
        "new_version_is_a_draft",
    )


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("state", ["approved", "rejected"])
def test_a_draft_is_submitted_before_it_is_decided_on(planted, role, state):
    refused(
        planted,
        role,
        f"UPDATE masterdata_bomversion SET state = '{state}' WHERE state = 'draft'",
        "state_moves_along_its_table",
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_submitted_version_is_approved_only_with_a_fitting_signature_of_somebody_else(own, role):
    with psycopg.connect(own.url, options=ACTS) as connection:
        connection.execute("UPDATE masterdata_bomversion SET state = 'submitted' WHERE state = 'draft'")
        content = "'{}'::jsonb, 'x', 'user name and password'"
        for who, key in (("engineer", "id::text"), ("qa", "(id + 1)::text")):
            connection.execute(
                "INSERT INTO masterdata_signature (person_id, printed_name, meaning, signed_at, site_time, subject_kind,"
                " subject_key, content, digest, components)"
                f" SELECT (SELECT id FROM masterdata_person WHERE username = '{who}'), '{who}', 'approved', now(), '',"
                f" 'bom_version', {key}, {content} FROM masterdata_bomversion WHERE state = 'submitted'"
            )
    approve = (
        "UPDATE masterdata_bomversion SET state = 'approved', effective_from = now(), signature_id = {}"
        " WHERE state = 'submitted'"
    )
    by = "(SELECT max(id) FROM masterdata_signature WHERE printed_name = '{}')"
    refused(own, role, approve.format("NULL"), "approved_version_is_signed")
    refused(own, role, approve.format(by.format("engineer")), "author_is_not_approver")
    refused(own, role, approve.format(by.format("qa")), "signature_is_for_this_record")
    refused(
        own,
        role,
        "UPDATE masterdata_bomversion SET base_quantity = 5 WHERE state = 'submitted'",
        "submitted_version_waits",
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_version_keeps_its_item_number_and_author(planted, role):
    other = "(SELECT id FROM masterdata_person WHERE username = 'qa')"
    for change in (
        f"author_id = {other}",
        "number = 77",
        "item_id = (SELECT id FROM masterdata_item WHERE code = 'FOIL')",
    ):
        refused(
            planted,
            role,
            f"UPDATE masterdata_bomversion SET {change} WHERE state = 'draft'",
            "version_keeps_its_identity",
        )


@pytest.mark.parametrize("role", ROLES)
def test_signatures_and_history_are_only_added_to(planted, role):
    for table in ("masterdata_signature", "masterdata_historicalitem", "masterdata_historicalbomline"):
        column = "meaning" if table == "masterdata_signature" else "history_change_reason"
        refused(planted, role, f"UPDATE {table} SET {column} = 'x'", "history_is_only_added_to")
        refused(planted, role, f"DELETE FROM {table}", "history_is_only_added_to")


@pytest.mark.parametrize("role", ROLES)
def test_codes_stock_units_and_unit_factors_of_the_table_never_change(planted, role):
    law = "some_columns_never_change"
    refused(planted, role, "UPDATE masterdata_item SET code = 'NEW' WHERE code = 'FOIL'", law)
    refused(planted, role, "UPDATE masterdata_item SET stock_unit_id = stock_unit_id + 1", law)
    refused(planted, role, "UPDATE masterdata_unit SET numerator = 2 WHERE code = 'KGM'", law)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_deleted(planted, role):
    for table in ("item", "person", "site", "device", "unitfactor", "bomversion", "triggerdefinition", "reasoncode"):
        refused(planted, role, f"DELETE FROM masterdata_{table}", "nothing_is_deleted")


@pytest.mark.parametrize("role", ROLES)
def test_no_table_of_master_data_is_truncated(planted, role):
    with psycopg.connect(planted.owner_url, options=ACTS) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'masterdata%'"
            )
        ]
    assert len(tables) > 40
    for table in tables:
        refused(planted, role, f"TRUNCATE {table} CASCADE", "history_is_only_added_to")


def test_every_law_fires_always_even_in_a_replica(planted):
    with psycopg.connect(planted.owner_url, options=ACTS) as connection:
        lazy = connection.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid"
            " WHERE NOT tgisinternal AND c.relname LIKE 'masterdata%' AND tgenabled <> 'A'"
        ).fetchall()
    assert lazy == []


def test_privileged_functions_have_a_fixed_search_path(planted):
    with psycopg.connect(planted.owner_url, options=ACTS) as connection:
        loose = connection.execute(
            "SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public'"
            " AND prosecdef AND NOT coalesce(proconfig::text, '') LIKE '%search_path%'"
        ).fetchall()
    assert loose == []


def test_the_application_cannot_turn_a_law_off(planted):
    with psycopg.connect(planted.url, options=ACTS) as connection:
        for statement in (
            "ALTER TABLE masterdata_bomversion DISABLE TRIGGER version_law",
            "SET session_replication_role = replica",
            "UPDATE masterdata_masterdatarevision SET number = 1",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
            connection.rollback()


def test_every_change_moves_the_revision_and_reading_does_not(own):
    before = master_data_revision()
    assert BomVersion.objects.count() == 2
    assert master_data_revision() == before
    plant.item("NEW")
    assert master_data_revision() > before


def test_a_revision_that_was_rolled_back_never_comes_again(own):
    before = master_data_revision()
    with psycopg.connect(own.url, options=ACTS) as connection:
        connection.execute("UPDATE masterdata_site SET name = 'x'")
        [undone] = connection.execute("SELECT number FROM masterdata_masterdatarevision").fetchone()
        connection.rollback()
    assert undone > before
    plant.item("NEW")
    assert master_data_revision() > undone
