"""A signature that was altered, copied or put in, or whose record says something else by now, is BROKEN and says why."""

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from backflush.actions.audit_bom import audit_bom
from backflush.queries.bom_audits import audit_content
from backflush.rules.bom_audit import Finding
from masterdata.actions.review_record import next_day, review_record
from masterdata.models import BomVersion, Signature
from masterdata.queries.reviews import review_content, review_of
from masterdata.queries.signature_check import breaks_in, breaks_of, broken_signatures
from masterdata.queries.signing import version_breaks
from masterdata.rules.bom import LineDraft
from tests import databases, floor, plant, quality
from tests.invariants.planting import faults
from traceability.models import QualityRecord

OFF = (
    "ALTER TABLE masterdata_signature DISABLE TRIGGER USER; ALTER TABLE masterdata_bomline DISABLE TRIGGER USER;"
    "ALTER TABLE masterdata_bomversion DISABLE TRIGGER USER; ALTER TABLE traceability_qualitynote DISABLE TRIGGER USER;"
    "ALTER TABLE traceability_qualityrecord DISABLE TRIGGER USER; ALTER TABLE masterdata_person DISABLE TRIGGER USER;"
    "ALTER TABLE masterdata_periodicreview DISABLE TRIGGER USER; ALTER TABLE backflush_bomauditfinding DISABLE TRIGGER USER;"
    "ALTER TABLE masterdata_signature DROP CONSTRAINT signature_is_never_copied;"
)
COPY = (
    "INSERT INTO masterdata_signature (person_id, printed_name, meaning, signed_at, site_time, subject_kind, subject_key,"
    " content, digest, components) SELECT person_id, printed_name, meaning, signed_at, site_time, subject_kind,"
    " {key}, content, {digest}, components FROM masterdata_signature WHERE subject_kind = 'bom_version'"
)

# what is done as owner of the database, and the codes of what is found
ALTERED = [
    ("UPDATE masterdata_signature SET meaning = 'reviewed' WHERE subject_kind = 'bom_version'", {"signature_altered"}),
    ("UPDATE masterdata_signature SET printed_name = 'Somebody Else'", {"signature_altered"}),
    ("UPDATE masterdata_signature SET signed_at = signed_at + interval '1 day'", {"signature_altered"}),
    ("UPDATE masterdata_signature SET components = 'PIN'", {"signature_altered"}),
    ("UPDATE masterdata_signature SET content = jsonb_set(content, '{reason}', '\"x\"')", {"signature_altered"}),
    (
        "UPDATE masterdata_signature SET person_id = (SELECT id FROM masterdata_person WHERE username = 'admin')",
        {"signer_altered", "signature_never_given"},
    ),
    ("UPDATE masterdata_bomline SET quantity = 0.6", {"record_differs"}),
    ("UPDATE masterdata_bomversion SET reason = 'Because'", {"record_differs"}),
    ("UPDATE traceability_qualityrecord SET conclusion = 'Nothing was found.'", {"record_differs"}),
    ("UPDATE traceability_qualityrecord SET description = 'Nothing'", {"record_differs"}),
    ("UPDATE traceability_qualitynote SET text = 'Fine.' WHERE step LIKE 'disposition%'", {"record_differs"}),
    ("UPDATE masterdata_periodicreview SET next_on = next_on + 700", {"record_differs"}),
    ("UPDATE masterdata_periodicreview SET remark = 'It is fine.'", {"record_differs"}),
    ("UPDATE backflush_bomauditfinding SET measured = 0.5, remark = ''", {"record_differs"}),
    (COPY.format(key="'987654'", digest="digest"), {"signature_altered"}),
]


@pytest.fixture(scope="module")
def template(django_db_setup, django_db_blocker):
    """A BOM, a trigger definition, a quality record, a review and an audit of a BOM, all signed."""
    name = databases.unique("signed")
    databases.clone(name)
    with django_db_blocker.unblock(), databases.connected_to(name):
        foil = plant.item("FOIL", unit="KGM")
        kit = plant.product("KIT")
        version = plant.approved_bom(kit, [LineDraft("FOIL", "0.5")], reason="First.")
        floor.released_order(kit)
        row = quality.in_review(quality.ncmr(floor.received_lot(foil, "20")))
        quality.closed(quality.disposed(row, "release", to_bin=plant.place("store")))
        reviewed(foil)
        audited(version)
    yield name
    databases.drop(name)


def reviewed(item):
    found = review_of("item", item.pk, floor.NOW)
    said = {"outcome": "change_needed", "remark": "The name is wrong."}
    content = review_content(found, next_on=next_day(found, floor.NOW), **said)
    signs = plant.ticket(plant.people().qa, content, at=floor.NOW)
    review_record(kind="item", key=item.pk, ticket=signs, now=floor.NOW, **said)


def audited(version):
    line = version.lines.get()
    found = [Finding(line.pk, "FOIL", line.quantity, line.quantity * 2, "Twice as much.")]
    signs = plant.ticket(plant.people().qa, audit_content(version, found, "Ten kits."), at=floor.NOW)
    audit_bom(version=version, findings=found, remark="Ten kits.", ticket=signs, now=floor.NOW)


@pytest.fixture
def plant_of_signatures(template, django_db_blocker):
    """A copy to alter as the owner: call it with a statement; then what is broken is returned."""
    name = databases.unique("altered")
    databases.clone(name, template)

    def alter(statement: str) -> set[str]:
        with psycopg.connect(databases.owner_address(name)) as owner:
            owner.execute("SELECT set_config('backflush.actor', 'service:tests', true)")
            owner.execute(OFF + statement)
        return {one.code for _, wrong in broken_signatures(Signature.objects.all()) for one in wrong}

    with django_db_blocker.unblock(), databases.connected_to(name):
        yield alter
    databases.drop(name)


def test_signatures_that_nobody_touched_stand(plant_of_signatures):
    assert plant_of_signatures("SELECT 1") == set()
    assert {one.subject_kind for one in Signature.objects.all()} >= {
        "bom_version",
        "trigger_definition",
        "quality_record",
        "review",
        "bom_audit",
    }


@pytest.mark.parametrize(("statement", "codes"), ALTERED, ids=[one[:70] for one, _ in ALTERED])
def test_what_is_altered_is_found_and_named(plant_of_signatures, statement, codes):
    assert plant_of_signatures(statement) == codes


def test_a_signature_that_nobody_gave_is_found_though_its_digest_is_right(plant_of_signatures):
    """Whoever can write to the database can compute a digest; the right to sign that was used up is not there."""
    with psycopg.connect(databases.owner_address(connection.settings_dict["NAME"])) as owner:
        owner.execute("ALTER TABLE masterdata_signingticket DISABLE TRIGGER USER; DELETE FROM masterdata_signingticket")
    found = breaks_in(list(Signature.objects.all()))
    assert {one.code for wrong in found.values() for one in wrong} == {"signature_never_given"}


def test_a_signature_of_another_version_shows_as_copied(plant_of_signatures):
    assert plant_of_signatures("SELECT 1") == set()
    version = BomVersion.objects.get()
    version.signature = Signature.objects.filter(subject_kind="trigger_definition").first()
    [wrong] = version_breaks(version)
    assert wrong.code == "signature_copied"
    assert "was given for trigger definition KIT version 1, operation 10 and copied here" in wrong.sentence


def test_what_grows_after_a_signature_breaks_nothing(plant_of_signatures):
    row = QualityRecord.objects.get()
    assert row.notes.count() > row.disposition_signature.content["notes"]
    assert breaks_of(row.disposition_signature, kind="quality_record", key=row.number) == []


@pytest.mark.django_db
def test_the_database_refuses_a_signature_that_was_given_for_another_record():
    plant.place("quarantine")
    lot = floor.received_lot(plant.item("FOIL", unit="KGM"), "20")
    first = quality.in_review(quality.ncmr(lot))
    quality.disposed(first, "scrap", reason=plant.reason("TORN", "scrap", loss="avoidable"))
    second = quality.in_review(quality.ncmr(lot, "Foil is torn again"))
    first.refresh_from_db()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        QualityRecord.objects.filter(pk=second.pk).update(
            closing_signature=first.disposition_signature, conclusion="x", closed_at=floor.NOW
        )
    assert refused.value.__cause__.diag.constraint_name == "signature_is_for_its_record"


@pytest.mark.django_db
def test_the_same_signature_is_not_stored_twice():
    plant.approved_bom(plant.product("KIT"), [LineDraft(plant.item("FOIL").code, "1")])
    with (
        pytest.raises(IntegrityError, match="signature_is_never_copied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(COPY.format(key="'987654'", digest="digest"))


def test_an_account_that_was_closed_when_it_signed_is_found(plant_of_signatures):
    plant_of_signatures("SELECT 1")
    address = databases.owner_address(connection.settings_dict["NAME"])
    with psycopg.connect(address) as owner:
        assert faults(owner, "14") == []
        owner.execute("ALTER TABLE masterdata_auditevent DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE masterdata_auditevent SET at = '2025-12-01', new = jsonb_set(new, '{is_active}', 'false')"
            " WHERE tbl = 'masterdata_person'"
        )
        assert any("was given by an account that was closed" in one for one in faults(owner, "14"))
        owner.rollback()
