"""A plant of before there were change requests goes over to this version: its records stand, and nothing in it is stuck."""

import pytest
from django.core.management import call_command
from django.db import connection

from backflush.actions.close_order import close_order
from masterdata.actions.acting import acting
from masterdata.actions.approve_label import approve_label
from masterdata.actions.ask_for_approval import ask_for_approval
from masterdata.actions.draft_trigger import draft_trigger
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.actions.propose_change import propose_change
from masterdata.actions.revise_change import revise_change
from masterdata.actions.submit_bom import submit_bom
from masterdata.actions.take_back_version import WHY, take_back_version
from masterdata.models import AuditEvent, BomVersion, ReasonCode, Signature, TriggerDefinition, UnitFactor
from masterdata.queries import effective_bom, effective_trigger
from masterdata.queries.audit_trail import ActorNames
from masterdata.queries.changes import changes_of, record_of, touched_orders, waits_for_nobody
from masterdata.queries.contents import label_content
from masterdata.queries.governed import kind_of
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import changing, databases, floor, plant, quality, reporting
from tests.laws import old_plant
from tests.processes import RealDatabase

LATER = floor.NOW + (floor.NOW - plant.NOW)


@pytest.fixture(scope="module")
def upgraded(django_db_setup, django_db_blocker):
    """Built and worked with, as it stood then; and brought to this version as every start of the product does."""
    source, name = databases.unique("before"), databases.unique("upgraded")
    with django_db_blocker.unblock():
        databases.clone(source)
        with databases.connected_to(source):
            worked_with()
        old_plant.made(name, source)
        prepared = RealDatabase(name).manage("prepare_database", owner=True)
        assert prepared.returncode == 0, prepared.stdout + prepared.stderr
        with databases.connected_to(name):
            yield name
    databases.drop(name)
    databases.drop(source)


def worked_with():
    """Approved versions, postings, a reversal, a correction, a close, a quality record, a label; and what waits for approval."""
    cast, now = plant.people(), floor.NOW
    foil = plant.item("FOIL", unit="KGM", cost="4.00")
    plant.factor(foil, "LTR", "KGM", "1.1")
    kit = plant.product("KIT")
    plant.approved_bom(kit, [LineDraft("FOIL", "0.5")], reason="First.")
    order = floor.released_order(kit)
    floor.staged(order, foil, "90")
    reporting.reversed_by_qa(reporting.posted(order, good="5"))
    reporting.signed_by_qa(reporting.correction_asked(reporting.posted(order, good="50"), good="40"))
    done = floor.released_order(kit, "10")
    floor.staged(done, foil, "5")
    reporting.posted(done, good="10")
    close_order(order=done, actor=cast.supervisor, now=now)
    row = quality.in_review(quality.ncmr(floor.received_lot(foil, "20")))
    quality.closed(quality.disposed(row, "release", to_bin=plant.place("store")))
    leaflet = plant.item("LEAFLET", label_controlled=True)
    signs = plant.ticket(cast.qa, label_content(leaflet, 1, "ART-1"), at=now)
    approve_label(item=leaflet, number=1, artwork="ART-1", ticket=signs, now=now)
    submit_bom(version=plant.drafted_bom(kit, [LineDraft("FOIL", "0.6")], at=now), actor=cast.engineer, now=now)
    factor = draft_unit_factor(
        item=foil, from_unit="LTR", to_unit="KGM", numerator=12, denominator=10, author=cast.engineer, now=now
    )
    trigger = draft_trigger(
        item=kit, operation_number="10", author=cast.engineer, now=now, kind="operation_complete",
        output_basis="good", devices=[plant.device()], offline_allowance_hours=24,
    )  # fmt: skip
    for version in (factor, trigger):
        version.state = "submitted"
        version.save()
    # an early version wrote whoever was signed in as what they were wrapped in
    with acting(f"simplelazyobject:{cast.qa.pk}"):
        ReasonCode.objects.create(code="SPILT", name="Spilt", kind="scrap", owner="Production", loss="avoidable")


def stuck():
    return [
        BomVersion.objects.get(number=2),
        UnitFactor.objects.get(version=2),
        TriggerDefinition.objects.get(version=2),
    ]


def test_records_signatures_and_the_audit_trail_stand_after_it(upgraded):
    kinds = set(Signature.objects.values_list("subject_kind", flat=True))
    assert kinds >= {"bom_version", "unit_factor", "trigger_definition", "label_version", "quality_record", "reversal"}
    for command, more in (("check_ledger", {"all": True}), ("verify_signatures", {}), ("verify_audit", {"all": True})):
        call_command(command, verbosity=0, **more)
    call_command("verify_audit", seal=True, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM backflush_posting")
        assert cursor.fetchone()[0] == 6


def test_an_early_row_of_the_trail_names_the_person_and_stays_as_it_was_written(upgraded):
    [event] = AuditEvent.objects.filter(tbl="masterdata_reasoncode", new__code="SPILT")
    person = plant.people().qa
    assert event.actor == f"simplelazyobject:{person.pk}"
    assert ActorNames().of(event.actor) == person.name
    assert ReasonCode.objects.get(code="SPILT").active


def test_what_waited_for_approval_goes_on_with_a_request_of_its_author(upgraded):
    author = plant.people().engineer
    for version in stuck():
        kind = kind_of(version)
        assert waits_for_nobody(kind, version)
        with pytest.raises(Refused) as refused:
            propose_change(kind=kind, record=version, proposed={}, author=author, reason="x", now=LATER)
        assert refused.value.codes == ["not_a_draft"]
        take_back_version(kind=kind, version=version, actor=author, now=LATER)
        told = AuditEvent.objects.filter(tbl=version._meta.db_table, key=str(version.pk)).order_by("-id")[0]
        assert (told.actor, told.reason, told.new["state"]) == (f"person:{author.pk}", WHY, "draft")
        version.refresh_from_db()
        request = ask_for_approval(kind=kind, version=version, actor=author, reason="a better figure", now=LATER)
        decide(request)
        changing.signed(request, LATER)
        assert request.state == "effective"
        assert list(changes_of(kind, version.pk)) == [request]
    kit = plant.product("KIT")
    assert effective_bom(kit, LATER).number == 2
    assert effective_trigger(kit, "10", LATER, None).version == 2
    for command in ("check_ledger", "verify_signatures", "verify_audit"):
        call_command(command, verbosity=0)


def decide(request):
    """Open orders stay as they are."""
    if request.state == "draft":
        orders = {one.order_id: "keep" for one in touched_orders(request, record_of(request))}
        revise_change(request=request, author=request.author, now=LATER, orders=orders)
        changing.submitted(request, LATER)
