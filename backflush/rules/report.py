"""A report of output as the client sent it: parsed strictly, every fault at once, nothing corrected silently."""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from backflush.rules.strict_json import Fault, Number
from backflush.rules.vocabulary import ReportKind

ZERO = Decimal(0)
MOST_SCRAP_ENTRIES = 50
MOST_PARAMETERS = 50
#: a body of nothing but unknown fields is not answered with a longer one
MOST_UNKNOWN = 50
_DECIMAL = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?")
_WHOLE = re.compile(r"0|[1-9][0-9]*")
_UNIT = re.compile(r"[A-Z0-9]{1,3}")
_MOST_SETUPS = 999_999
_MOST_SEQUENCE = 999_999_999_999_999
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-5][0-9])")
_EARLIEST, _LATEST = 2000, 2200
_NO_OUTPUT = frozenset({ReportKind.SETUP})
_DECLARING = frozenset({ReportKind.OPERATION_COMPLETE, ReportKind.GOOD_UNITS, ReportKind.PACK_CONFIRMED})


@dataclass(frozen=True, slots=True)
class Report:
    """What a device or person reports. Quantities in the order's unit; `occurred_at` aware, UTC.

    For a scan-issue: `item`, `lot`, `quantity` in `unit` (empty: the item's stock unit), `tare`.
    """

    kind: ReportKind
    order: str
    operation: str
    occurred_at: datetime
    event_id: uuid.UUID | None = None
    good: Decimal = ZERO
    scrap: tuple[tuple[Decimal, str], ...] = ()
    rework: Decimal = ZERO
    setup_events: int = 0
    confirmed_by: str = ""
    output_lot: str = ""
    handling_unit: str = ""
    operator: str = ""
    sequence: int | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    lot: str = ""
    quantity: Decimal = ZERO
    unit: str = ""
    scale: str = ""
    tare: Decimal = ZERO


_COMMON = ("event_id", "kind", "order", "operation", "occurred_at", "operator", "sequence", "parameters")
_OUTPUT = ("good", "scrap", "rework", "setup_events", "confirmed_by", "output_lot", "handling_unit")
_SCAN = ("item", "lot", "quantity", "unit", "scale", "tare")
_LENGTHS = {
    "order": 40,
    "operation": 10,
    "confirmed_by": 60,
    "output_lot": 58,
    "operator": 60,
    "item": 60,
    "lot": 60,
    "unit": 3,
    "scale": 40,
}


class _Reader:
    """Reads fields one by one and keeps every fault."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        self.payload = payload
        self.faults: list[Fault] = []

    def fault(self, name: str, code: str, detail: str) -> None:
        self.faults.append(Fault(name, code, detail))

    def get(self, name: str, *, required: bool) -> Any:
        if self.payload.get(name) is None:
            if required:
                self.fault(name, "required", f"{name} is missing.")
            return None
        return self.payload[name]

    def text(self, name: str, *, required: bool = False) -> str:
        value = self.get(name, required=required)
        if value is None:
            return ""
        if not isinstance(value, str) or isinstance(value, Number):
            self.fault(name, "not_text", f"{name} must be text.")
            return ""
        if not value:
            advice = "is empty." if required else "is empty; leave it out where there is none."
            self.fault(name, "required" if required else "empty", f"{name} {advice}")
        elif len(value) > _LENGTHS[name]:
            self.fault(name, "too_long", f"{name} has more than {_LENGTHS[name]} characters.")
        elif value != value.strip() or not value.isprintable():
            self.fault(name, "not_a_code", f"{name} has blanks around it or characters that cannot be printed.")
        else:
            return value
        return ""

    def quantity(self, name: str, value: Any) -> Decimal:
        if isinstance(value, Number) or not isinstance(value, str):
            self.fault(name, "not_a_decimal_string", f'{name} must be a decimal in quotes, such as "12.5".')
        elif not _DECIMAL.fullmatch(value):
            self.fault(
                name,
                "not_a_decimal_string",
                f"{name} must be digits with at most one point, at most 18 before it and 9 after it; no sign, blank, "
                "exponent or underscore.",
            )
        else:
            return Decimal(value)
        return ZERO

    def amount(self, name: str, *, required: bool = False) -> Decimal:
        value = self.get(name, required=required)
        return ZERO if value is None else self.quantity(name, value)

    def whole(self, name: str, most: int) -> int | None:
        value = self.get(name, required=False)
        if value is None:
            return None
        fits = isinstance(value, str) and len(value) <= 15 and _WHOLE.fullmatch(value)
        if not fits or int(value) > most:
            self.fault(name, "not_a_whole_number", f"{name} must be a whole number from 0 to {most}.")
            return None
        return int(value)

    def unknown_fields(self, known: Collection[str]) -> None:
        unknown = [str(name) for name in self.payload if name not in known]
        for name in unknown[:MOST_UNKNOWN]:
            self.fault(name, "unknown_field", f"{name[:120]} is not a field of this report.")
        if len(unknown) > MOST_UNKNOWN:
            self.fault("", "unknown_field", f"{len(unknown) - MOST_UNKNOWN} more fields are not fields of this report.")


def parse_report(payload: Any, *, preview: bool = False) -> Report | list[Fault]:
    """The report, or every fault found. `payload` as `strict_json.read_json` gives it (numbers as `Number`).

    `preview`: an event id is not wanted, but tolerated.
    Codes of faults: required, unknown_field, not_text, not_a_decimal_string, not_a_time, …
    """
    if not isinstance(payload, Mapping):
        return [Fault("", "not_an_object", "The body must be a JSON object.")]
    read = _Reader(payload)
    kind = _kind(read)
    known = {*_COMMON, *(_SCAN if kind == ReportKind.SCAN_ISSUE else _OUTPUT)}
    read.unknown_fields(known)
    report = Report(
        kind=kind,
        order=read.text("order", required=True),
        operation=read.text("operation", required=True),
        occurred_at=_time(read),
        event_id=_event_id(read, required=not preview),
        operator=read.text("operator"),
        sequence=read.whole("sequence", _MOST_SEQUENCE),
        parameters=_parameters(read),
        **(_scan_fields(read) if kind == ReportKind.SCAN_ISSUE else _output_fields(read, kind)),
    )
    return read.faults or report


def _kind(read: _Reader) -> ReportKind:
    value = read.get("kind", required=False)
    if value is None:
        return ReportKind.OPERATION_COMPLETE
    try:
        if isinstance(value, str):
            return ReportKind(value)
    except ValueError:
        pass
    read.fault("kind", "unknown_kind", f"kind must be one of {', '.join(ReportKind)}.")
    return ReportKind.OPERATION_COMPLETE


def parse_scan(payload: Any) -> Report | list[Fault]:
    """As `parse_report`, where only scan-issues are taken and `kind` may be left out."""
    if not isinstance(payload, Mapping):
        return parse_report(payload)
    kind = payload.get("kind")
    found = parse_report({**payload, "kind": str(ReportKind.SCAN_ISSUE)})
    if kind is None or kind == ReportKind.SCAN_ISSUE:
        return found
    fault = Fault("kind", "unknown_kind", "Only scan-issues are sent here; leave kind out.")
    return [fault, *(found if isinstance(found, list) else [])]


def _event_id(read: _Reader, *, required: bool) -> uuid.UUID | None:
    value = read.get("event_id", required=required)
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value):
        found = uuid.UUID(value)
        if found.int:
            return found
    sentence = "event_id must be a UUID such as 3f0a4c1e-8f57-4b0e-9c64-2f4f6a1f8d11, and not all zeros."
    read.fault("event_id", "not_a_uuid", sentence)
    return None


def read_time(name: str, value: Any) -> datetime | Fault:
    """A time with its offset, in UTC; years 2000 to 2200. T and Z may be small letters, as RFC 3339 has it.

    More than six decimals are refused, not cut off: nothing here keeps them.
    """
    if value is None:
        return Fault(name, "required", f"{name} is missing.")
    value = value.upper() if isinstance(value, str) and value.isascii() else value
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        sentence = f"{name} must be ISO 8601 with an offset and at most six decimals: 2026-01-05T08:00:00.125+01:00."
        return Fault(name, "not_a_time", sentence)
    try:
        found = datetime.fromisoformat(value)
        offset = found.utcoffset() or timedelta(0)
        if abs(offset) > timedelta(hours=14) or not _EARLIEST <= found.year <= _LATEST:
            raise ValueError("out of range")
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return Fault(
            name,
            "not_a_time",
            f"{name} is no time from {_EARLIEST} to {_LATEST}; check day, second (0 to 59) and offset.",
        )


def _time(read: _Reader) -> datetime:
    found = read_time("occurred_at", read.payload.get("occurred_at"))
    if isinstance(found, Fault):
        read.faults.append(found)
        return datetime(_EARLIEST, 1, 1, tzinfo=UTC)
    return found


def _parameters(read: _Reader) -> dict[str, str]:
    value = read.get("parameters", required=False)
    if value is None:
        return {}
    fits = isinstance(value, Mapping) and len(value) <= MOST_PARAMETERS
    if not fits or not all(isinstance(v, str) and len(v) <= 200 and len(k) <= 60 for k, v in value.items()):
        read.fault(
            "parameters",
            "not_parameters",
            f"parameters must be at most {MOST_PARAMETERS} names (60 characters) with texts or numbers (200).",
        )
        return {}
    return {str(name): str(text) for name, text in value.items()}


def _output_fields(read: _Reader, kind: ReportKind) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "good": read.amount("good", required=kind in _DECLARING),
        "scrap": _scrap(read),
        "rework": read.amount("rework"),
        "setup_events": read.whole("setup_events", _MOST_SETUPS) or 0,
        "confirmed_by": read.text("confirmed_by"),
        "output_lot": read.text("output_lot"),
        "handling_unit": _sscc(read, required=kind == ReportKind.HANDLING_UNIT_CLOSED),
    }
    if kind in _NO_OUTPUT:
        for name in ("good", "scrap", "rework"):
            if fields[name]:
                read.fault(name, "not_allowed", f"A setup report takes setup only; leave {name} out.")
        if read.payload.get("setup_events") is None:
            fields["setup_events"] = 1
        elif fields["setup_events"] < 1:
            read.fault("setup_events", "not_allowed", "A setup report has at least one setup event.")
    return fields


def _scrap(read: _Reader) -> tuple[tuple[Decimal, str], ...]:
    value = read.get("scrap", required=False)
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_SCRAP_ENTRIES:
        read.fault("scrap", "not_a_list", f"scrap must be a list of at most {MOST_SCRAP_ENTRIES} entries.")
        return ()
    found = []
    for index, entry in enumerate(value):
        path = f"scrap.{index}"
        if not isinstance(entry, Mapping):
            read.fault(path, "not_an_object", f"{path} must be an object with quantity and reason.")
            continue
        for name in entry:
            if name not in ("quantity", "reason"):
                read.fault(f"{path}.{str(name)[:60]}", "unknown_field", f"{str(name)[:60]} is not a field of scrap.")
        reason = entry.get("reason")
        if reason is None:
            read.fault(f"{path}.reason", "required", f"{path}.reason is missing.")
        elif not _is_reason(reason):
            read.fault(
                f"{path}.reason", "not_a_code", f"{path}.reason must be a reason code, without blanks around it."
            )
            reason = ""
        if entry.get("quantity") is None:
            read.fault(f"{path}.quantity", "required", f"{path}.quantity is missing.")
        else:
            found.append((read.quantity(f"{path}.quantity", entry["quantity"]), reason or ""))
    return tuple(found)


def _is_reason(value: Any) -> bool:
    text = isinstance(value, str) and not isinstance(value, Number)
    return text and 0 < len(value) <= 30 and value == value.strip() and value.isprintable()


def _sscc(read: _Reader, *, required: bool) -> str:
    value = read.get("handling_unit", required=required)
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Number) and re.fullmatch(r"[0-9]{18}", value):
        digits = [int(digit) for digit in value]
        check = -sum(digit * (3 if index % 2 == 0 else 1) for index, digit in enumerate(digits[:17])) % 10
        if check == digits[17]:
            return value
        read.fault("handling_unit", "wrong_check_digit", f"The SSCC's check digit should be {check}.")
        return ""
    read.fault("handling_unit", "not_an_sscc", "handling_unit must be an SSCC: 18 digits.")
    return ""


def _scan_fields(read: _Reader) -> dict[str, Any]:
    quantity = read.amount("quantity", required=True)
    if quantity <= 0 and all(fault.field != "quantity" for fault in read.faults):
        read.fault("quantity", "not_above_zero", "quantity must be above zero.")
    return {
        "item": read.text("item", required=True),
        "lot": read.text("lot", required=True),
        "quantity": quantity,
        "unit": _unit(read),
        "scale": read.text("scale"),
        "tare": read.amount("tare"),
    }


def _unit(read: _Reader) -> str:
    unit = read.text("unit")
    if unit and not _UNIT.fullmatch(unit):
        read.fault("unit", "not_a_unit", "unit must be a UN/ECE Rec 20 code, such as KGM: capitals and digits.")
        return ""
    return unit


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "good": _plain,
    "rework": _plain,
    "quantity": _plain,
    "tare": _plain,
    "scrap": lambda entries: [{"quantity": _plain(quantity), "reason": reason} for quantity, reason in entries],
    "occurred_at": lambda moment: moment.astimezone(UTC).isoformat(),
    "parameters": lambda parameters: dict(sorted(parameters.items())),
    "kind": str,
}


def canonical_body(report: Report) -> str:
    """The report as canonical JSON text: parsed values, so that "10" and "10.0" are the same content."""
    data = {}
    for name in (*_COMMON, *(_SCAN if report.kind == ReportKind.SCAN_ISSUE else _OUTPUT)):
        value = getattr(report, name)
        said = value is not None if name == "sequence" else value or name in ("good", "kind")
        if name == "event_id" or not said:
            continue
        data[name] = _WRITTEN[name](value) if name in _WRITTEN else value
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(body: str) -> str:
    """What tells one content from another: SHA-256 of the canonical body."""
    return hashlib.sha256(body.encode()).hexdigest()
