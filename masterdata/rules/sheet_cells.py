"""Cells of an imported sheet: read in the one way that is certain, or refused with what is wrong and what to do.

A cell is text. What a workbook knows beside that (a number, a date, a formula) is told by the class of the text, so that the
ordinary cell costs nothing. Every value comes out as canonical text: the one form in which an export writes it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from enum import Enum, auto
from uuid import UUID

#: what a spreadsheet takes for the beginning of a formula, the wide signs of East Asian keyboards among them
FORMULA_SIGNS = "=+-@\t\r＝＋－＠"
_GUARDED = re.compile(f"'+[{re.escape(FORMULA_SIGNS)}]")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_EXPONENT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,3}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?P<mark>[,.' \u00a0\u2009\u202f’])[0-9]{3}((?P=mark)[0-9]{3})*([.,][0-9]+)?")
_TRUE, _FALSE = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
#: digits that a spreadsheet's number holds
EXACT_DIGITS = 15
SHOWN = 40


class Number(str):
    """A number of a workbook, as plain decimal text."""


class Calculated(str):
    """A number with more digits than anybody can type into a spreadsheet: what a calculation left behind."""


class Percentage(str):
    """A number that the spreadsheet shows a hundred times as large."""


class Moment(str):
    """A date of a workbook, as ISO text without a zone."""


class Formula(str):
    """A formula of a workbook."""


class Broken(str):
    """An error value of a workbook, such as #REF!"""


class CellKind(Enum):
    CODE = auto()
    TEXT = auto()
    WORD = auto()
    NUMBER = auto()
    FLAG = auto()
    TIME = auto()
    IDENTITY = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """`needed`: never empty. `longest`: characters, or digits before the point; `places`: digits after it.

    `signed`: the number may be below zero.
    """

    name: str
    kind: CellKind
    needed: bool = False
    longest: int = 200
    places: int = 0
    words: tuple[str, ...] = ()
    signed: bool = False


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, and what to do."""

    code: str
    sentence: str
    remedy: str


def number_cell(value: int | float, number_format: str = "General") -> str:
    """A workbook's number. 0.1 is kept there as 0.1000000000000000055; no typed number differs in its first 15 digits."""
    exact = Decimal(value) if isinstance(value, int) else Decimal(format(value, f".{EXACT_DIGITS}g"))
    if not exact.is_finite() or abs(exact.adjusted()) > 30:
        return Broken(str(value))
    text = plain(exact)
    if isinstance(value, int) and len(text.strip("-").rstrip("0")) > EXACT_DIGITS:
        return Calculated(text)
    if isinstance(value, float) and float(exact) != value:
        return Calculated(format(Decimal(repr(value)), "f"))
    return Percentage(text) if "%" in number_format else Number(text)


def fits_a_number(text: str) -> bool:
    """Whether a spreadsheet's number holds this decimal text with all its digits."""
    return len(text.strip("-").replace(".", "").strip("0")) <= EXACT_DIGITS and len(text) <= 2 * EXACT_DIGITS


def plain(value: Decimal) -> str:
    """A decimal without idle zeros and without an exponent."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def time_text(moment: datetime) -> str:
    """ISO text in UTC, to the microsecond where there is one."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def guarded(text: str) -> str:
    """A text in a CSV file, with an apostrophe before what a spreadsheet would run; `unguarded` takes it off again."""
    return f"'{text}" if text.startswith(tuple(FORMULA_SIGNS)) or _GUARDED.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def read_cell(column: Column, cell: str, *, written: bool, zone: tzinfo) -> tuple[str, CellFault | None]:
    """The canonical text of a cell, and what is wrong with it. `written`: of a CSV file, where all cells are text.

    `zone`: where a day without a time begins.
    """
    if type(cell) is not str:
        fault = _workbook_fault(column, cell)
        if fault is not None:
            return "", fault
    if column.kind in (CellKind.CODE, CellKind.TEXT):
        return _read_text(column, cell, written)
    text = cell.strip()
    if not text:
        return "", _empty(column) if column.needed else None
    try:
        return _READERS[column.kind](column, text, zone), None
    except _Unread as unread:
        return "", unread.fault


class _Unread(Exception):  # noqa: N818
    def __init__(self, code: str, sentence: str, remedy: str) -> None:
        self.fault = CellFault(code, sentence, remedy)
        super().__init__(sentence)


def _empty(column: Column) -> CellFault:
    return CellFault("cell_empty", "The cell is empty.", f"Enter the {column.name.replace('_', ' ')}.")


def _workbook_fault(column: Column, cell: str) -> CellFault | None:
    """What of a workbook cannot stand for the text of this cell."""
    if isinstance(cell, Formula):
        return _formula(cell)
    if isinstance(cell, Broken):
        return CellFault("cell_is_an_error", f"The cell holds {cell[:SHOWN]}.", "Enter the value itself.")
    numeric = column.kind == CellKind.NUMBER
    if isinstance(cell, Calculated):
        short = plain(Decimal(format(float(cell), f".{EXACT_DIGITS}g")))
        return CellFault(
            "digits_of_a_calculation",
            f"The cell holds {cell[:SHOWN]}: more digits than a spreadsheet keeps of a number.",
            f"Enter {short} if that is meant, or enter all digits as text.",
        )
    if isinstance(cell, Percentage):
        return CellFault(
            "shown_as_percent",
            f"The spreadsheet shows {plain(Decimal(cell) * 100)} % and keeps {cell}.",
            "Format the cell as a plain number, and look at what it shows.",
        )
    if isinstance(cell, Moment) and column.kind != CellKind.TIME:
        return CellFault(
            "cell_is_a_date",
            f"The spreadsheet made a date of it: {cell[:10]}.",
            "Format the column as text, and enter it again.",
        )
    if isinstance(cell, Number) and not numeric and column.kind == CellKind.TIME:
        return CellFault("not_a_time", f"{cell} is a number, not a time.", "Write a time such as 2026-11-23T06:00:00Z.")
    return None


def _formula(cell: str) -> CellFault:
    return CellFault(
        "cell_is_a_formula",
        f"The cell is a formula: {cell[:SHOWN]}.",
        "Enter the value itself. In a CSV file a text that begins with = + - or @ is written with an apostrophe before it.",
    )


def _read_text(column: Column, cell: str, written: bool) -> tuple[str, CellFault | None]:
    text = str(cell)
    if written:
        if text.startswith(tuple(FORMULA_SIGNS)):
            return "", _formula(text)
        text = unguarded(text)
    if column.kind == CellKind.CODE and text != text.strip():
        return "", CellFault("blank_at_the_end", "It begins or ends with a blank.", "Take the blank out.")
    if not text.strip():
        return "", _empty(column) if column.needed else None
    if len(text) > column.longest:
        return "", CellFault(
            "cell_too_long", f"It has {len(text)} characters, at most {column.longest} are kept.", "Shorten it."
        )
    if not text.isprintable():
        odd = next(one for one in text if not one.isprintable())
        what = {"\x00": "a NUL character", "\n": "a line break", "\r": "a line break", "\t": "a tab"}.get(
            odd, f"a character that nobody sees (U+{ord(odd):04X})"
        )
        return "", CellFault("not_plain_text", f"It contains {what}.", "Take it out.")
    return text, None


def _read_word(column: Column, text: str, zone: tzinfo) -> str:
    if text in column.words:
        return text
    raise _Unread("word_unknown", f"“{text[:SHOWN]}” is not one of the words.", f"Write {_either(column.words)}.")


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)


def _read_number(column: Column, text: str, zone: tzinfo) -> str:
    if _PLAIN_NUMBER.fullmatch(text) is None:
        raise _not_plain(column, text)
    value = Decimal(text)
    if text.startswith("-") and not column.signed:
        raise _Unread("number_below_zero", f"{text[:SHOWN]} is below zero.", "Enter zero or more.")
    whole = text.strip("-").partition(".")[0].lstrip("0")
    if len(whole) > column.longest:
        raise _Unread("number_too_large", f"At most {column.longest} digits stand before the point.", "Enter less.")
    shown = plain(value)
    after = len(shown.partition(".")[2])
    if after > column.places:
        if not column.places:
            raise _Unread("not_a_whole_number", f"{text[:SHOWN]} is no whole number.", "Enter one such as 12.")
        raise _Unread(
            "too_many_decimals",
            f"It has {after} decimals, at most {column.places} are kept.",
            f"Round it to {column.places} decimals.",
        )
    return shown


def _not_plain(column: Column, text: str) -> _Unread:
    """Why a text is no number here. Nothing is guessed: 1,000 is a thousand to one reader and one to the next."""
    shown = text[:SHOWN]
    if text.startswith(tuple(FORMULA_SIGNS)) and not text.startswith(("+", "-")):
        fault = _formula(text)
        return _Unread(fault.code, fault.sentence, fault.remedy)
    if _EXPONENT.fullmatch(text):
        value = Decimal(text)
        meant = plain(value) if abs(value.adjusted()) <= 30 else "all digits"
        return _Unread("number_with_exponent", f"“{shown}” is written with an exponent.", f"Write {meant}.")
    if _GROUPED.fullmatch(text):
        return _Unread(
            "number_ambiguous",
            f"“{shown}” can be read in two ways.",
            "Write no mark for thousands, and a point for decimals.",
        )
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
        return _Unread("decimal_comma", f"“{shown}” has a comma.", f"Write {text.replace(',', '.')}.")
    return _Unread(
        "not_a_number", f"“{shown}” is no number.", f"Enter a number such as {'1.5' if column.places else 12}."
    )


def _read_flag(column: Column, text: str, zone: tzinfo) -> str:
    if text.lower() in _TRUE:
        return "yes"
    if text.lower() in _FALSE:
        return "no"
    raise _Unread("not_a_flag", f"“{text[:SHOWN]}” is neither yes nor no.", "Write yes or no.")


def _read_time(column: Column, text: str, zone: tzinfo) -> str:
    example = "Write a day such as 2026-11-23, or a time such as 2026-11-23T06:00:00Z."
    try:
        if len(text) == len("2026-11-23"):
            return time_text(datetime.combine(date.fromisoformat(text), time(), zone))
        found = datetime.fromisoformat(text)
        if found.tzinfo is None and found.time() == time():
            return time_text(found.replace(tzinfo=zone))
        if found.tzinfo is not None:
            return time_text(found)
    except (ValueError, OverflowError):
        raise _Unread("not_a_time", f"“{text[:SHOWN]}” is no time that can be read in one way.", example) from None
    raise _Unread("time_without_a_zone", f"“{text[:SHOWN]}” does not say in which zone.", f"{example} Z is UTC.")


def _read_identity(column: Column, text: str, zone: tzinfo) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise _Unread(
            "not_an_identity", f"“{text[:SHOWN]}” is no identity of a line.", "Leave it as it was exported, or empty."
        ) from None


_READERS = {
    CellKind.WORD: _read_word,
    CellKind.NUMBER: _read_number,
    CellKind.FLAG: _read_flag,
    CellKind.TIME: _read_time,
    CellKind.IDENTITY: _read_identity,
}
