"""Everything that can be wrong with a sheet of BOMs is told with its row and column, all at once, and nothing is loaded."""

import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from masterdata.models import BomVersion, ChangeRequest, ImportedRecord
from masterdata.rules.bom import LineDraft
from masterdata.rules.sheet_columns import KINDS
from tests import plant
from tests.importing import checked, exported

HEADER = KINDS["boms"].header
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def items():
    plant.people()
    for code in ("KIT", "BOX"):
        plant.product(code)
    for code in ("FOIL", "FILM"):
        plant.item(code, unit="KGM")


def head(item: str = "KIT", **cells: object) -> dict[str, object]:
    return {"item": item, "version": "1", "part": "version", "quantity": "1", "unit": "C62", **cells}


def line(component: str, item: str = "KIT", position: str = "10", **cells: object) -> dict[str, object]:
    given = {"item": item, "version": "1", "part": "line", "position": position, "component": component}
    return {**given, "quantity": "1", "unit": "KGM", "operation": "10", **cells}


def as_csv(rows: list[dict[str, object]], separator: str = ",", encoding: str = "utf-8-sig") -> bytes:
    text = [separator.join(HEADER), *(separator.join(str(row.get(name, "")) for name in HEADER) for row in rows)]
    return "\r\n".join(text).encode(encoding)


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_xlsx(rows: list[dict[str, object]]) -> bytes:
    return workbook(("boms", [list(HEADER), *([row.get(name) for name in HEADER] for row in rows)]))


def faults(content: bytes, name: str = "boms.csv") -> list[tuple[int, str, str]]:
    """Row, column and code of every fault; nothing was loaded."""
    one = checked(content, name)
    assert one.state == "faulty", "it was taken"
    assert all(fault["sentence"] and fault["remedy"] for fault in one.faults)
    assert (ImportedRecord.objects.count(), ChangeRequest.objects.count()) == (0, 0)
    assert not BomVersion.objects.filter(state="draft").exists()
    return [(fault["row"], fault["column"], fault["code"]) for fault in one.faults]


def test_a_sound_sheet_is_taken():
    for content in (as_csv([head(), line("FOIL")]), as_xlsx([head(), line("FOIL")])):
        one = checked(content, "boms")
        assert (one.state, one.new) == ("ready", 1), one.faults


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([head(), line("FOIL"), line("FOIL")], (4, "part", "given_twice")),
        ([head(), line("NOBODY")], (3, "component", "unknown_item")),
        ([head("NOBODY"), line("FOIL", "NOBODY")], (2, "item", "unknown_item")),
        ([head(), line("FOIL", unit="KGX")], (3, "unit", "unknown_unit")),
        ([head(), line("FOIL", unit="LTR")], (3, "unit", "no_conversion")),
        ([head(quantity="0"), line("FOIL")], (2, "quantity", "zero_base")),
        ([head(), line("FOIL", quantity="0")], (3, "quantity", "zero_quantity")),
        ([head(), line("FOIL", operation="70")], (3, "operation", "unknown_operation")),
        ([head(), line("KIT", unit="C62")], (3, "component", "cycle")),
        ([head()], (2, "part", "empty_bom")),
        ([line("FOIL")], (2, "part", "version_row_missing")),
        ([head(), line("FOIL", quantity="1e3")], (3, "quantity", "number_with_exponent")),
        ([head(), line("FOIL", quantity="-1")], (3, "quantity", "number_below_zero")),
        ([head(), line("FOIL", quantity="1.0000000001")], (3, "quantity", "too_many_decimals")),
        ([head(), {**line("FOIL"), "component": "=A1"}], (3, "component", "cell_is_a_formula")),
        ([head(effective_from="46000"), line("FOIL")], (2, "effective_from", "not_a_time")),
        ([head(effective_from="1.2.2027"), line("FOIL")], (2, "effective_from", "not_a_time")),
        ([head(effective_from="2027-02-01T06:00"), line("FOIL")], (2, "effective_from", "time_without_a_zone")),
        ([head(effective_to="2027-02-01"), line("FOIL")], (2, "effective_to", "end_is_not_proposed")),
        ([head(), {**line("FOIL"), "part": "stuff"}], (3, "part", "word_unknown")),
        ([head(), {"item": "KIT", "version": "1", "part": "step", "position": "90", "from_quantity": "0", "quantity": "1"},
          line("FOIL")], (3, "position", "line_missing")),
    ],
)  # fmt: skip
def test_each_fault_has_its_row_and_column(rows, told):
    assert told in faults(as_csv(rows))


def test_numbers_as_other_countries_write_them_are_refused_in_words():
    rows = [head(), line("FOIL", quantity="1,5"), line("FILM", position="20", quantity="1.234,5")]
    content = as_csv(rows, separator=";")
    assert faults(content) == [(3, "quantity", "decimal_comma"), (4, "quantity", "number_ambiguous")]
    rows = [head(), line("FOIL", quantity='"1,000"'), line("FILM", position="20", quantity="1 000")]
    assert faults(as_csv(rows)) == [(3, "quantity", "number_ambiguous"), (4, "quantity", "number_ambiguous")]


def test_a_cycle_within_the_file_is_told_at_each_of_its_lines():
    rows = [head("KIT"), line("BOX", "KIT", unit="C62"), head("BOX"), line("KIT", "BOX", unit="C62")]
    assert set(faults(as_csv(rows))) == {(3, "component", "cycle"), (5, "component", "cycle")}


def test_a_cycle_through_records_of_the_plant_is_told():
    box = plant.product("BOX")
    plant.approved_bom(box, [LineDraft("KIT", "1")])
    assert faults(as_csv([head(), line("BOX", unit="C62")])) == [(3, "component", "cycle")]


def test_phantoms_that_go_round_in_the_file_are_told():
    rows = [head("KIT", phantom="yes"), line("BOX", "KIT", unit="C62", operation="")]
    rows += [head("BOX", phantom="yes"), line("KIT", "BOX", unit="C62", operation="")]
    told = faults(
        as_csv([{**row, "operation": row.get("operation") or ("10" if row["part"] == "line" else "")} for row in rows])
    )
    assert {code for _, _, code in told} == {"cycle"}
    assert {row for row, _, _ in told} == {3, 5}


def test_a_phantom_of_the_same_file_is_judged_as_one():
    """BOX is taken in the unit of its phantom version, which is another than it is stocked in."""
    plant.item("MIX", unit="KGM")
    rows = [head("MIX", phantom="yes", unit="KGM"), line("FOIL", "MIX"), head("KIT"), line("MIX", "KIT", unit="GRM")]
    one = checked(as_csv(rows), "boms.csv")
    assert (one.state, one.new) == ("ready", 2), one.faults


def test_all_faults_are_told_at_once():
    rows = [
        head(quantity="0"),
        line("NOBODY"),
        line("FOIL", position="20", unit="KGX"),
        line("FILM", position="30", quantity="x"),
    ]
    rows += [head("BOX"), line("FOIL", "BOX", unit="LTR"), line("BOX", "BOX", position="20", unit="C62")]
    told = set(faults(as_csv(rows)))
    assert {(3, "component", "unknown_item"), (4, "unit", "unknown_unit"), (5, "quantity", "not_a_number")} <= told
    assert {(7, "unit", "no_conversion"), (8, "component", "cycle")} <= told


def test_blank_rows_between_others_count_for_the_numbers_and_for_nothing_else():
    content = as_csv([head(), {}, {}, line("NOBODY")])
    assert faults(content) == [(5, "component", "unknown_item")]
    assert faults(as_xlsx([head(), {}, {}, line("NOBODY")]), "boms.xlsx") == [(5, "component", "unknown_item")]


def test_cells_beyond_the_header_are_told():
    lines = as_csv([head(), line("FOIL")]).decode("utf-8-sig").split("\r\n")
    content = "\r\n".join([lines[0], lines[1], lines[2] + ",extra"]).encode()
    assert faults(content) == [(3, "", "cells_do_not_fit")]
    content = "\r\n".join([lines[0] + ",remarks", lines[1] + ",", lines[2] + ",extra"]).encode()
    assert faults(content) == [(1, "remarks", "column_unknown")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_way_that_spreadsheets_write_a_csv_is_read(encoding, separator):
    one = checked(as_csv([head(reason="Größe"), line("FOIL")], separator, encoding), "boms.txt")
    assert (one.state, one.new) == ("ready", 1), one.faults


def test_another_encoding_is_told_with_its_line():
    one = checked(as_csv([head(reason="Größe"), line("FOIL")], encoding="latin-1"), "boms.csv")
    assert [fault["code"] for fault in one.faults] == ["encoding_unknown"]
    assert "Line 2" in one.faults[0]["sentence"]


def test_what_a_workbook_makes_of_cells_is_told():
    rows = [
        head(effective_from=46000),
        line("FOIL", quantity="=1+1"),
        {**line("FILM", position="20"), "component": datetime(2027, 2, 1)},
        line("FILM", position="30", quantity=1 / 3),
        line("FILM", position="40", quantity="1,5"),
    ]
    assert set(faults(as_xlsx(rows), "boms.xlsx")) == {
        (2, "effective_from", "not_a_time"),
        (3, "quantity", "cell_is_a_formula"),
        (4, "component", "cell_is_a_date"),
        (5, "quantity", "digits_of_a_calculation"),
        (6, "quantity", "decimal_comma"),
    }


def test_a_day_of_a_workbook_begins_where_the_plant_is():
    one = checked(as_xlsx([head(effective_from=datetime(2027, 2, 1)), line("FOIL")]), "boms.xlsx", zone="Europe/Berlin")
    assert (one.state, one.new) == ("ready", 1), one.faults


def test_every_sheet_of_a_workbook_is_read_and_what_is_none_is_told():
    boms = [list(HEADER), *([row.get(name) for name in HEADER] for row in (head(), line("FOIL")))]
    content = workbook(("Structure", boms), ("Notes", [["to do"], ["ask Ines"]]), ("Empty", []), ("Again", boms))
    one = checked(content, "all.xlsx")
    assert [(fault["sheet"], fault["code"]) for fault in one.faults] == [
        ("Notes", "header_unknown"),
        ("Again", "sheet_twice"),
    ]
    assert "take the sheet out" in one.faults[0]["remedy"]
    one = checked(workbook(("Structure", boms), ("Empty", [])), "all.xlsx")
    assert (one.state, one.new) == ("ready", 1)


def test_the_sheet_of_stock_is_told_what_it_is():
    told = checked(
        b"site,bin,item,lot,status,quantity,unit\r\nPLANT,STORE-1,FOIL,L1,released,1,KGM\r\n", "stock.csv"
    ).faults
    assert [fault["code"] for fault in told] == ["stock_is_not_imported"]


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * 40_000_000)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\r\n\r\n", "sheet_empty"),
        (b"%PDF-1.7", "not_a_sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xls", "old_workbook"),
        (b"PK\x03\x04broken", "workbook_damaged"),
        (bomb(), "packed_too_tightly"),
        (",".join(HEADER).encode(), "sheet_without_rows"),
        (as_csv([head(), line("FOIL")]) + b'\r\nKIT,1,line,"', "not_csv"),
    ],
)
def test_a_file_that_is_none_is_told(content, code):
    assert [fault[2] for fault in faults(content)] == [code]


def test_the_name_of_a_file_says_nothing():
    for content, name in ((as_xlsx([head(), line("FOIL")]), "boms.csv"), (as_csv([head(), line("FOIL")]), "boms.xlsx")):
        one = checked(content, name)
        assert (one.state, one.new) == ("ready", 1), one.faults


def test_too_many_rows_and_too_many_changes_are_told(settings):
    settings.IMPORT_MOST_ROWS = 2
    assert faults(as_csv([head(), line("FOIL"), line("FILM", position="20")])) == [(0, "", "too_many_rows")]
    settings.IMPORT_MOST_ROWS, settings.IMPORT_MOST_CHANGES = 100, 1
    rows = [head(), line("FOIL"), head("BOX"), line("FOIL", "BOX")]
    assert faults(as_csv(rows)) == [(0, "", "too_many_changes")]


def test_numbers_of_forty_digits_and_texts_that_a_spreadsheet_would_run_come_back_as_they_are():
    foil = plant.item("FOIL", unit="KGM")
    plant.factor(foil, "MTR", "KGM", f"{10**39 + 1}/{10**38 + 7}")
    for form in ("csv", "xlsx"):
        one = checked(exported("unit_factors", form), f"unit_factors.{form}")
        assert (one.state, one.unchanged, one.new, one.changed) == ("ready", 1, 0, 0), one.faults
