"""Uploaded files that are not what they seem: each is refused in words before it can do harm."""

import io
import time
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
import xlsxwriter
from openpyxl import Workbook

from masterdata.queries.sheet_files import sheets_of
from masterdata.rules import sheet_file
from masterdata.rules.sheet_columns import KINDS
from masterdata.rules.sheet_table import MOST_FAULTS, Faults

HEADER = KINDS["items"].header
ROW = ["A-1", "Foil", "raw", "C62", "0", "", "half_even", "lot", "", "1.5", "", "", *["no"] * 7]
CSV = f"{','.join(HEADER)}\r\n{','.join(ROW)}\r\n"


def read(data: bytes, *, most_rows: int = 1000):
    faults = Faults()
    sheets = sheets_of(io.BytesIO(data), len(data), faults, zone=UTC, most_rows=most_rows)
    return sheets, faults


def codes(data: bytes, **options) -> list[str]:
    return [fault.code for fault in read(data, **options)[1].listed]


def workbook(*rows, title: str = "items") -> bytes:
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = title
    for row in (HEADER, *rows):
        sheet.append(list(row))
    book.save(file)
    return file.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """The workbook with parts changed or added; names have __ for / and _dot_ for a point."""
    changed = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *changed]):
            new.writestr(name, changed[name] if name in changed else old.read(name))
    return file.getvalue()


def zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name, content in parts.items():
            new.writestr(name.replace("_dot_", "."), content)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.replace("\r\n", "\n").encode(),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        workbook(ROW),
        workbook(ROW, title="Sheet1"),
    ],
    ids=["utf-8", "mark", "utf-16", "lf", "semicolon", "tab", "xlsx", "any title"],
)
def test_every_certain_form_of_the_same_sheet_is_read_alike(data):
    sheets, faults = read(data)
    assert faults.listed == []
    assert [(row.number, row.values) for row in sheets[0].rows] == [(2, dict(zip(HEADER, ROW, strict=True)))]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (CSV.replace("Foil", "Folie für Tüten").encode("latin-1"), "encoding_unknown"),
        (CSV.encode("utf-16-le"), "nul_character"),
        (CSV.replace("Foil", "Fo\x00il").encode(), "nul_character"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_workbook"),
        (b"%PDF-1.7", "not_a_sheet"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "other_workbook"),
        (zipped(readme_dot_txt=b"hello"), "not_a_workbook"),
        (workbook(ROW)[:400], "workbook_damaged"),
        (repacked(workbook(ROW), xl__vbaProject_dot_bin=b"macro"), "workbook_with_macros"),
        (b"\r\n\r\n", "sheet_empty"),
        (",".join(HEADER).encode(), "sheet_without_rows"),
        (b"a,b,c\r\n1,2,3\r\n", "header_unknown"),
        (CSV.replace("name,", "nome,", 1).encode(), "column_missing"),
        (CSV.replace("gtin", "kind").encode(), "column_missing"),
        (CSV.replace(",no\r\n", ",no,extra\r\n").encode(), "cells_do_not_fit"),
        (CSV.replace("Foil", '"Foil').encode(), "not_csv"),
        (CSV.replace("Foil", '"' + "x" * 200_000 + '"').encode(), "not_csv"),
    ],
)
def test_what_cannot_be_read_in_one_way_is_refused(data, code):
    assert codes(data)[0] == code


def test_wrong_columns_are_all_named_at_once():
    header = CSV.replace("name,", "nome,", 1).replace("gtin", "kind", 1)
    found = [(fault.column, fault.code) for fault in read(header.encode())[1].listed]
    assert found == [
        ("name", "column_missing"),
        ("gtin", "column_missing"),
        ("nome", "column_unknown"),
        ("kind", "column_twice"),
    ]


def test_a_zip_bomb_is_not_unpacked(monkeypatch):
    bomb = repacked(workbook(ROW), xl__worksheets__sheet1_dot_xml=b"0" * (sheet_file.SMALL + 1))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("it was unpacked"))
    assert codes(bomb) == ["packed_too_tightly"]


def test_a_workbook_that_unpacks_to_too_much_or_has_too_many_parts_is_refused(monkeypatch):
    monkeypatch.setattr(sheet_file, "MOST_UNPACKED", 1000)
    assert codes(workbook(ROW)) == ["too_large_unpacked"]
    monkeypatch.setattr(sheet_file, "MOST_UNPACKED", 2**28)
    monkeypatch.setattr(sheet_file, "MOST_PARTS", 5)
    assert codes(workbook(ROW)) == ["too_many_parts"]


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_xml_entities_are_refused_wherever_they_stand(part):
    data = workbook(ROW)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        content = book.read(part)
    content = ENTITIES + content.partition(b"?>")[2] if content.startswith(b"<?xml") else ENTITIES + content
    name = part.replace("/", "__").replace(".", "_dot_")
    assert codes(repacked(data, **{name: content})) == ["xml_entities"]


def test_formulas_dates_and_noise_of_a_workbook_are_told_by_cell():
    rows = [
        [*ROW[:9], "=1+1", *ROW[10:]],
        [*ROW[:9], 0.1 + 0.2, *ROW[10:]],
        [datetime(2026, 3, 1), *ROW[1:]],
        [*ROW[:9], 0.1, *ROW[10:]],
    ]
    data = workbook(*rows)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<v>0.3</v>" in sheet, "the library rounds what it writes"
    noise = sheet.replace(b"<v>0.3</v>", b"<v>0.30000000000000004</v>")
    sheets, faults = read(repacked(data, xl__worksheets__sheet1_dot_xml=noise))
    assert [(fault.row, fault.column, fault.code) for fault in faults.listed] == [
        (2, "standard_cost", "cell_is_a_formula"),
        (3, "standard_cost", "digits_of_a_calculation"),
        (4, "item", "cell_is_a_date"),
    ]
    assert sheets[0].rows[0].values["standard_cost"] == "0.1"


def test_a_workbook_that_is_wide_or_lies_about_its_size_is_not_followed():
    book, file = Workbook(), io.BytesIO()
    book.active.append(list(HEADER))
    book.active.cell(row=2, column=16_000, value="far out")
    book.save(file)
    assert codes(file.getvalue()) == ["too_many_columns"]


def test_an_empty_sheet_beside_a_full_one_is_left_alone():
    book, file = Workbook(), io.BytesIO()
    book.active.append(list(HEADER))
    book.active.append(ROW)
    book.create_sheet("Sheet2")
    book.save(file)
    sheets, faults = read(file.getvalue())
    assert (len(sheets), faults.listed) == (1, [])


def test_more_rows_than_allowed_are_told_before_they_are_read():
    rows = "".join(CSV.splitlines(keepends=True)[1:]) * 50
    assert codes((CSV + rows).encode(), most_rows=20) == ["too_many_rows"]


def test_of_faults_without_end_the_first_are_kept_and_all_are_counted():
    bad = CSV.splitlines(keepends=True)[1].replace("1.5", "1,5".replace(",", ";"))
    faults = read((CSV + bad * (MOST_FAULTS + 10)).encode(), most_rows=100_000)[1]
    assert (len(faults.listed), faults.count) == (MOST_FAULTS, MOST_FAULTS + 10)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_hundred_thousand_rows_take_bounded_time_and_memory(form):
    count = 100_000
    if form == "csv":
        body = "".join(",".join([f"A-{n}", *ROW[1:]]) + "\r\n" for n in range(count))
        data = (",".join(HEADER) + "\r\n" + body).encode()
    else:
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        sheet = book.add_worksheet("items")
        sheet.write_row(0, 0, HEADER)
        for n in range(count):
            for place, cell in enumerate([f"A-{n}", *ROW[1:]]):
                if cell:
                    sheet.write_string(n + 1, place, cell)
        book.close()
        data = file.getvalue()
    began = time.monotonic()
    sheets, faults = read(data, most_rows=count)
    took = time.monotonic() - began
    print(f"{form}: {len(data) / 2**20:.1f} MB, {took:.1f} s")
    assert (len(sheets[0].rows), faults.count) == (count, 0)
    assert took < 120
    del sheets
    tracemalloc.start()
    read(data, most_rows=count // 10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"peak until a tenth was read {peak / 2**20:.0f} MB")
    assert peak < 100 * 2**20
