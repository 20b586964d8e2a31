"""Invariants 16 and 17 find what is planted as owner: a law switched off, a right too many, an event out of its time."""

import re
from pathlib import Path

import psycopg
import pytest

from backflush.project.grants import append_only_tables
from backflush.rules.vocabulary import ReportKind
from masterdata.actions.measure_clock import measure_clock
from masterdata.models import DeviceNonce
from masterdata.rules.bom import LineDraft
from tests import databases, floor, plant, reporting
from tests.invariants.planting import faults

LAWS = Path(__file__).parents[2] / "backflush" / "invariants" / "16_laws_and_durability_stand.sql"
APP = "backflush_app"


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker):
    """One posting by the device that its trigger definition names, and one nonce; the owner's address."""
    name = databases.unique("laws")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        plant.item("FOIL", unit="KGM")
        kit = plant.product("KIT")
        plant.approved_bom(kit, [LineDraft("FOIL", "0.5")])
        order = floor.released_order(kit, "100", number="WO-1")
        floor.staged(order, plant.item("FOIL"), "50", code="FOIL-1")
        measure_clock(device=plant.device(), sent_at=floor.NOW, now=floor.NOW)
        reporting.posted(order, good="10", kind=ReportKind.OPERATION_COMPLETE)
        DeviceNonce.objects.create(device=plant.device(), nonce="n" * 32, sent_at=floor.NOW)
        yield databases.owner_address(name)
    databases.drop(name)


@pytest.fixture
def owner(scene):
    with psycopg.connect(scene) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("number", ["16", "17"])
def test_where_nothing_is_wrong_both_hold(owner, number):
    assert faults(owner, number) == []


def laws_of(connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND NOT t.tgisinternal ORDER BY 1, 2"
    ).fetchall()


def test_every_law_that_is_dropped_is_missed(owner):
    """A new law must be named in the invariant: else its table can lose it unseen."""
    unseen = []
    for table, law in laws_of(owner):
        with owner.transaction() as savepoint:
            owner.execute(f"DROP TRIGGER {law} ON {table}")
            if not any(one.startswith(f"{table} ") and law in one for one in faults(owner, "16")):
                unseen.append(f"{law} of {table}")
            raise psycopg.Rollback(savepoint)
    assert unseen == []


@pytest.mark.parametrize("how", ["DISABLE", "ENABLE", "ENABLE REPLICA"])
@pytest.mark.parametrize("table", ["traceability_ledgerline", "backflush_posting", "masterdata_signature"])
def test_a_law_that_is_not_always_on_is_found(owner, table, how):
    (law,) = [law for one, law in laws_of(owner) if one == table and law.endswith("only_added_to")]
    owner.execute(f"ALTER TABLE {table} {how} TRIGGER {law}")
    assert f"{table} None has a law that is not ALWAYS on: {law}" in faults(owner, "16")


def test_a_new_table_without_a_law_is_found(owner):
    owner.execute("CREATE TABLE backflush_secondledger (id int)")
    assert faults(owner, "16") == ["backflush_secondledger None may be emptied: it has no law against TRUNCATE"]


def test_every_table_that_is_only_added_to_is_named_there():
    joined = re.sub(r"'\s*\|\|\s*'", "", LAWS.read_text())
    named = re.findall(r"\('(?:history_is_)?only_added_to', '([^']+)'\)", joined)
    assert named
    missing = [table for table in append_only_tables() if not any(re.fullmatch(one, table) for one in named)]
    assert missing == []


PLANTED = [
    (f"GRANT UPDATE ON backflush_posting TO {APP}", "backflush_posting backflush_app may be changed"),
    (f"GRANT UPDATE (facts) ON backflush_posting TO {APP}", "backflush_posting backflush_app may be changed"),
    (f"GRANT DELETE ON traceability_ledgerline TO {APP}", "by a role that serves: DELETE"),
    (f"GRANT TRUNCATE ON masterdata_historicalitem TO {APP}", "by a role that serves: TRUNCATE"),
    (f"GRANT TRIGGER ON traceability_ledgerentry TO {APP}", "by a role that serves: TRIGGER"),
    ("GRANT DELETE ON masterdata_devicenonce TO PUBLIC", "by a role that serves: DELETE"),
    (f"GRANT CREATE ON SCHEMA public TO {APP}", "may create in schema public"),
    (f"ALTER ROLE {APP} CREATEROLE", "backflush_app is a superuser, bypasses row security, or makes roles"),
    (f"ALTER ROLE {APP} SET synchronous_commit = off", "is set for the role or its database: synchronous_commit=off"),
    ("SET LOCAL synchronous_commit = off", "synchronous_commit None is off"),
    (
        "ALTER DATABASE {database} SET synchronous_commit = local",
        "is set for the role or its database: synchronous_commit=local",
    ),
]


@pytest.mark.parametrize(("statement", "says"), PLANTED, ids=[one for one, _ in PLANTED])
def test_a_right_too_many_and_a_setting_that_loses_are_found(owner, statement, says):
    owner.execute(statement.replace("{database}", owner.info.dbname))
    assert any(says in one for one in faults(owner, "16")), faults(owner, "16")


def test_another_role_that_serves_is_looked_at_too(owner):
    owner.execute("CREATE ROLE another_door; GRANT INSERT ON backflush_operationreport TO another_door")
    assert faults(owner, "16") == []
    owner.execute("GRANT DELETE ON backflush_posting TO another_door")
    assert any("another_door may be changed" in one for one in faults(owner, "16"))
    owner.execute("CREATE ROLE whose_posting; GRANT whose_posting TO another_door")
    owner.execute("GRANT whose_posting, another_door TO CURRENT_USER; GRANT CREATE ON SCHEMA public TO whose_posting")
    owner.execute("ALTER TABLE backflush_recipe OWNER TO whose_posting")
    assert any("backflush_recipe another_door is owned" in one for one in faults(owner, "16"))


REPORT = "UPDATE backflush_operationreport SET occurred_at = received_at"
TIMES = [
    (f"{REPORT} + interval '121 seconds'", "after it was received"),
    (f"{REPORT} - interval '73 hours'", "too long before it was received"),
    (
        "UPDATE backflush_posting SET facts = jsonb_set(facts::jsonb, '{report,clock_offset_ms}', '-120001')::text",
        "posted with a clock that was off by -120001 ms",
    ),
    ("UPDATE backflush_operationreport SET device_id = device_id + 1", "which the trigger definition does not name"),
    (
        "UPDATE backflush_recipe SET body = jsonb_set(body::jsonb, '{trigger}', 'null')::text",
        "posted without a trigger definition",
    ),
    (
        "INSERT INTO masterdata_devicenonce (device_id, nonce, sent_at) SELECT device_id, nonce, now()"
        " FROM masterdata_devicenonce",
        "was used 2 times",
    ),
]


@pytest.fixture
def lawless(owner):
    for table in ("backflush_operationreport", "backflush_posting", "backflush_recipe"):
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute("ALTER TABLE masterdata_devicenonce DROP CONSTRAINT nonce_is_used_once_by_a_device")
    return owner


@pytest.mark.parametrize(("statement", "says"), TIMES, ids=[says for _, says in TIMES])
def test_what_posted_out_of_its_time_or_twice_is_found(lawless, statement, says):
    assert lawless.execute(statement).rowcount > 0
    assert any(says in one for one in faults(lawless, "17")), faults(lawless, "17")


@pytest.mark.parametrize(
    "statement",
    [
        f"{REPORT} + interval '120 seconds'",
        f"{REPORT} - interval '72 hours'",
        "UPDATE backflush_posting SET facts = jsonb_set(facts::jsonb, '{report,clock_offset_ms}', '120000')::text",
    ],
)
def test_what_is_just_within_its_time_is_not(lawless, statement):
    assert lawless.execute(statement).rowcount > 0
    assert faults(lawless, "17") == []
