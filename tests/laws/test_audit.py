"""Whatever writes to a table under audit leaves one event for each row that changed, or is refused; nobody alters the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from masterdata.actions.seal_audit import exported_heads
from masterdata.models import AuditBlock, AuditEvent, Item, Person, ReasonCode, Site, Supplier
from masterdata.queries.audit_check import audit_faults, stored_heads
from tests import databases, plant
from tests.laws.sealing import seal_all

ACTOR = "SELECT set_config('backflush.actor', 'person:7', true)"


@pytest.fixture
def shop(real_database):
    """A few governed rows, all committed."""
    plant.people()
    plant.item("FOIL", unit="KGM")
    plant.item("FILM", unit="KGM")
    plant.product("KIT")
    plant.site("OTHER")
    return real_database


def events(table: str, **fields) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(tbl=f"masterdata_{table}", **fields).order_by("id"))


def last_id() -> int:
    return AuditEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


@contextmanager
def nobody() -> Iterator[None]:
    """As a process that does not say who acts; until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('backflush.actor', '', true)")
    yield


def new_supplier(code: str) -> Supplier:
    return Supplier(code=code, name=code.title())


def saved():
    home = Site.objects.get(code="PLANT")
    home.name = "Plant, north"
    home.save()
    return 1


def saved_in_part():
    home = Site.objects.get(code="PLANT")
    home.currency_decimals = 3
    home.save(update_fields=["currency_decimals"])
    return 1


def created_in_bulk():
    Supplier.objects.bulk_create([new_supplier("S-1"), new_supplier("S-2")])
    return 2


def updated_in_bulk():
    sites = list(Site.objects.filter(code__in=["PLANT", "OTHER"]))
    for one in sites:
        one.name = f"{one.name} (old)"
    Site.objects.bulk_update(sites, ["name"])
    return 2


def updated_by_query():
    return Site.objects.filter(code__in=["PLANT", "OTHER"]).update(name="Something")


def written_by_sql():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE masterdata_site SET name = 'By hand' WHERE code = 'PLANT'")
    return 1


def copied_in():
    with connection.cursor() as cursor, cursor.copy("COPY masterdata_supplier (code, name) FROM STDIN") as copy:
        copy.write_row(("S-7", "Copied"))
    return 1


def deleted():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM masterdata_operation WHERE id = (SELECT min(id) FROM masterdata_operation)")
        return cursor.rowcount


WAYS = [
    saved, saved_in_part, created_in_bulk, updated_in_bulk, updated_by_query, written_by_sql, copied_in, deleted,
]  # fmt: skip


@pytest.mark.parametrize("write", WAYS)
def test_every_way_to_write_leaves_one_event_for_each_row(shop, write):
    before = last_id()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ACTOR)
        rows = write()
    found = list(AuditEvent.objects.filter(pk__gt=before))
    assert len(found) == rows >= 1
    assert {event.actor for event in found} == {"person:7"}
    assert all(event.old != event.new and event.db_user for event in found)


@pytest.mark.parametrize("write", WAYS)
def test_every_way_to_write_without_an_actor_is_refused(shop, write):
    before = last_id()
    with pytest.raises((IntegrityError, psycopg.IntegrityError)) as refused, transaction.atomic(), nobody():
        write()
    assert "does not say who writes" in str(refused.value)
    assert last_id() == before


def test_what_devices_a_trigger_takes_is_under_audit_as_well(shop):
    definition = plant.trigger(plant.item("KIT"))
    [event] = [one for one in events("triggerdefinition_devices") if one.new["triggerdefinition_id"] == definition.pk]
    assert (event.op, event.new["device_id"]) == ("insert", plant.device().pk)
    assert event.actor == f"person:{plant.people().engineer.pk}"


def test_psql_is_no_way_around(shop):
    statement = "UPDATE masterdata_site SET name = 'x' WHERE code = 'PLANT'"
    with psycopg.connect(shop.url) as session:
        with pytest.raises(psycopg.IntegrityError, match="does not say who writes"):
            session.execute(statement)
        session.rollback()
        session.execute(ACTOR)
        session.execute(statement)
        user = session.info.user
    [event] = events("site", key=str(Site.objects.get(code="PLANT").pk), op="update", actor="person:7")
    assert (event.old["code"], event.new["name"], event.db_user) == ("PLANT", "x", user)


def test_a_write_that_changes_nothing_leaves_nothing(shop):
    before = last_id()
    assert Item.objects.filter(code="FOIL").update(code="FOIL") == 1
    assert last_id() == before


def test_credentials_leave_a_fingerprint_and_no_more(shop):
    person = Person.objects.get(username=plant.people().qa.username)
    person.set_password("an entirely new one")
    person.save(update_fields=["password"])
    event = events("person", op="update")[-1]
    assert event.old["password"].startswith("sha256:")
    assert event.new["password"].startswith("sha256:")
    assert event.old["password"] != event.new["password"]
    assert "password" in event.new
    assert person.password not in str(event.new)


def test_a_key_never_changes(shop):
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Site.objects.filter(code="OTHER").update(id=1000)
    assert refused.value.__cause__.diag.constraint_name == "key_never_changes"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO masterdata_auditevent (epoch, xid, at, tbl, key, op, actor, on_behalf, reason, db_user)"
        " VALUES (1, 1, now(), 'x', '1', 'insert', 'x', '', '', '')",
        "UPDATE masterdata_auditevent SET actor = 'somebody else'",
        "DELETE FROM masterdata_auditevent",
        "TRUNCATE masterdata_auditevent",
        "DELETE FROM masterdata_auditblock",
        "ALTER TABLE masterdata_item DISABLE TRIGGER audit_update",
        "ALTER TABLE masterdata_auditevent OWNER TO CURRENT_USER",
        "DROP FUNCTION masterdata_audit() CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_the_serving_role_cannot_touch_the_trail(shop, statement):
    with psycopg.connect(shop.url) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE masterdata_auditevent SET actor = ''", "TRUNCATE masterdata_auditevent"])
def test_not_even_the_owner_changes_it_with_the_laws_on(shop, statement):
    told = pytest.raises(psycopg.IntegrityError, match="what was recorded stays")
    with psycopg.connect(databases.owner_address(shop.name)) as session, told:
        session.execute(statement)


def test_history_and_trail_agree_on_who_changed_what(shop):
    reason = ReasonCode.history.model.objects.count()
    plant.reason("WRONG", "reversal")
    made = ReasonCode.history.model.objects.order_by("-history_id")[0]
    [event] = events("reasoncode", op="insert", key=str(made.id))
    assert ReasonCode.history.model.objects.count() == reason + 1
    assert (
        event.actor == f"person:{made.history_user_id}" if made.history_user_id else event.actor.startswith("service:")
    )
    for name in ("code", "name", "kind"):
        assert event.new[name] == getattr(made, name)


def test_a_block_waits_for_what_may_still_commit(shop):
    seal_all()
    sealed = AuditBlock.objects.order_by("-number")[0].last_id
    with psycopg.connect(shop.url) as early, transaction.atomic():
        early.execute(ACTOR)
        early.execute("INSERT INTO masterdata_supplier (code, name) VALUES ('S-EARLY', 'Early')")
        with psycopg.connect(shop.url, autocommit=True) as late:
            late.execute("SELECT set_config('backflush.actor', 'person:8', false)")
            late.execute("INSERT INTO masterdata_supplier (code, name) VALUES ('S-LATE', 'Late')")
            assert late.execute("SELECT count(*) FROM masterdata_seal_audit()").fetchone() == (0,)
        early.commit()
    seal_all()
    new = AuditBlock.objects.filter(first_id__gt=sealed)
    assert sum(block.events for block in new) == 2
    assert list(audit_faults()) == []


def test_verify_audit_tells_what_it_looked_at(shop, tmp_path):
    heads = tmp_path / "heads.txt"
    seal_all(str(heads))
    found = shop.manage("verify_audit", "--heads", str(heads))
    assert found.returncode == 0, found.stdout + found.stderr
    assert "The audit trail is whole" in found.stdout
    assert f"{AuditBlock.objects.count()} heads compared" in found.stdout


def test_a_head_that_was_cut_off_is_written_whole_the_next_time(shop, tmp_path):
    heads = tmp_path / "heads.txt"
    seal_all(str(heads))
    heads.write_text(heads.read_text()[:-20])
    Supplier.objects.create(code="S-1", name="One")
    seal_all(str(heads))
    exported, faults = exported_heads(str(heads))
    assert (sorted(set(exported)), faults) == (stored_heads(), [])


def test_the_trail_keeps_every_digit(shop):
    plant.item("DEAR", cost="12345678901.123456")
    assert events("item", op="insert")[-1].new["standard_cost"] == Decimal("12345678901.123456")


def test_without_a_file_of_heads_it_says_so(shop):
    found = shop.manage("verify_audit")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "no exported heads to compare with" in found.stdout
