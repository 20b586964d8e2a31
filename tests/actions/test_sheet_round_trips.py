"""What is exported and imported again is the same: to the byte as CSV, to the cell as XLSX, with every effective time."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from masterdata.actions.check_import import check_import
from masterdata.actions.claim_import import claim_import
from masterdata.actions.define_item import define_item
from masterdata.actions.receive_import import receive_import
from masterdata.models import BomVersion, DataImport, Item
from masterdata.pages.sheet_writers import sheet_answer
from masterdata.queries.plant_sheets import exported_rows
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.import_changes import item_fields
from masterdata.rules.import_flow import ImportState
from masterdata.rules.sheet_cells import CellKind, guarded
from masterdata.rules.sheet_columns import KINDS
from tests import plant
from tests.actions.test_import_bom_csv import bicycles

FORMS = ["csv", "xlsx"]
NASTY = ["=HYPERLINK(1)", "+49", "-20 °C bag", "@home", "'quoted", "''=x", 'comma, "and" quote', "Größe 5 µm", "007"]


def exported(kind: str, form: str) -> bytes:
    sheet = KINDS[kind]
    numbers = frozenset(column.name for column in sheet.columns if column.kind == CellKind.NUMBER)
    return b"".join(sheet_answer(kind, sheet.header, numbers, exported_rows(kind), form).streaming_content)


def checked(content: bytes, name: str) -> DataImport:
    """The file, uploaded by the engineer and compared with the plant."""
    made = receive_import(
        content=content, file_name=name, person=plant.people().engineer, reason="Round trip", now=plant.NOW
    )
    claimed = claim_import(states=(ImportState.RECEIVED,), now=plant.NOW, pk=made.pk)
    return check_import(claimed=claimed, now=plant.NOW + timedelta(seconds=1))


def unchanged(content: bytes, name: str) -> int:
    """How many records stand as the file has them; every other must not be there."""
    found = checked(content, name)
    assert (found.state, found.new, found.changed, found.waiting, found.faults) == ("ready", 0, 0, 0, [])
    return found.unchanged


@pytest.fixture
def every_figure(db):
    """A plant whose records use every column of every sheet."""
    kit = plant.product("KIT", operations=("10", "20"))
    for number, code in enumerate(("FOIL", "FILM", "GLUE", "LID")):
        plant.item(code, unit="KGM" if number < 3 else "C62", cost=f"{number}.000001", shelf_life_days=number or None)
    plant.item("VIAL", multiple="0.5", label_potency="0.955", potency_controlled=True, gtin="04006381333931")
    plant.factor(Item.objects.get(code="FOIL"), "MTR", "KGM", "1/3")
    plant.factor(Item.objects.get(code="FOIL"), "LTR", "KGM", "1.12", reference_temperature="-4.5")
    lines = [
        LineDraft("FOIL", "0.123456789", scrap=ScrapDraft("2.5"), setup=ScrapDraft(quantity="3"), operation="20"),
        LineDraft("FILM", "1", strategy="priority", alternates=(AlternateDraft("GLUE", "2"), AlternateDraft("FOIL"))),
        LineDraft("LID", "0", per="steps", steps=(StepDraft("0", "1"), StepDraft("100", "2"))),
    ]
    loss = ScrapDraft("1", source="supplier", source_note="=see letter")
    outputs = [OutputDraft("LID", "0.25", cost_share="10")]
    plant.approved_bom(
        kit, lines, outputs=outputs, assembly_scrap=loss, operation_scrap=[ScrapDraft("4", operation="20")]
    )
    plant.approved_bom(kit, [LineDraft("FOIL", "2")], reason="-10 % by trial")


@pytest.mark.parametrize("form", FORMS)
def test_records_with_every_figure_come_back_unchanged(every_figure, form):
    assert unchanged(exported("items", form), f"items.{form}") == Item.objects.count()
    assert unchanged(exported("unit_factors", form), f"unit_factors.{form}") == 2
    assert unchanged(exported("boms", form), f"boms.{form}") == 2


@pytest.mark.django_db
def test_items_go_into_an_empty_plant_and_come_out_the_same_to_the_byte_and_to_the_cell():
    """The file is written by hand, so that nothing but the import has ever seen it."""
    plant.people()
    header = KINDS["items"].header
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    rows = []
    for number, name in enumerate(NASTY):
        flags = ["yes" if number % 7 == place else "no" for place in range(7)]
        cells = ["half_even", "lot", "", f"{number}.1", "", ""]
        rows.append([f"A-{number}", name, "raw", "KGM", "3", "", *cells, *flags])
        writer.writerow([guarded(cell) for cell in rows[-1]])
    content = text.getvalue().encode("utf-8-sig")
    found = checked(content, "items.csv")
    assert (found.state, found.new, found.faults) == ("ready", len(NASTY), [])
    for row in rows:
        fields = item_fields(dict(zip(header, row, strict=True)))
        define_item(actor=plant.people().engineer, now=plant.NOW, **fields)
    assert exported("items", "csv") == content
    sheet = load_workbook(io.BytesIO(exported("items", "xlsx"))).active
    cells = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == [list(header), *rows]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}, "something would be run"


def test_two_exports_are_the_same_to_the_byte(every_figure):
    assert [exported(kind, "csv") for kind in KINDS] == [exported(kind, "csv") for kind in KINDS]


@pytest.mark.skipif(bicycles() is None, reason="the bicycle data set is not here (BACKFLUSH_BICYCLES)")
def test_a_bicycle_makers_data_comes_back_unchanged_with_every_effective_time(real_database, tmp_path):
    plant.people()
    (tmp_path / "password").write_text(plant.PASSWORD, encoding="utf-8")
    who = {"author": "engineer", "approver": "qa", "approver_password_file": Path(tmp_path / "password")}
    call_command("import_bom_csv", bicycles(), verbosity=0, **who)
    versions = BomVersion.objects.count()
    for form in FORMS:
        assert unchanged(exported("items", form), f"items.{form}") == 504
        assert unchanged(exported("boms", form), f"boms.{form}") == versions
    rows = [row for row in exported_rows("boms") if row["part"] == "version"]
    told = {(row["item"], row["version"], row["effective_from"][:10]) for row in rows}
    stored = BomVersion.objects.values_list("item__code", "number", "effective_from")
    assert told == {(code, str(number), start.date().isoformat()) for code, number, start in stored}
    assert (
        sum(bool(row["effective_to"]) for row in rows) == BomVersion.objects.filter(effective_to__isnull=False).count()
    )
