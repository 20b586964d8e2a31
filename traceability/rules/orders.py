"""When a work order may be made, released and cleared for a line. All reasons at once, in words."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from masterdata.rules.refusal import Refusal
from traceability.rules.vocabulary import OrderState

#: Which state may follow which; an order begins planned. The database holds the same table.
ORDER_TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    OrderState.PLANNED: frozenset({OrderState.RELEASED}),
    OrderState.RELEASED: frozenset({OrderState.CLOSED}),
    OrderState.CLOSED: frozenset(),  # and released again by `reopen_order`, with two signatures
}


@dataclass(frozen=True, slots=True)
class RouteStep:
    """An operation of the product's route, and the id of the line that the order would run it at."""

    number: str
    line_id: int | None


@dataclass(frozen=True, slots=True)
class ReleaseFact:
    """What a release is judged on. `bom_operations`: the operations that the effective BOM names, phantoms exploded."""

    order_number: str
    order_state: str
    item_code: str
    has_bom: bool
    route: tuple[RouteStep, ...]
    bom_operations: frozenset[str]
    unit_path: bool
    unknown_overrides: tuple[str, ...] = ()


def operation_key(number: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts operation numbers as people read them: 10 before 20 before 100, 10A after 10."""
    parts = re.findall(r"\d+|\D+", number)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def release_refusals(fact: ReleaseFact) -> list[Refusal]:
    """Every reason why an order cannot be released (empty: it can)."""
    refusals = _missing_figures(fact)
    for step in fact.route:
        if step.line_id is None:
            refusals.append(
                Refusal(
                    "no_line",
                    f"Operation {step.number} of {fact.item_code} has no line.",
                    step.number,
                    "Name the line that this order runs it at.",
                )
            )
    missing = fact.bom_operations - {step.number for step in fact.route}
    if fact.route and missing:
        refusals.append(
            Refusal(
                "unknown_operation",
                f"The BOM of {fact.item_code} names operations that its route does not have:"
                f" {', '.join(sorted(missing, key=operation_key))}.",
                fact.item_code,
                "Let an engineer bring BOM and route together.",
            )
        )
    if fact.has_bom and not fact.unit_path:
        refusals.append(
            Refusal(
                "no_conversion",
                f"The unit of order {fact.order_number} does not convert to the base unit of the BOM of {fact.item_code}.",
                fact.item_code,
                "Have a unit factor approved, or make the order in another unit.",
            )
        )
    for number in fact.unknown_overrides:
        refusals.append(
            Refusal(
                "unknown_operation",
                f"{fact.item_code} has no operation {number} to run elsewhere.",
                number,
                "Name operations of the product's route only.",
            )
        )
    return refusals


def _missing_figures(fact: ReleaseFact) -> list[Refusal]:
    """The order's state, and whether there is a BOM and a route at all."""
    refusals = []
    if fact.order_state != OrderState.PLANNED:
        refusals.append(
            Refusal(
                "order_not_planned",
                f"Order {fact.order_number} is {fact.order_state} already.",
                fact.order_number,
                "Nothing needs to be done." if fact.order_state == OrderState.RELEASED else "Make a new order.",
            )
        )
    if not fact.has_bom:
        refusals.append(
            Refusal(
                "no_effective_bom",
                f"{fact.item_code} has no approved BOM that is effective now.",
                fact.item_code,
                "Have a BOM version approved, then release the order.",
            )
        )
    if not fact.route:
        refusals.append(
            Refusal(
                "no_operations",
                f"{fact.item_code} has no operations.",
                fact.item_code,
                "Let an engineer define the route of the product.",
            )
        )
    return refusals


@dataclass(frozen=True, slots=True)
class ForeignLot:
    """A lot that lies in a bin of the line for no business of the order: bound to another order, or to none."""

    lot_code: str
    bin_code: str
    order_number: str


@dataclass(frozen=True, slots=True)
class ClearanceFact:
    """What a line clearance is judged on. `checklist`: what was to be checked, and whether it was found in order."""

    order_number: str
    order_state: str
    line_code: str
    lines_of_order: frozenset[str]
    operator: str
    checker: str
    same_person: bool
    standing: bool
    checklist: tuple[tuple[str, bool], ...]
    foreign: tuple[ForeignLot, ...]


def clearance_refusals(fact: ClearanceFact) -> list[Refusal]:
    """Every reason why a line cannot be declared clear for an order (empty: it can)."""
    refusals = []
    if fact.order_state != OrderState.RELEASED:
        refusals.append(
            Refusal(
                "order_not_open",
                f"Order {fact.order_number} is {fact.order_state}.",
                fact.order_number,
                "Choose an order that is released.",
            )
        )
    if fact.line_code not in fact.lines_of_order:
        refusals.append(
            Refusal(
                "wrong_line",
                f"Order {fact.order_number} does not run at line {fact.line_code}.",
                fact.line_code,
                f"Clear {' or '.join(sorted(fact.lines_of_order)) or 'a line of the order'}.",
            )
        )
    if fact.same_person:
        refusals.append(
            Refusal(
                "second_person_needed",
                f"{fact.operator} cannot check their own clearance.",
                fact.operator,
                "Let a second person look and confirm.",
            )
        )
    if fact.standing:
        refusals.append(
            Refusal(
                "already_clear",
                f"Line {fact.line_code} is clear for order {fact.order_number}.",
                fact.line_code,
                "Nothing needs to be done.",
            )
        )
    if not fact.checklist:
        refusals.append(
            Refusal("checklist_empty", "Nothing was checked.", fact.line_code, "Go through the checklist of the line.")
        )
    for text, found_in_order in fact.checklist:
        if not found_in_order:
            refusals.append(
                Refusal("not_in_order", f"Not in order: {text}.", fact.line_code, "Put it in order, then check again.")
            )
    for lot in fact.foreign:
        whose = f"bound to order {lot.order_number}" if lot.order_number else "bound to no order"
        refusals.append(
            Refusal(
                "foreign_lot",
                f"Lot {lot.lot_code} still lies in bin {lot.bin_code}, {whose}.",
                lot.lot_code,
                "Return it to stock, then check again.",
            )
        )
    return refusals


def readable_checklist(checklist: Sequence[object]) -> tuple[tuple[str, bool], ...]:
    """A checklist as stored (`{"check": text, "ok": true}`) in the form that the rule asks for."""
    entries = []
    for entry in checklist:
        if not isinstance(entry, Mapping) or not str(entry.get("check", "")).strip():
            entries.append((f"unreadable entry {entry!r}", False))
            continue
        entries.append((str(entry["check"]).strip(), entry.get("ok") is True))
    return tuple(entries)


def last_operation(numbers: Collection[str]) -> str:
    """The operation that ends a route."""
    return max(numbers, key=operation_key)
