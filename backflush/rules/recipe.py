"""A recipe: everything governed that usage at one operation is computed from, compiled and named by its digest.

Recipes are immutable and shared: all orders made by the same versions at the same operation have the same one. A posting keeps
its digest, so that years later the same figures compute the same digits.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from backflush.rules.requirement import Counts, Requirement, running_requirement
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import Alternate, UsageLine, UsageOutput
from masterdata.rules.vocabulary import (
    AlternateStrategy,
    HandlingUnitKind,
    OutputBasis,
    OutputKind,
    PostingMethod,
    TriggerKind,
)

#: answers of `Recipe.running` that are kept
KEPT = 128


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """What posting needs to know of an item. `standard_cost` is the order's frozen one, per stock unit.

    `symbol` is how people write the unit (kg for KGM); sentences say `measure`. `density` holds at `density_at` °C;
    `expansion` is the volume's growth per °C. Both or neither are there.
    """

    id: int
    code: str
    unit: str
    decimals: int
    multiple: Fraction | None
    rounding: str
    serial: bool
    supermarket: bool
    backflush_forbidden: str
    label_controlled: bool
    label_ok: bool
    label_potency: Fraction | None
    density: Fraction | None
    standard_cost: Fraction
    symbol: str = ""
    density_at: Fraction | None = None
    expansion: Fraction | None = None

    @property
    def measure(self) -> str:
        """The unit as the floor reads it."""
        return self.symbol or self.unit


@dataclass(frozen=True, slots=True)
class TriggerFigures:
    """The trigger definition in force: which kind of report declares output here, from whom, within which limits."""

    id: int
    version: int
    kind: TriggerKind
    basis: OutputBasis
    devices: tuple[int, ...]
    any_person: bool
    order_tolerance: Fraction
    report_limit: Fraction
    clock_tolerance: int
    offline_allowance: int
    avoidable_limit: Fraction | None = None


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """The order operation: where it runs and what must hold there. `after` is the count point before it, if any."""

    number: str
    line: int
    last: bool
    after: str | None
    requires_clearance: bool
    requires_training: bool
    packs: bool


@dataclass(frozen=True)
class Recipe:
    """The compiled figures. `factor`: BOM base units per order unit; `receipt_factor`: product stock
    units per BOM base unit; `versions` are the BOM versions it came from.

    `serving` are the bins that the operation may draw from; `finished`, `quarantine` and `consumed` are where output,
    rework and issues go. `missing` holds (code, item, detail) of figures without which nothing posts.
    """

    product: int
    product_unit: str
    versions: tuple[int, ...]
    factors: tuple[int, ...]
    factor: Fraction
    receipt_factor: Fraction
    operation: OperationFigures
    trigger: TriggerFigures | None
    lines: tuple[UsageLine, ...]
    outputs: tuple[UsageOutput, ...]
    items: Mapping[int, ItemFigures]
    serving: tuple[int, ...]
    finished: int
    quarantine: int
    consumed: int
    currency_decimals: int
    time_zone: str
    missing: tuple[tuple[str, int, str], ...]

    @cached_property
    def text(self) -> str:
        """Canonical JSON: sorted keys, fractions as `n/d`, no blanks."""
        return json.dumps(_recipe_as_data(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of this operation's progress: its lines, then its outputs."""
        return (*(line.component for line in self.lines), *(output.component for output in self.outputs))

    @cached_property
    def forbidden_items(self) -> tuple[ItemFigures, ...]:
        """Items of backflushed lines, alternates included, that may not be backflushed."""
        lines = [line for line in self.lines if line.method == PostingMethod.BACKFLUSH]
        used = dict.fromkeys(item for line in lines for item in (line.item, *(one.item for one in line.alternates)))
        return tuple(self.items[item] for item in used if self.items[item].backflush_forbidden)

    def running(self, counts: Counts) -> tuple[Requirement, ...]:
        """What these counts need of each line, whatever was reported before.

        A machine reports the same counts over and over, so the latest answers are kept.
        """
        known = self._running
        key = replace(counts, order_quantity=ZERO) if counts.order_quantity else counts
        if key not in known:
            if len(known) >= KEPT:
                known.clear()
            basis = self.trigger.basis if self.trigger else OutputBasis.GOOD
            known[key] = tuple(running_requirement(line, counts, basis) for line in self.lines)
        return known[key]

    @cached_property
    def _running(self) -> dict[Counts, tuple[Requirement, ...]]:
        return {}

    @cached_property
    def shelved_items(self) -> frozenset[int]:
        """Of the items that a report here may draw, alternates included, those that a supermarket may serve unbound."""
        items = {line.item for line in self.lines}
        items.update(alternate.item for line in self.lines for alternate in line.alternates)
        return frozenset(item for item in items if self.items[item].supermarket)


def _fraction(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def _read_fraction(text: str) -> Fraction:
    top, _, bottom = text.partition("/")
    return Fraction(int(top), int(bottom))


def _read_optional(text: str | None) -> Fraction | None:
    return None if text is None else _read_fraction(text)


def _plain(value: Any) -> Any:
    """A dataclass field as JSON data."""
    if isinstance(value, Fraction):
        return _fraction(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _recipe_as_data(recipe: Recipe) -> dict[str, Any]:
    data = {name: _plain(getattr(recipe, name)) for name in Recipe.__dataclass_fields__ if name != "items"}
    if recipe.trigger is not None and recipe.trigger.avoidable_limit is None:
        del data["trigger"]["avoidable_limit"]  # as recipes were written before there was such a limit
    data["items"] = [_item_as_data(recipe.items[item]) for item in sorted(recipe.items)]
    return data


def _item_as_data(item: ItemFigures) -> dict[str, Any]:
    data: dict[str, Any] = _plain(item)
    if item.expansion is None:  # as recipes were written before densities followed the temperature
        del data["density_at"], data["expansion"]
    return data


def read_recipe(text: str) -> Recipe:
    """The recipe that `Recipe.text` wrote. Reading and writing gives the same text, hence the same digest."""
    data = json.loads(text)
    return Recipe(
        product=data["product"],
        product_unit=data["product_unit"],
        versions=tuple(data["versions"]),
        factors=tuple(data["factors"]),
        factor=_read_fraction(data["factor"]),
        receipt_factor=_read_fraction(data["receipt_factor"]),
        operation=OperationFigures(**data["operation"]),
        trigger=_read_trigger(data["trigger"]),
        lines=tuple(_read_line(line) for line in data["lines"]),
        outputs=tuple(_read_output(output) for output in data["outputs"]),
        items={item["id"]: _read_item(item) for item in data["items"]},
        serving=tuple(data["serving"]),
        finished=data["finished"],
        quarantine=data["quarantine"],
        consumed=data["consumed"],
        currency_decimals=data["currency_decimals"],
        time_zone=data["time_zone"],
        missing=tuple((code, item, detail) for code, item, detail in data["missing"]),
    )


def _read_trigger(data: dict[str, Any] | None) -> TriggerFigures | None:
    if data is None:
        return None
    return TriggerFigures(
        **{
            **data,
            "kind": TriggerKind(data["kind"]),
            "basis": OutputBasis(data["basis"]),
            "devices": tuple(data["devices"]),
            "order_tolerance": _read_fraction(data["order_tolerance"]),
            "report_limit": _read_fraction(data["report_limit"]),
            "avoidable_limit": _read_optional(data.get("avoidable_limit")),
        }
    )


def _read_item(data: dict[str, Any]) -> ItemFigures:
    return ItemFigures(
        **{
            **data,
            "multiple": _read_optional(data["multiple"]),
            "label_potency": _read_optional(data["label_potency"]),
            "density": _read_optional(data["density"]),
            "standard_cost": _read_fraction(data["standard_cost"]),
            "density_at": _read_optional(data.get("density_at")),
            "expansion": _read_optional(data.get("expansion")),
        }
    )


def _read_alternate(data: dict[str, Any]) -> Alternate:
    return Alternate(
        item=data["item"],
        factor=_read_fraction(data["factor"]),
        percent=_read_optional(data["percent"]),
        quantity_limit=_read_optional(data["quantity_limit"]),
        valid_until=data["valid_until"],
    )


_LINE_FRACTIONS = (
    "plain",
    "kept",
    "full",
    "kept_avoidable",
    "full_avoidable",
    "fixed",
    "per_unit_closed",
    "setup",
    "tolerance",
)


def _read_line(data: dict[str, Any]) -> UsageLine:
    kind = data["handling_unit_kind"]
    strategy = data["strategy"]
    return UsageLine(
        **{
            **data,
            **{name: _read_fraction(data[name]) for name in _LINE_FRACTIONS},
            "method": PostingMethod(data["method"]),
            "steps": tuple((_read_fraction(start), _read_fraction(quantity)) for start, quantity in data["steps"]),
            "handling_unit_kind": None if kind is None else HandlingUnitKind(kind),
            "strategy": None if strategy is None else AlternateStrategy(strategy),
            "alternates": tuple(_read_alternate(alternate) for alternate in data["alternates"]),
        }
    )


def _read_output(data: dict[str, Any]) -> UsageOutput:
    return UsageOutput(
        component=data["component"],
        item=data["item"],
        operation=data["operation"],
        quantity=_read_fraction(data["quantity"]),
        kind=OutputKind(data["kind"]),
    )
