"""A plant's sheets go into an empty one: items, routes, factors, BOMs of all times; signed, it exports the same files again."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from masterdata.models import BomVersion, ChangeRequest, Item
from masterdata.queries.plant_sheets import exported_rows
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.refusal import Refused
from masterdata.rules.sheet_columns import KINDS
from tests import changing, databases, floor, plant
from tests.actions.test_import_bom_csv import bicycles
from tests.importing import AT, batch, checked, exported, proposed, signed_all

FORMS = ["csv", "xlsx"]
#: as they are set up: what is named has to be there first
ORDER = ["items", "operations", "unit_factors", "boms"]
LATER = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)


def a_plant_with_a_past() -> None:
    """Every column of every sheet is used; versions of several times, one of them of the same figures as an earlier one."""
    kit = plant.product("KIT", operations=("5", "10", "20"))
    for number, code in enumerate(("FOIL", "FILM", "GLUE", "LID")):
        plant.item(code, unit="KGM" if number < 3 else "C62", cost=f"{number}.000001", shelf_life_days=number or None)
    plant.item("VIAL", multiple="0.5", label_potency="0.955", potency_controlled=True, gtin="04006381333931")
    inner = plant.item("INNER", kind="intermediate")
    plant.factor(Item.objects.get(code="FOIL"), "MTR", "KGM", "1/3")
    plant.factor(Item.objects.get(code="FOIL"), "MTR", "KGM", "1/4", at=plant.NOW + timedelta(days=3))
    plant.factor(Item.objects.get(code="FILM"), "LTR", "KGM", "1.12", reference_temperature="-4.5")
    plant.approved_bom(inner, [LineDraft("GLUE", "0.2")], phantom=True)
    lines = [
        LineDraft("FOIL", "0.123456789", scrap=ScrapDraft("2.5"), setup=ScrapDraft(quantity="3"), operation="20"),
        LineDraft("FILM", "1", strategy="priority", alternates=(AlternateDraft("GLUE", "2"), AlternateDraft("FOIL"))),
        LineDraft("LID", "0", per="steps", steps=(StepDraft("0", "1"), StepDraft("100", "2"))),
        LineDraft("INNER", "1"),
    ]
    loss = ScrapDraft("1", source="supplier", source_note="=see letter")
    more = {"outputs": [OutputDraft("LID", "0.25", cost_share="10")], "assembly_scrap": loss}
    plant.approved_bom(kit, lines, operation_scrap=[ScrapDraft("4", operation="20")], **more)
    plant.approved_bom(kit, [LineDraft("FOIL", "2")], reason="-10 % by trial")
    plant.drafted_bom(kit, [LineDraft("FOIL", "9")])
    plant.approved_bom(
        kit, [LineDraft("FOIL", "0.5", unit="MTR")], reason="in metres", at=plant.NOW + timedelta(days=4)
    )
    plant.approved_bom(
        kit, [LineDraft("FOIL", "2")], reason="as before", at=plant.NOW + timedelta(days=5, microseconds=7)
    )


@pytest.fixture
def into_an_empty_plant(django_db_setup, django_db_blocker):
    """Call it with what sets up a plant: its sheets, and then an empty plant to load them into."""
    names = [databases.unique("source"), databases.unique("empty")]
    for name in names:
        databases.clone(name)

    def sheets_of(set_up) -> dict[tuple[str, str], bytes]:
        with databases.connected_to(names[0]):
            set_up()
            return {(kind, form): exported(kind, form) for kind in ORDER for form in FORMS}

    with django_db_blocker.unblock():
        yield sheets_of, names[1]
    for name in names:
        databases.drop(name)


def load(sheets: dict[tuple[str, str], bytes], form: str, now: datetime) -> None:
    plant.people()
    plant.line()
    filled = [kind for kind in ORDER if len(sheets[kind, "csv"].splitlines()) > 1]
    for kind in filled:
        signed_all(proposed(sheets[kind, form], f"{kind}.{form}", now), now)


@pytest.mark.parametrize("form", FORMS)
def test_the_sheets_of_a_plant_set_up_another_one_that_exports_the_same_files(into_an_empty_plant, form):
    sheets_of, empty = into_an_empty_plant
    sheets = sheets_of(a_plant_with_a_past)
    with databases.connected_to(empty):
        load(sheets, form, LATER)
        for kind in ORDER:
            assert exported(kind, "csv") == sheets[kind, "csv"], kind
        states = set(ChangeRequest.objects.values_list("state", flat=True))
        assert states <= {"effective", "superseded"}
        for kind in ORDER:
            again = checked(sheets[kind, form], f"{kind}.{form}", LATER)
            assert (again.state, again.new, again.changed, again.waiting) == ("ready", 0, 0, 0), again.faults


def test_the_sheets_are_taken_again_while_half_of_them_is_signed(into_an_empty_plant):
    sheets_of, empty = into_an_empty_plant
    sheets = sheets_of(a_plant_with_a_past)
    with databases.connected_to(empty):
        plant.people()
        plant.line()
        for kind in ORDER[:3]:
            signed_all(proposed(sheets[kind, "csv"], f"{kind}.csv", LATER), LATER)
        one = proposed(sheets["boms", "csv"], "boms.csv", LATER)
        batch(one, now=LATER)
        for request in ChangeRequest.objects.filter(data_import=one, state="submitted").select_related("author"):
            changing.signed(request, LATER)
        again = checked(sheets["boms", "csv"], "boms.csv", LATER)
        assert (again.state, again.new, again.changed) == ("ready", 0, 0), again.faults
        assert again.unchanged
        assert again.waiting


@pytest.mark.skipif("BACKFLUSH_BICYCLES" not in os.environ, reason="it takes minutes: only with BACKFLUSH_BICYCLES")
def test_a_bicycle_maker_s_sheets_set_up_an_empty_plant_with_every_time(into_an_empty_plant, tmp_path):
    sheets_of, empty = into_an_empty_plant

    def loaded():
        plant.people()
        (tmp_path / "password").write_text(plant.PASSWORD, encoding="utf-8")
        who = {"author": "engineer", "approver": "qa", "approver_password_file": Path(tmp_path / "password")}
        call_command("import_bom_csv", bicycles(), verbosity=0, **who)

    sheets = sheets_of(loaded)
    with databases.connected_to(empty):
        load(sheets, "csv", LATER)
        for kind in ORDER:
            assert exported(kind, "csv") == sheets[kind, "csv"], kind
        assert BomVersion.objects.filter(state="approved", effective_from__lt=LATER).count() > 1000


def past_draft(kit: Item, quantity: str) -> ChangeRequest:
    version = plant.drafted_bom(kit, [LineDraft("FOIL", quantity)])
    return changing.proposed(version, author=version.author, effective_from=plant.NOW - timedelta(days=365))


@pytest.mark.django_db
def test_a_version_takes_effect_in_the_past_only_while_nothing_was_made_by_it():
    kit, foil = plant.product("KIT"), plant.item("FOIL", unit="KGM")
    first = changing.signed(changing.submitted(past_draft(kit, "1"), AT), AT)
    assert first.state == "effective"
    version = BomVersion.objects.get(state="approved")
    assert version.effective_from == plant.NOW - timedelta(days=365)
    order = floor.released_order(kit, "10", at=floor.NOW)
    assert order.pins.get().bom_version_id == version.pk
    second = plant.drafted_bom(kit, [LineDraft("FOIL", "2")], at=floor.NOW)
    asked = changing.proposed(
        second, author=second.author, effective_from=plant.NOW - timedelta(days=9), later_orders="keep"
    )
    with pytest.raises(Refused) as refused:
        changing.submitted(asked, floor.NOW)
    found = next(one for one in refused.value.refusals if one.code == "effective_in_the_past")
    assert "an order was released by a BOM of KIT" in found.sentence
    assert foil.code


@pytest.mark.django_db
def test_an_order_released_between_submission_and_signature_is_seen_when_it_is_signed():
    kit, _ = plant.product("KIT"), plant.item("FOIL", unit="KGM")
    changing.signed(changing.submitted(past_draft(kit, "1"), AT), AT)
    version = plant.drafted_bom(kit, [LineDraft("FOIL", "2")])
    start = plant.NOW - timedelta(days=9)
    asked = changing.proposed(version, author=version.author, effective_from=start, later_orders="keep")
    changing.submitted(asked, AT)
    floor.released_order(kit, "10", at=floor.NOW)
    with pytest.raises(Refused, match="an order was released by a BOM of KIT"):
        changing.signed(asked, floor.NOW)


@pytest.mark.django_db
def test_an_import_says_at_the_row_that_a_past_time_is_too_late():
    kit, _ = plant.product("KIT"), plant.item("FOIL", unit="KGM")
    plant.approved_bom(kit, [LineDraft("FOIL", "1")])
    floor.released_order(kit, "10", at=floor.NOW)
    rows = [dict(row) for row in exported_rows("boms")]
    rows[0] |= {"version": "2", "effective_from": "2026-01-06T08:00:00Z"}
    rows[1] |= {"version": "2", "quantity": "3"}
    header = KINDS["boms"].header
    text = "\r\n".join([",".join(header), *(",".join(row[column] for column in header) for row in rows)])
    one = checked(text.encode(), "boms.csv", floor.NOW + timedelta(days=1))
    assert [(fault["row"], fault["column"], fault["code"]) for fault in one.faults] == [
        (2, "effective_from", "effective_in_the_past")
    ]
    assert "an order was released by a BOM of KIT" in one.faults[0]["sentence"]


@pytest.mark.django_db
def test_a_factor_takes_effect_in_the_past_only_while_there_is_no_lot_that_it_may_count():
    kit, foil = plant.product("KIT"), plant.item("FOIL", unit="KGM")
    plant.approved_bom(kit, [LineDraft("FOIL", "1")])
    header = KINDS["unit_factors"].header
    row = {"item": "FOIL", "from_unit": "MTR", "to_unit": "KGM", "version": "1", "numerator": "1", "denominator": "3"}
    row["effective_from"] = "2020-01-01"
    text = ",".join(header) + "\r\n" + ",".join(row.get(column, "") for column in header)
    assert checked(text.encode(), "unit_factors.csv").state == "ready"
    floor.staged(floor.released_order(kit, "10"), foil, "5")
    one = checked(text.encode(), "unit_factors.csv", floor.NOW)
    assert [fault["code"] for fault in one.faults] == ["effective_in_the_past"]
    assert "there are lots of FOIL" in one.faults[0]["sentence"]
