"""Sheets as files: CSV that is the same byte for byte each time, and XLSX with numbers as numbers, where no digit is lost."""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO

import xlsxwriter
from django.http import FileResponse

from masterdata.rules.sheet_cells import fits_a_number, guarded

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: what is kept in memory of a file before it goes to the disk
_IN_MEMORY = 4 * 2**20
#: a spreadsheet takes a file for Unicode only with this at its beginning
_MARK = "\ufeff"
Row = Mapping[str, str]


def sheet_answer(
    name: str, header: Sequence[str], numbers: frozenset[str], rows: Iterable[Row], form: str
) -> FileResponse:
    """The sheet as an attachment. `numbers`: the columns of figures; all others are texts, whatever they look like."""
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  the answer closes it
    if form == "csv":
        _write_csv(file, header, numbers, rows)
    else:
        _write_xlsx(file, name, header, numbers, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.{form}", content_type=FORMATS[form])


def _write_csv(file: IO[bytes], header: Sequence[str], numbers: frozenset[str], rows: Iterable[Row]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    text.write(_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([row[column] if column in numbers else guarded(row[column]) for column in header])
    text.detach()


def _write_xlsx(
    file: IO[bytes], name: str, header: Sequence[str], numbers: frozenset[str], rows: Iterable[Row]
) -> None:
    """Row by row, so that a long sheet takes no more memory than a short one."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet(name)
    bold, as_text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(header):
        wide = max(len(column) + 2, 40 if column in ("name", "reason", "source_note", "identity") else 12)
        sheet.set_column(place, place, wide, None if column in numbers else as_text)
        sheet.write_string(0, place, column, bold)
    for number, row in enumerate(rows, start=1):
        for place, column in enumerate(header):
            text = row[column]
            if not text:
                continue
            if column in numbers and fits_a_number(text):
                sheet.write_number(number, place, float(text))
            else:
                sheet.write_string(number, place, text, as_text)
    book.close()
