"""Rows of an imported sheet as records of canonical texts: which sheet it is, every fault with its row and column."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import tzinfo

from masterdata.rules.sheet_cells import SHOWN, CellFault, Column, Formula, read_cell
from masterdata.rules.sheet_columns import KINDS, SheetKind

#: faults that are kept one by one; a file that has more is wrong throughout
MOST_FAULTS = 2000
#: different texts of a column that are kept, so that each is read once
MOST_KNOWN = 20_000


@dataclass(frozen=True, slots=True)
class SheetFault:
    """Something wrong with an import. `row` 0: with the sheet; `column` empty: with the row; `sheet` empty: with the file."""

    sheet: str
    row: int
    column: str
    code: str
    sentence: str
    remedy: str

    @property
    def where(self) -> str:
        parts = [self.sheet, f"row {self.row}" if self.row else "", f"column {self.column}" if self.column else ""]
        return ", ".join(part for part in parts if part)

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)


@dataclass
class Faults:
    """All faults of an import; of more than `MOST_FAULTS` the number is kept."""

    listed: list[SheetFault] = field(default_factory=list)
    count: int = 0

    def add(self, fault: SheetFault) -> None:
        self.count += 1
        if len(self.listed) < MOST_FAULTS:
            self.listed.append(fault)

    def at(self, sheet: str, row: int, column: str, code: str, sentence: str, remedy: str) -> None:
        self.add(SheetFault(sheet, row, column, code, sentence, remedy))


class TooManyRows(Exception):  # noqa: N818
    """The sheet has more rows than are taken: nothing after them was read."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row by its number in the sheet, with the canonical text of every cell by column."""

    number: int
    values: dict[str, str]


@dataclass
class Sheet:
    """One sheet that was read. `kind` None: its header is not known. `spoilt`: rows with faulty cells."""

    name: str
    kind: SheetKind | None
    rows: list[SheetRow] = field(default_factory=list)
    spoilt: list[SheetRow] = field(default_factory=list)


def read_sheet(
    name: str, lines: Iterable[Sequence[str]], faults: Faults, *, written: bool, zone: tzinfo, most_rows: int
) -> Sheet:
    """Read a sheet from its header on. Rows in which any cell is wrong are left out of `rows`; their faults are told.

    Raises TooManyRows as soon as there are more than `most_rows`.
    """
    numbered = enumerate(lines, start=1)
    first, header = next(((at, cells) for at, cells in numbered if any(cell.strip() for cell in cells)), (0, ()))
    if not header:
        faults.at(name, 0, "", "sheet_empty", "The sheet is empty.", "Export one to see what belongs there.")
        return Sheet(name, None)
    kind, places = _understood(name, first, [str(cell).strip() for cell in header], faults)
    sheet = Sheet(name, kind)
    if kind is None or places is None:
        return sheet
    readers = [(place, _Reader(column, written, zone)) for place, column in places]
    width = len(header)
    count = 0
    for number, cells in numbered:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > most_rows:
            raise TooManyRows
        if len(cells) != width and (written or any(cell.strip() for cell in cells[width:])):
            sentence = f"The row has {len(cells)} cells where the header has {width}."
            remedy = "Put a text that contains the separator between quotation marks." if written else "Clear the rest."
            faults.at(name, number, "", "cells_do_not_fit", sentence, remedy)
            shown = {reader.column.name: cells[place] if place < len(cells) else "" for place, reader in readers}
            sheet.spoilt.append(SheetRow(number, shown))
            continue
        before = faults.count
        values = _values(name, number, cells, readers, faults)
        (sheet.rows if faults.count == before else sheet.spoilt).append(SheetRow(number, values))
    if not count:
        faults.at(name, 0, "", "sheet_without_rows", "There is no row below the header.", "Add the records.")
    return sheet


def kind_of(header: Sequence[str]) -> SheetKind | None:
    """The kind of sheet that most of these column names belong to, if at least half of its columns are there."""
    given = set(header)
    best = max(KINDS.values(), key=lambda kind: len(given & set(kind.header)) / len(kind.header))
    return best if 2 * len(given & set(best.header)) >= len(best.header) else None


def _understood(
    name: str, row: int, header: list[str], faults: Faults
) -> tuple[SheetKind | None, list[tuple[int, Column]] | None]:
    """The kind of the sheet and where its columns stand; None for these where the header is wrong."""
    before = faults.count
    kind = kind_of(header)
    if kind is None and {"bin", "lot", "quantity"} <= set(header):
        sentence = "This is a sheet of stock, and stock is not imported: it moves by what is scanned and counted."
        faults.at(
            name, row, "", "stock_is_not_imported", sentence, "Receive the lots, or count them; take the sheet out."
        )
        return None, None
    if kind is None:
        known = "; ".join(f"{one.name}: {', '.join(one.header[:4])}, …" for one in KINDS.values())
        sentence = f"The header is none that is known: {', '.join(header)[: 2 * SHOWN]}."
        faults.at(
            name,
            row,
            "",
            "header_unknown",
            sentence,
            f"Export a sheet and keep its first row ({known}), or take the sheet out.",
        )
        return None, None
    for column in kind.header:
        if column not in header:
            faults.at(name, row, column, "column_missing", f"The column {column} is missing.", "Add it, as exported.")
    for place, column in enumerate(header):
        if isinstance(header[place], Formula) or (column and column not in kind.header):
            sentence = f"There is no column “{column[:SHOWN]}” in {kind.name}."
            faults.at(name, row, column[:SHOWN], "column_unknown", sentence, "Take it out, or mend its name.")
        elif not column and place < len(header) - 1 and any(header[place:]):
            faults.at(name, row, "", "column_without_name", f"Column {place + 1} has no name.", "Take it out.")
    for column in sorted({one for one in header if one and header.count(one) > 1}):
        faults.at(name, row, column, "column_twice", f"The column {column} is there twice.", "Take one out.")
    if faults.count > before:
        return kind, None
    by_name = {column.name: column for column in kind.columns}
    return kind, [(place, by_name[column]) for place, column in enumerate(header) if column]


class _Reader:
    """Reads the cells of a column. Most cells of a long sheet say what an earlier one said, and are then the same text."""

    def __init__(self, column: Column, written: bool, zone: tzinfo) -> None:
        self.column, self.written, self.zone = column, written, zone
        self.known: dict[str, str] = {}

    def read(self, cell: str) -> tuple[str, CellFault | None]:
        if type(cell) is str:
            text = self.known.get(cell)
            if text is not None:
                return text, None
        text, fault = read_cell(self.column, cell, written=self.written, zone=self.zone)
        if fault is None and type(cell) is str and len(self.known) < MOST_KNOWN:
            self.known[cell] = text
        return text, fault


def _values(
    name: str, number: int, cells: Sequence[str], readers: list[tuple[int, _Reader]], faults: Faults
) -> dict[str, str]:
    values: dict[str, str] = {}
    width = len(cells)
    for place, reader in readers:
        text, fault = reader.read(cells[place] if place < width else "")
        if fault is not None:
            faults.at(name, number, reader.column.name, fault.code, fault.sentence, fault.remedy)
        values[reader.column.name] = text
    return values


def twice(sheet: Sheet, key: Sequence[str], faults: Faults) -> list[SheetRow]:
    """The rows whose key no earlier row has; the others are told as faults."""
    first: dict[tuple[str, ...], int] = {}
    kept = []
    for row in sheet.rows:
        words = tuple(row.values[column] for column in key)
        if words in first:
            sentence = f"{' '.join(word for word in words if word)} stands in row {first[words]} already."
            faults.at(sheet.name, row.number, key[0], "given_twice", sentence, "Take one of the rows out.")
        else:
            first[words] = row.number
            kept.append(row)
    return kept
