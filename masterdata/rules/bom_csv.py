"""Reading of items, dated BOM lines and suppliers from CSV text: every fault with its file and line, all at once."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from masterdata.rules.bom_history import DatedLine
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import parse_decimal

ITEMS, LINES, SUPPLIERS = "items.csv", "bom_lines.csv", "suppliers.csv"
COLUMNS = {
    ITEMS: ("item", "name", "made_here", "finished_good", "standard_cost"),
    LINES: ("assembly", "component", "quantity", "unit", "effective_from", "effective_to"),
    SUPPLIERS: ("supplier", "name"),
}
QUANTITY_PLACES, COST_PLACES = 9, 6
WHOLE_DIGITS = 15
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class SourceItem:
    code: str
    name: str
    made_here: bool
    finished_good: bool
    standard_cost: Decimal
    row: int


@dataclass(frozen=True, slots=True)
class SourceSupplier:
    code: str
    name: str
    row: int


@dataclass
class Source:
    """What was read. `tops`: finished products that the source lists on lines without an assembly."""

    items: list[SourceItem] = field(default_factory=list)
    lines: list[DatedLine] = field(default_factory=list)
    tops: list[DatedLine] = field(default_factory=list)
    suppliers: list[SourceSupplier] = field(default_factory=list)
    faults: list[Refusal] = field(default_factory=list)


def read_source(texts: dict[str, str]) -> Source:
    """Read the files by name. `items.csv` and `bom_lines.csv` are needed, `suppliers.csv` may be missing."""
    source = Source()
    for name in (ITEMS, LINES):
        if name not in texts:
            source.faults.append(Refusal("file_missing", f"{name} is missing.", name, "Put it into the folder."))
    for row in _rows(texts, ITEMS, source.faults):
        item = _item(row)
        if item is not None:
            source.items.append(item)
    for row in _rows(texts, LINES, source.faults):
        line = _line(row)
        if line is not None:
            (source.lines if line.assembly else source.tops).append(line)
    for row in _rows(texts, SUPPLIERS, source.faults):
        supplier = _supplier(row)
        if supplier is not None:
            source.suppliers.append(supplier)
    source.faults.extend(_cross_faults(source))
    return source


def fault(file: str, row: int, code: str, sentence: str, remedy: str = "Mend the row.") -> Refusal:
    """A refusal that says where in which file."""
    return Refusal(code, f"{file} line {row}: {sentence}", f"{file}:{row}", remedy)


@dataclass
class _Row:
    file: str
    number: int
    cells: dict[str, str]
    faults: list[Refusal]

    def text(self, column: str, longest: int, *, empty: bool = False) -> str | None:
        value = self.cells[column].strip()
        if not value and not empty:
            self._wrong("empty", f"{column} is empty.")
            return None
        if len(value) > longest:
            self._wrong("too_long", f"{column} has more than {longest} characters.")
            return None
        return value

    def flag(self, column: str) -> bool | None:
        value = self.cells[column].strip()
        if value not in ("0", "1"):
            self._wrong("not_a_flag", f"{column} must be 0 or 1, not {value!r}.")
            return None
        return value == "1"

    def number_of(self, column: str, places: int, *, above_zero: bool) -> Decimal | None:
        text = self.cells[column].strip()
        try:
            exact = parse_decimal(text)
        except ValueError:
            self._wrong("not_a_number", f"{column} must be a number such as 12.5, not {text!r}.")
            return None
        if exact < 0 or (above_zero and exact == 0):
            self._wrong("out_of_range", f"{column} must be {'above zero' if above_zero else 'zero or more'}.")
            return None
        if exact >= 10**WHOLE_DIGITS or (exact * 10**places).denominator != 1:
            self._wrong("too_many_digits", f"{column} has more than {places} decimals, or is too large.")
            return None
        return Decimal(text)

    def day(self, column: str, *, empty: bool = False) -> date | None:
        text = self.cells[column].strip()
        if not text and empty:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._wrong("not_a_day", f"{column} must be a day such as 2026-11-23, not {text!r}.")
            return None

    def _wrong(self, code: str, sentence: str) -> None:
        """Remember the fault; the caller then has no value."""
        self.faults.append(fault(self.file, self.number, code, sentence))


def _rows(texts: dict[str, str], name: str, faults: list[Refusal]) -> Iterator[_Row]:
    """The data rows of a file that have the right number of cells."""
    if name not in texts:
        return
    reader = csv.reader(io.StringIO(texts[name].lstrip("\ufeff"), newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in COLUMNS[name] if column not in header]
        if missing:
            faults.append(fault(name, 1, "columns_missing", f"these columns are missing: {', '.join(missing)}."))
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                text = f"{len(cells)} cells where the header has {len(header)}."
                faults.append(fault(name, reader.line_num, "cells_missing", text))
                continue
            if any("\x00" in cell for cell in cells):
                faults.append(fault(name, reader.line_num, "not_text", "a NUL character."))
                continue
            yield _Row(name, reader.line_num, dict(zip(header, cells, strict=True)), faults)
    except csv.Error as error:
        faults.append(fault(name, reader.line_num, "not_csv", f"{error}.", "Write it as CSV in UTF-8."))


def _item(row: _Row) -> SourceItem | None:
    code, name = row.text("item", 60), row.text("name", 200)
    made, finished = row.flag("made_here"), row.flag("finished_good")
    cost = row.number_of("standard_cost", COST_PLACES, above_zero=False)
    if code is None or name is None or made is None or finished is None or cost is None:
        return None
    return SourceItem(code, name, made, finished, cost, row.number)


def _supplier(row: _Row) -> SourceSupplier | None:
    code, name = row.text("supplier", 40), row.text("name", 200)
    return SourceSupplier(code, name, row.number) if code is not None and name is not None else None


def _line(row: _Row) -> DatedLine | None:
    faults_before = len(row.faults)
    assembly, component = row.text("assembly", 60, empty=True), row.text("component", 60)
    quantity = row.number_of("quantity", QUANTITY_PLACES, above_zero=True)
    unit = row.text("unit", 10)
    first, last = row.day("effective_from"), row.day("effective_to", empty=True)
    if first is not None and last is not None and last < first:
        row.faults.append(fault(row.file, row.number, "ends_before_it_begins", f"ends on {last}, begins on {first}."))
    if len(row.faults) > faults_before:
        return None
    assert assembly is not None and component is not None and quantity is not None and unit is not None  # noqa: PT018
    assert first is not None
    return DatedLine(assembly, component, quantity, unit, first, last, row.number)


def _cross_faults(source: Source) -> Iterator[Refusal]:
    """Codes given twice, and lines that name an item which is not there."""
    yield from _twice(ITEMS, source.items, lambda item: item.code, lambda item: item.row)
    yield from _twice(SUPPLIERS, source.suppliers, lambda one: one.code, lambda one: one.row)
    known = {item.code for item in source.items}
    for line in (*source.tops, *source.lines):
        for role, code in (("assembly", line.assembly), ("component", line.component)):
            if code and code not in known:
                yield fault(LINES, line.row, "unknown_item", f"{role} {code} is not in {ITEMS}.", "Add it there.")


def _twice(
    file: str, rows: list[Value], code_of: Callable[[Value], str], row_of: Callable[[Value], int]
) -> Iterator[Refusal]:
    first: dict[str, int] = {}
    for row in rows:
        code = code_of(row)
        if code in first:
            yield fault(file, row_of(row), "given_twice", f"{code} stands in line {first[code]} already.")
        first.setdefault(code, row_of(row))
