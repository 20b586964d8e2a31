"""Postings in the words of goods movements, as the surroundings read them from the outbox; nothing here changes later.

A line that takes stock for an order is a goods issue, one that receives output a goods receipt; the lines of a reversal are
the reversals of the two, and name the line that they mirror. The other side is always the order's work in process.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Movement(StrEnum):
    GOODS_ISSUE = "goods_issue"
    GOODS_RECEIPT = "goods_receipt"
    GOODS_ISSUE_REVERSAL = "goods_issue_reversal"
    GOODS_RECEIPT_REVERSAL = "goods_receipt_reversal"


class Direction(StrEnum):
    """As stock sees it."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class LineFact:
    """One ledger line; figures as plain text. `into_consumption`: it leaves stock, else it comes back or is received.

    `gtin` and `serial` are of the item; `main`: it is the product of the order itself.
    """

    id: int
    item: str
    lot: str
    bin: str
    quantity: str
    unit: str
    into_consumption: bool
    standard_amount: str
    actual_amount: str
    component: str = ""
    mirrors: int | None = None
    gtin: str = ""
    serial: bool = False
    main: bool = False


@dataclass(frozen=True, slots=True)
class PostingFact:
    """One posting at its position. `reverses`: the number that it takes back; `reason`, `note`: why.

    `corrected_by`: where this reversal was signed as half of a correction, the number of the posting that is right instead.
    """

    position: int
    kind: str
    order: str
    product: str
    operation: str
    production_line: str
    good: str
    good_unit: str
    occurred_at: datetime
    recorded_at: datetime
    site: str
    time_zone: str
    currency: str
    lines: tuple[LineFact, ...]
    reverses: int | None = None
    reason: str = ""
    note: str = ""
    corrected_by: int | None = None


#: columns of the CSV that a posting fills, then those of its lines
POSTING_COLUMNS = (
    "position",
    "posting",
    "kind",
    "reverses",
    "reason",
    "order",
    "product",
    "operation",
    "good",
    "good_unit",
    "posting_date",
    "occurred_at",
    "recorded_at",
    "currency",
)
LINE_COLUMNS = (
    "line",
    "movement",
    "item",
    "lot",
    "bin",
    "direction",
    "quantity",
    "signed_quantity",
    "unit",
    "standard_amount",
    "actual_amount",
    "wip_amount",
    "component",
    "mirrors",
)


def number_text(number: int) -> str:
    """How a posting's number is written: P-000123."""
    return f"P-{number:06d}"


def movement_of(line: LineFact) -> Movement:
    """What the line did; a mirrored issue comes back into stock, a mirrored receipt leaves it."""
    if line.mirrors is None:
        return Movement.GOODS_ISSUE if line.into_consumption else Movement.GOODS_RECEIPT
    return Movement.GOODS_RECEIPT_REVERSAL if line.into_consumption else Movement.GOODS_ISSUE_REVERSAL


def message_of(posting: PostingFact) -> dict[str, Any]:
    """The message of a posting: the same text whenever it is asked for."""
    return {
        "position": posting.position,
        "posting": number_text(posting.position),
        "kind": posting.kind,
        "reverses": None if posting.reverses is None else number_text(posting.reverses),
        "reason": posting.reason,
        "note": posting.note if posting.reverses is not None else "",
        "order": posting.order,
        "product": posting.product,
        "operation": posting.operation,
        "good": posting.good,
        "good_unit": posting.good_unit,
        "posting_date": posting.recorded_at.astimezone(ZoneInfo(posting.time_zone)).date().isoformat(),
        "occurred_at": moment_text(posting.occurred_at),
        "recorded_at": moment_text(posting.recorded_at),
        "currency": posting.currency,
        "lines": [_line(line, posting) for line in posting.lines],
    }


def moment_text(moment: datetime) -> str:
    """UTC with Z, as the API writes every time."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _line(line: LineFact, posting: PostingFact) -> dict[str, Any]:
    out = line.into_consumption
    return {
        "line": line.id,
        "movement": movement_of(line).value,
        "item": line.item,
        "lot": line.lot,
        "bin": line.bin,
        "direction": (Direction.OUT if out else Direction.IN).value,
        "quantity": line.quantity,
        "signed_quantity": _signed(line.quantity, negative=out),
        "unit": line.unit,
        "standard_amount": line.standard_amount,
        "actual_amount": line.actual_amount,
        "assigned_to": {"order": posting.order, "operation": posting.operation},
        "wip_amount": _signed(line.actual_amount, negative=not out),
        "component": line.component,
        "mirrors": line.mirrors,
    }


def _signed(figure: str, *, negative: bool) -> str:
    """The figure or its opposite; nothing has no sign."""
    if not negative or not figure.strip("0."):
        return figure
    return figure[1:] if figure.startswith("-") else f"-{figure}"


def csv_rows(message: dict[str, Any]) -> Iterator[list[str]]:
    """One row a line; a posting that moved nothing has one row too, so that no position is missing from the file."""
    head = [_cell(message[name]) for name in POSTING_COLUMNS]
    for line in message["lines"] or [dict.fromkeys(LINE_COLUMNS)]:
        yield head + [_cell(line[name]) for name in LINE_COLUMNS]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


_FIGURES = frozenset({"good", "signed_quantity", "wip_amount", "standard_amount", "actual_amount"})
#: a spreadsheet would take a text that begins like this for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(messages: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The file piece by piece: the head, then the rows of each message. Figures are plain; no text can be a formula."""
    names = (*POSTING_COLUMNS, *LINE_COLUMNS)
    yield _csv([names])
    for message in messages:
        yield _csv([_safe(names, row) for row in csv_rows(message)])


def _safe(names: Sequence[str], row: Sequence[str]) -> list[str]:
    return [
        f"'{cell}" if name not in _FIGURES and cell.startswith(_FORMULA) else cell
        for name, cell in zip(names, row, strict=True)
    ]


def _csv(rows: Iterable[Sequence[str]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue()


def first_gap(after: int, positions: Sequence[int]) -> int | None:
    """How many of the positions follow `after` one by one where not all do; None where they do."""
    for index, position in enumerate(positions):
        if position != after + 1 + index:
            return index
    return None
