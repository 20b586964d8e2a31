"""What the fields of a GS1 barcode mean on the floor, and the check digits that keep a bad scan out.

Source: GS1 General Specifications, section 3 (application identifiers) and 7.9 (check digit).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from masterdata.rules.gtin import check_digit, gtin_is_valid
from masterdata.rules.refusal import Refusal

#: FNC1 inside a scan, and what keyboard-wedge scanners are set up to type for it
SEPARATOR = "\x1d"
_SEPARATOR_SPELLINGS = re.compile(r"<GS>|\{GS\}|\[GS\]|<FNC1>|\{FNC1\}|\u241d|\^\]", re.IGNORECASE)
#: symbology identifiers that announce GS1 content
_GS1_SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]e0", "]J1")
_READABLE = re.compile(r"\((\d{2,4})\)")
#: measures by the first three digits of their identifier; the fourth says how many decimals
#: fields that always have the same length, with what they are called
_FIXED = {
    "00": (18, "SSCC"),
    "01": (14, "GTIN"),
    "02": (14, "GTIN of the content"),
    "11": (6, "production date"),
    "15": (6, "best-before date"),
    "17": (6, "expiry date"),
}
_MEASURE_UNITS = {"310": "KGM", "311": "MTR", "312": "MTR", "313": "MTR", "314": "MTK", "315": "LTR", "316": "MTQ"}


@dataclass(frozen=True, slots=True)
class Element:
    """One field of a GS1 barcode: its identifier, its text, and the day where it is a date (00: the month's end)."""

    ai: str
    value: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A net measure as printed: of one trade item, in a Rec 20 unit."""

    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What was scanned. `code` is set where it is no GS1 text: then it is whatever the plant calls it."""

    text: str
    code: str = ""
    sscc: str = ""
    gtin: str = ""
    content_gtin: str = ""
    lot: str = ""
    serial: str = ""
    variant: str = ""
    order_number: str = ""
    produced_on: date | None = None
    best_before: date | None = None
    expires_on: date | None = None
    count: int | None = None
    measure: Measure | None = None
    produced_at: str = ""
    others: tuple[Element, ...] = ()
    faults: tuple[Refusal, ...] = field(default=())


def cleaned(text: str) -> str:
    """A scan without the scanner's own trimmings: line ends off, every spelling of FNC1 as one character."""
    return _SEPARATOR_SPELLINGS.sub(SEPARATOR, text.strip(" \t\r\n\x00"))


def element_text(text: str) -> str | None:
    """The element string in a cleaned scan, ready for parsing, or None where the scan is a plain code."""
    if text.startswith(_GS1_SYMBOLOGIES):
        return text[3:].lstrip(SEPARATOR)
    if _READABLE.match(text):
        return _from_readable(text)
    if SEPARATOR in text:
        return text.lstrip(SEPARATOR)
    if text.startswith("00") and is_sscc(text[2:]):
        return text
    if text[:2] in ("01", "02") and gtin_is_valid(text[2:16]):
        return text
    return None


def _from_readable(text: str) -> str:
    """The printed form, identifiers in brackets, as a scanner would have read it."""
    parts = _READABLE.split(text)[1:]
    return SEPARATOR.join(ai + value for ai, value in zip(parts[::2], parts[1::2], strict=True))


def plain_scan(text: str) -> Scan:
    """A scan that is no element string: a bare SSCC or GTIN, or a code of the plant's own."""
    if is_sscc(text):
        return Scan(text, code=text, sscc=text)
    if len(text) in (8, 12, 13, 14) and gtin_is_valid(text.zfill(14)):
        return Scan(text, code=text, gtin=text.zfill(14))
    return Scan(text, code=text)


def meaning_of(text: str, elements: Sequence[Element]) -> Scan:
    """What the fields say together. Contradictions and bad check digits are faults, in words."""
    found: dict[str, Element] = {}
    others: list[Element] = []
    faults: list[Refusal] = []
    for element in elements:
        known = found.get(element.ai)
        if known is not None and known.value != element.value:
            faults.append(_fault(text, f"The label names field ({element.ai}) twice, differently."))
        found.setdefault(element.ai, element)
        if not _is_known(element.ai):
            others.append(element)

    def value(ai: str) -> str:
        return found[ai].value if ai in found else ""

    for ai in ("01", "02"):
        if value(ai) and not gtin_is_valid(value(ai)):
            faults.append(_fault(text, f"The check digit of GTIN {value(ai)} is wrong."))
    if value("00") and not is_sscc(value("00")):
        faults.append(_fault(text, f"The check digit of SSCC {value('00')} is wrong."))
    for ai in ("11", "15", "17"):
        if ai in found and found[ai].day is None:
            faults.append(_fault(text, f"Field ({ai}) holds no date: {value(ai)}."))
    counts = [value(ai) for ai in ("30", "37") if value(ai)]
    return Scan(
        text,
        sscc=value("00"),
        gtin=value("01"),
        content_gtin=value("02"),
        lot=value("10"),
        serial=value("21"),
        variant=value("20"),
        order_number=value("400"),
        produced_on=found["11"].day if "11" in found else None,
        best_before=found["15"].day if "15" in found else None,
        expires_on=found["17"].day if "17" in found else None,
        count=int(counts[0]) if counts and counts[0].isdecimal() else None,
        measure=_measure(found),
        produced_at=value("8008"),
        others=tuple(others),
        faults=tuple(faults),
    )


def unreadable(text: str, elements: str) -> Scan:
    """A scan that begins like a GS1 label and then breaks off or holds something else. `elements`: as it was to be parsed."""
    for part in elements.split(SEPARATOR):
        for ai, (length, name) in _FIXED.items():
            if part.startswith(ai) and len(part) < len(ai) + length:
                sentence = f"Field ({ai}), the {name}, has {len(part) - len(ai)} characters; it needs {length}."
                return Scan(text, faults=(_fault(text, f"The label cannot be read. {sentence}"),))
    sentence = "The label cannot be read: it is cut off, or holds a field that is not in the GS1 standard."
    return Scan(text, faults=(_fault(text, sentence),))


def _is_known(ai: str) -> bool:
    return ai in {"00", "01", "02", "10", "11", "15", "17", "20", "21", "30", "37", "400", "8008"} or (
        ai[:3] in _MEASURE_UNITS and len(ai) == 4
    )


def _measure(found: dict[str, Element]) -> Measure | None:
    for ai, element in found.items():
        if len(ai) == 4 and ai[:3] in _MEASURE_UNITS and element.value.isdecimal():
            return Measure(Decimal(element.value).scaleb(-int(ai[3])), _MEASURE_UNITS[ai[:3]])
    return None


def _fault(text: str, sentence: str) -> Refusal:
    shown = text.replace(SEPARATOR, " ")[:60]
    return Refusal("label_unreadable", sentence, shown, "Scan it again; if it stays so, type the lot code.")


def is_sscc(text: str) -> bool:
    """18 digits, the last of which checks the others."""
    return len(text) == 18 and text.isascii() and text.isdecimal() and check_digit(text[:-1]) == text[-1]
