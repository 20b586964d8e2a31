"""Reads a story strictly: an unknown or missing key is an error that names it. Numbers are strings, read exactly."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from masterdata.rules.exact import Fraction

DEFAULT_NOW = "2026-11-23T08:00:00Z"
DEFAULT_ORDER = "WO-1"
KINDS = ("report", "scan", "stage", "return", "retry", "reverse", "close")

_TOP = ("name", "source", "now", "items", "conversions", "boms", "order", "orders", "lots", "events")
_ITEM = ("unit", "decimals", "rounding", "multiple", "tracking", "potency_controlled", "cost", "label_potency")
_CONVERSION = ("item", "from", "to", "factor")
_BOM = ("base", "assembly_scrap", "operation_scrap", "convention", "phantom", "lines", "outputs")
_LINE = (
    *("item", "quantity", "unit", "per", "steps", "operation", "method", "scrap", "setup", "pieces", "tolerance"),
    *("alternates", "handling_unit_kind"),
)
_ALTERNATES = ("strategy", "whole_assemblies", "items")
_ALTERNATE = ("item", "factor", "percent", "limit", "until")
_OUTPUT = ("item", "quantity", "unit", "operation")
_ORDER = ("item", "quantity", "output_basis", "allocation")
_LOT = (
    *("item", "lot", "quantity", "received", "expiry", "status", "staged", "place"),
    *("rank", "potency", "density"),
)
_EVENT = {
    "report": ("operation", "good", "scrap", "scrap_reason", "rework", "setup", "order", "at", "handling_unit"),
    "scan": ("operation", "item", "lot", "quantity", "order", "at"),
    "stage": ("lot", "quantity", "order"),
    "return": ("lot", "quantity", "order"),
    "retry": ("report", "order"),
    "reverse": ("report", "order"),
    "close": ("order",),
}
_EXPECT = ("status", "lines", "outputs", "reasons", "balances", "stock")
_EXPECTED_LINE = ("item", "lot", "quantity")


class CaseError(Exception):
    """The story is not written as the format wants it."""


@dataclass(frozen=True)
class Lot:
    """A lot as told. `staged`: order → quantity bound (or filled into the supermarket, under ``)."""

    item: str
    code: str
    quantity: Fraction
    received: datetime
    expiry: date | None
    status: str
    staged: Mapping[str, Fraction]
    place: str
    rank: int
    potency: str | None
    density: str | None


@dataclass(frozen=True)
class Expected:
    """What must have come of an event; None: not said. Lines: (item, lot or None) → quantity."""

    status: str | None = None
    lines: Mapping[tuple[str, str | None], Fraction] | None = None
    outputs: Mapping[str, Fraction] | None = None
    reasons: Collection[str] = ()
    balances: Mapping[str, Fraction] = field(default_factory=dict)
    stock: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """One thing that happens. `data` as written; `order` is the one it names, or the only one."""

    kind: str
    data: Mapping[str, Any]
    order: str
    expect: Expected

    @property
    def told(self) -> str:
        return f"{self.kind} {json.dumps(dict(self.data))}"


@dataclass(frozen=True)
class Case:
    """A whole story. Items, BOMs and orders stay as written, their keys checked."""

    name: str
    source: str
    now: datetime
    items: Mapping[str, Mapping[str, Any]]
    conversions: list[Mapping[str, Any]]
    boms: Mapping[str, Mapping[str, Any]]
    orders: Mapping[str, Mapping[str, Any]]
    lots: list[Lot]
    events: list[Event]

    def operations_of(self, product: str) -> list[str]:
        """The route: every operation that the product's BOM or an event for it names."""
        bom = self.boms[product]
        found = {line.get("operation", "10") for line in [*bom["lines"], *bom.get("outputs", [])]}
        found.update(bom.get("operation_scrap", {}))
        for event in self.events:
            if self.orders[event.order]["item"] == product and "operation" in event.data:
                found.add(event.data["operation"])
        return sorted(found or {"10"}, key=int)


def read_case(file: Path) -> Case:
    """The story in a file. CaseError names the place of what is wrong."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"), parse_float=str)
    except ValueError as error:
        raise CaseError(f"{file.name}: {error}") from error
    try:
        return _case(data)
    except CaseError as error:
        raise CaseError(f"{file.name}: {error}") from error


def number(value: Any, where: str) -> Fraction:
    """An exact number: a string such as "0.1" or "1/3". A JSON number is let pass: its digits are read as they stand."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise CaseError(f"{where}: a number is written as a string, not {value!r}")
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError) as error:
        raise CaseError(f"{where}: {value!r} is not a number") from error


def _keys(data: Any, known: Collection[str], where: str, *, required: Collection[str] = ()) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise CaseError(f"{where}: an object is expected, not {data!r}")
    strangers = sorted(set(data) - set(known))
    if strangers:
        raise CaseError(f"{where}: unknown keys {', '.join(strangers)} (known: {', '.join(known)})")
    missing = [name for name in required if name not in data]
    if missing:
        raise CaseError(f"{where}: missing {', '.join(missing)}")
    return data


def _case(data: Any) -> Case:
    _keys(data, _TOP, "the case", required=("name", "items", "boms", "events"))
    if ("order" in data) == ("orders" in data):
        raise CaseError("exactly one of order and orders is needed")
    for code, item in data["items"].items():
        _keys(item, _ITEM, f"items.{code}", required=("unit",))
    for index, one in enumerate(data.get("conversions", [])):
        _keys(one, _CONVERSION, f"conversions[{index}]", required=_CONVERSION)
        number(one["factor"], f"conversions[{index}].factor")
    for code, bom in data["boms"].items():
        _check_bom(bom, f"boms.{code}")
    orders = data["orders"] if "orders" in data else {DEFAULT_ORDER: data["order"]}
    for name, order in orders.items():
        _keys(order, _ORDER, f"order {name}", required=("item", "quantity"))
        if order["item"] not in data["boms"]:
            raise CaseError(f"order {name}: {order['item']} has no BOM")
    now = _moment(data.get("now", DEFAULT_NOW), "now")
    return Case(
        name=data["name"],
        source=data.get("source", ""),
        now=now,
        items=data["items"],
        conversions=data.get("conversions", []),
        boms=data["boms"],
        orders=orders,
        lots=[_lot(lot, f"lots[{i}]", orders, now) for i, lot in enumerate(data.get("lots", []))],
        events=[_event(event, f"events[{i}]", orders) for i, event in enumerate(data["events"])],
    )


def _check_bom(bom: Any, where: str) -> None:
    _keys(bom, _BOM, where)
    if "lines" not in bom:
        raise CaseError(f"{where}: missing lines")
    for operation, loss in bom.get("operation_scrap", {}).items():
        _keys(loss, ("percent", "net"), f"{where}.operation_scrap.{operation}", required=("percent",))
    for index, line in enumerate(bom["lines"]):
        here = f"{where}.lines[{index}]"
        _keys(line, _LINE, here, required=("item",))
        if "alternates" in line:
            _keys(line["alternates"], _ALTERNATES, f"{here}.alternates", required=("strategy", "items"))
            for place, one in enumerate(line["alternates"]["items"]):
                _keys(one, _ALTERNATE, f"{here}.alternates.items[{place}]", required=("item",))
    for index, output in enumerate(bom.get("outputs", [])):
        _keys(output, _OUTPUT, f"{where}.outputs[{index}]", required=("item", "quantity"))


def _lot(data: Any, where: str, orders: Mapping[str, Any], now: datetime) -> Lot:
    _keys(data, _LOT, where, required=("item", "lot", "quantity"))
    quantity = number(data["quantity"], f"{where}.quantity")
    expiry = date.fromisoformat(data["expiry"]) if data.get("expiry") else None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    received = _moment(data["received"], f"{where}.received") if data.get("received") else midnight.replace(day=1)
    if expiry is not None:
        # what has expired by now was received, and staged, while it was in date
        received = min(received, datetime(expiry.year, expiry.month, expiry.day, tzinfo=UTC))
    place = data.get("place", "staging")
    if place not in ("staging", "supermarket", "unserved"):
        raise CaseError(f"{where}.place: {place!r} is neither staging nor supermarket")
    return Lot(
        item=data["item"],
        code=data["lot"],
        quantity=quantity,
        received=received,
        expiry=expiry,
        status=data.get("status", "released"),
        staged=_staged(data.get("staged"), quantity, place, orders, where),
        place=place,
        rank=int(data.get("rank", "0")),
        potency=data.get("potency"),
        density=data.get("density"),
    )


def _staged(data: Any, quantity: Fraction, place: str, orders: Mapping[str, Any], where: str) -> Mapping[str, Fraction]:
    if isinstance(data, Mapping):
        _keys(data, tuple(orders), f"{where}.staged")
        return {order: number(value, f"{where}.staged.{order}") for order, value in data.items()}
    amount = quantity if data is None else number(data, f"{where}.staged")
    if place == "supermarket":
        return {"": amount}
    if len(orders) > 1 and data is not None:
        raise CaseError(f"{where}.staged: with several orders, say how much for each: {{order: quantity}}")
    return {next(iter(orders)): amount}


def _event(data: Any, where: str, orders: Mapping[str, Any]) -> Event:
    _keys(data, (*KINDS, "expect"), where)
    kinds = [kind for kind in KINDS if kind in data]
    if len(kinds) != 1:
        raise CaseError(f"{where}: exactly one of {', '.join(KINDS)} is needed")
    kind = kinds[0]
    said = _keys(data[kind], _EVENT[kind], f"{where}.{kind}")
    order = said.get("order", next(iter(orders)))
    if order not in orders:
        raise CaseError(f"{where}.{kind}: there is no order {order}")
    for name in ("good", "scrap", "rework", "quantity"):
        if name in said:
            number(said[name], f"{where}.{kind}.{name}")
    return Event(kind, said, order, _expected(data.get("expect", {}), f"{where}.expect"))


def _expected(data: Any, where: str) -> Expected:
    _keys(data, _EXPECT, where)
    lines = outputs = None
    if "lines" in data:
        lines = {}
        for index, line in enumerate(data["lines"]):
            _keys(line, _EXPECTED_LINE, f"{where}.lines[{index}]", required=("item", "quantity"))
            key = (line["item"], line.get("lot"))
            lines[key] = lines.get(key, Fraction(0)) + number(line["quantity"], f"{where}.lines[{index}].quantity")
    if "outputs" in data:
        outputs = {}
        for index, output in enumerate(data["outputs"]):
            _keys(output, ("item", "quantity"), f"{where}.outputs[{index}]", required=("item", "quantity"))
            more = number(output["quantity"], f"{where}.outputs[{index}].quantity")
            outputs[output["item"]] = outputs.get(output["item"], Fraction(0)) + more
    return Expected(
        status=data.get("status"),
        lines=lines,
        outputs=outputs,
        reasons=tuple(data.get("reasons", ())),
        balances={lot: number(value, f"{where}.balances.{lot}") for lot, value in data.get("balances", {}).items()},
        stock={lot: number(value, f"{where}.stock.{lot}") for lot, value in data.get("stock", {}).items()},
    )


def _moment(text: Any, where: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise CaseError(f"{where}: {text!r} is no date or time") from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def moment(text: str) -> datetime:
    """A time as the story writes it, in UTC."""
    return _moment(text, "at")
