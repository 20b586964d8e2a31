"""What the owner of the database alters behind the trail's back is found: ten ways, each planted with the laws switched off."""

import psycopg
import pytest

from masterdata.actions.seal_audit import exported_heads
from masterdata.models import Supplier
from masterdata.queries.audit_check import audit_faults, stored_heads
from masterdata.rules.audit_heads import head_faults
from tests import databases, plant
from tests.changing import change_item
from tests.laws.sealing import seal_all

EVENT = "(SELECT max(id) FROM masterdata_auditevent WHERE tbl = 'masterdata_item' AND op = 'update')"
LAST_BLOCK = "(SELECT max(number) FROM masterdata_auditblock)"
OFF = (
    "ALTER TABLE masterdata_auditevent DISABLE TRIGGER USER; ALTER TABLE masterdata_auditblock DISABLE TRIGGER USER;"
    "ALTER TABLE masterdata_item DISABLE TRIGGER USER; ALTER TABLE masterdata_supplier DISABLE TRIGGER USER;"
)

# what is done, and a word of what is said about it
ALTERED = [
    (
        f"UPDATE masterdata_auditevent SET new = jsonb_set(new, '{{name}}', '\"Gold\"') WHERE id = {EVENT}",
        "was changed",
    ),
    (f"UPDATE masterdata_auditevent SET actor = 'person:99' WHERE id = {EVENT}", "was changed"),
    (f"UPDATE masterdata_auditevent SET at = at - interval '1 day' WHERE id = {EVENT}", "was changed"),
    (f"DELETE FROM masterdata_auditevent WHERE id = {EVENT}", "sealed over"),
    (
        "INSERT INTO masterdata_auditevent (epoch, xid, at, tbl, key, op, actor, on_behalf, reason, db_user, new)"
        " SELECT epoch, xid, at, tbl, key, op, actor, on_behalf, reason, db_user, new FROM masterdata_auditevent"
        f" WHERE id = {EVENT}",
        "sealed over",
    ),
    (
        f"DELETE FROM masterdata_auditevent e USING masterdata_auditblock b WHERE b.number = {LAST_BLOCK}"
        f" AND e.xid >= b.from_xid; DELETE FROM masterdata_auditblock WHERE number = {LAST_BLOCK}",
        "was cut off",
    ),
    (f"UPDATE masterdata_auditblock SET digest = repeat('a', 64) WHERE number = {LAST_BLOCK}", "is not the one"),
    ("UPDATE masterdata_item SET standard_cost = 7 WHERE code = 'FOIL'", "is not as its last event left it"),
    ("DELETE FROM masterdata_supplier WHERE code = 'S-1'", "is gone, and no event says so"),
    ("INSERT INTO masterdata_supplier (code, name) VALUES ('S-GHOST', 'Ghost')", "no event says how it came"),
]


@pytest.fixture(scope="module")
def template(django_db_setup, django_db_blocker, tmp_path_factory):
    """A plant whose trail is sealed in two blocks, with their heads exported."""
    name, heads = databases.unique("audit"), str(tmp_path_factory.mktemp("heads") / "heads.txt")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        foil = plant.item("FOIL", unit="KGM")
        Supplier.objects.create(code="S-1", name="One")
        seal_all(heads)
        change_item(item=foil, actor=plant.people().engineer, reason="printed now", now=plant.NOW, name="Foil, printed")
        seal_all(heads)
    yield name, heads
    databases.drop(name)


@pytest.fixture
def altered(template, django_db_blocker):
    """A copy to alter as the owner: call it with a statement; then it is looked through."""
    source, heads = template
    name = databases.unique("altered")
    databases.clone(name, source)

    def alter(statement: str) -> list[str]:
        with psycopg.connect(databases.owner_address(name)) as owner:
            owner.execute(OFF + statement)
        with django_db_blocker.unblock(), databases.connected_to(name):
            return [*head_faults(exported_heads(heads)[0], stored_heads()), *audit_faults()]

    yield alter
    databases.drop(name)


def test_a_trail_that_nobody_touched_is_whole(altered):
    found = altered("SELECT 1")
    assert all("not fully under audit" in fault for fault in found), found


@pytest.mark.parametrize(("statement", "said"), ALTERED)
def test_an_alteration_is_found(altered, statement, said):
    found = altered(statement)
    assert any(said in fault for fault in found), found


def test_a_switched_off_trigger_is_found(altered):
    assert any("masterdata_item is not fully under audit" in fault for fault in altered("SELECT 1"))
