"""Reading an uploaded CSV file or XLSX workbook row by row, with what a workbook knows of its cells kept."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import IO, Any

import defusedxml
from openpyxl import DEFUSEDXML, load_workbook

from masterdata.rules.refusal import Refusal
from masterdata.rules.sheet_cells import Broken, Formula, Moment, number_cell
from masterdata.rules.sheet_file import file_refusal, is_workbook, text_of
from masterdata.rules.sheet_table import Faults, Sheet, TooManyRows, kind_of, read_sheet

#: columns of a workbook that are looked at; the widest sheet that is known has far fewer
MOST_COLUMNS = 200
_SEPARATORS = ",;\t"

assert DEFUSEDXML, "workbooks are read with defusedxml, or not at all"


def sheets_of(file: IO[bytes], size: int, faults: Faults, *, zone: tzinfo, most_rows: int) -> list[Sheet]:
    """Every sheet of the file. Faults of the file as a whole leave nothing that could be used."""
    refusal = file_refusal(file, size)
    if refusal is not None:
        _tell(refusal, faults)
        return []
    file.seek(0)
    workbook = is_workbook(file.read(8))
    file.seek(0)
    try:
        if workbook:
            return list(_sheets_of_workbook(file, faults, zone, most_rows))
        return _sheet_of_text(file.read(), faults, zone, most_rows)
    except TooManyRows:
        sentence = f"The file has more than {most_rows:,} rows."
        faults.at("", 0, "", "too_many_rows", sentence, "Split it into several files.")
        return []


def _tell(refusal: Refusal, faults: Faults) -> None:
    faults.at("", 0, "", refusal.code, refusal.sentence, refusal.remedy)


def _sheet_of_text(data: bytes, faults: Faults, zone: tzinfo, most_rows: int) -> list[Sheet]:
    text = text_of(data)
    if isinstance(text, Refusal):
        _tell(text, faults)
        return []
    separator = _separator(text)
    lines = _Counted(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    first = next(csv.reader([text[: text.find("\n")] if "\n" in text else text], delimiter=separator), [])
    kind = kind_of([cell.strip() for cell in first])
    name = kind.name if kind is not None else "file"
    try:
        return [read_sheet(name, lines, faults, written=True, zone=zone, most_rows=most_rows)]
    except csv.Error as error:
        what = (
            "A quotation mark is opened and never closed" if "unexpected end" in str(error) else f"{error}".capitalize()
        )
        remedy = "Write a quotation mark inside a text twice, and put the text between quotation marks."
        faults.at(name, lines.count + 1, "", "not_csv", f"{what}.", remedy)
        return []


class _Counted:
    """Rows, counted, so that a fault of the reader itself can say where it is."""

    def __init__(self, rows: Iterator[list[str]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in self.rows:
            self.count += 1
            yield row


def _separator(text: str) -> str:
    """The one by which the first row becomes a header that is known; else the comma."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    for separator in _SEPARATORS:
        try:
            cells = next(csv.reader([first], delimiter=separator), [])
        except csv.Error:
            continue
        if kind_of([cell.strip() for cell in cells]) is not None:
            return separator
    return ","


def _sheets_of_workbook(file: IO[bytes], faults: Faults, zone: tzinfo, most_rows: int) -> Iterator[Sheet]:
    book = None
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        read = [_sheet_of_workbook(sheet, faults, zone, most_rows) for sheet in book.worksheets]
        filled = [sheet for sheet in read if sheet is not None]
        if not filled:
            faults.at("", 0, "", "sheet_empty", "No sheet of the workbook has anything in it.", "Fill one in.")
        yield from filled
    except _TooWide as error:
        sentence = f"The sheet goes on beyond column {MOST_COLUMNS}."
        faults.at(error.sheet, error.row, "", "too_many_columns", sentence, "Take out what does not belong there.")
    except TooManyRows:
        raise
    except Exception as error:  # whatever the library stumbles over, the file is to blame
        if _has_entities(error):
            sentence = "The workbook defines XML entities, as no spreadsheet does. It was not read."
            faults.at("", 0, "", "xml_entities", sentence, "Save it again from your spreadsheet, or as CSV.")
            return
        sentence = f"The workbook cannot be read ({type(error).__name__})."
        faults.at("", 0, "", "workbook_damaged", sentence, "Save it again from your spreadsheet, or as CSV.")
    finally:
        if book is not None:
            book.close()


def _has_entities(error: BaseException | None) -> bool:
    """Whether this is why the workbook was not read; the library wraps it in errors of its own."""
    while error is not None:
        if isinstance(error, defusedxml.DefusedXmlException):
            return True
        error = error.__cause__ or error.__context__
    return False


def _sheet_of_workbook(sheet: Any, faults: Faults, zone: tzinfo, most_rows: int) -> Sheet | None:
    """None for an empty sheet: spreadsheets add those by themselves."""
    own = Faults()
    read = read_sheet(sheet.title, _rows(sheet), own, written=False, zone=zone, most_rows=most_rows)
    if [fault.code for fault in own.listed] == ["sheet_empty"]:
        return None
    for fault in own.listed:
        faults.add(fault)
    faults.count += own.count - len(own.listed)
    return read


class _TooWide(Exception):  # noqa: N818
    def __init__(self, sheet: str, row: int) -> None:
        self.sheet, self.row = sheet, row
        super().__init__(sheet)


def _rows(sheet: Any) -> Iterator[Sequence[str]]:
    """Every row, also the empty ones between others, so that the place in the sequence is the number of the row."""
    sheet.reset_dimensions()  # what a file says of its size need not be true
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if len(cells) > MOST_COLUMNS:
            raise _TooWide(sheet.title, number)
        yield [_cell(cell) for cell in cells]


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    kind = cell.data_type
    if kind == "f":
        return Formula(value if isinstance(value, str) else getattr(value, "text", None) or "=…")
    if kind == "e":
        return Broken(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_cell(value, cell.number_format)
    if isinstance(value, datetime | date | time):
        return Moment(value.isoformat())
    if isinstance(value, timedelta):
        return Moment(str(value))
    return str(value)
