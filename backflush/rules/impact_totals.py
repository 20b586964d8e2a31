"""The differences of many orders added up: per component, what is refused, and the orders and reports that weigh most.

Kept as data with exact text between batches, so that a replay goes on where it stopped.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backflush.rules.impact import Difference, Quantities
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.units import decimal_text

#: orders and reports that are listed by name
HEAVIEST = 50


@dataclass(slots=True)
class ItemImpact:
    """One item, in its stock unit. `price`: its standard cost when the replay met it first; it counts for both sides."""

    price: Fraction
    then: Fraction = ZERO
    proposed: Fraction = ZERO
    short: Fraction = ZERO
    short_reports: int = 0
    short_orders: int = 0

    @property
    def difference(self) -> Fraction:
        return self.proposed - self.then

    @property
    def cost(self) -> Fraction:
        return self.difference * self.price


@dataclass(slots=True)
class Refused:
    """Reports that would not post, for one reason; `first`: the number of the first such posting."""

    code: str
    sentence: str
    first: int
    reports: int = 0


@dataclass(frozen=True, slots=True)
class Weight:
    """An order or a report and what the proposal changes of it: in cost, and how many items would have been short."""

    order: int
    name: str
    cost: Fraction
    short: int
    reports: int
    number: int = 0

    @property
    def rank(self) -> tuple[Any, ...]:
        return (-abs(self.cost), -self.short, self.name, self.number)


@dataclass(slots=True)
class Impact:
    """What a proposal comes to over the replayed reports."""

    reports: int = 0
    orders: int = 0
    left_out: int = 0
    refused_reports: int = 0
    short_reports: int = 0
    short_orders: int = 0
    components: dict[int, ItemImpact] = field(default_factory=dict)
    outputs: dict[int, ItemImpact] = field(default_factory=dict)
    refused: dict[tuple[str, str], Refused] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    heaviest_orders: list[Weight] = field(default_factory=list)
    heaviest_reports: list[Weight] = field(default_factory=list)

    @property
    def cost(self) -> Fraction:
        return sum((one.cost for one in self.components.values()), ZERO)

    @property
    def cost_then(self) -> Fraction:
        return sum((one.then * one.price for one in self.components.values()), ZERO)

    @property
    def cost_proposed(self) -> Fraction:
        return sum((one.proposed * one.price for one in self.components.values()), ZERO)

    def add_order(
        self, order: int, name: str, differences: Sequence[Difference], price_of: Callable[[int], Fraction]
    ) -> None:
        """Add one order's counted reports. `price_of`: an item's standard cost, asked once for each item."""
        if not differences:
            return
        self.orders += 1
        cost, short_items = ZERO, set[int]()
        weights = []
        for one in differences:
            self._count(one)
            if one.left_out or one.refusals:
                continue
            worth = self._add(one, price_of)
            cost += worth
            short_items |= one.short.keys()
            if worth or one.short:
                weights.append(Weight(order, name, worth, len(one.short), 1, one.case.number))
        for item in short_items:
            self.components[item].short_orders += 1
        self.short_orders += 1 if short_items else 0
        self.heaviest_reports = _heaviest([*self.heaviest_reports, *weights])
        if cost or short_items:
            whole = Weight(order, name, cost, len(short_items), len(differences))
            self.heaviest_orders = _heaviest([*self.heaviest_orders, whole])

    def _count(self, one: Difference) -> None:
        self.reports += 1
        top = one.case.then.versions[0] if one.case.then.versions else 0
        self.versions[top] = self.versions.get(top, 0) + 1
        self.left_out += one.left_out
        self.refused_reports += 1 if one.refusals else 0
        for refusal in one.refusals:
            key = (refusal.code, refusal.sentence)
            if key not in self.refused and len(self.refused) >= HEAVIEST:
                key = ("others", "Other reasons of the same kinds.")
            known = self.refused.setdefault(key, Refused(*key, first=one.case.number))
            known.reports += 1

    def _add(self, one: Difference, price_of: Callable[[int], Fraction]) -> Fraction:
        """One report's quantities; returns its difference in cost."""
        worth = ZERO
        for item in one.used_then.keys() | one.used.keys():
            known = _known(self.components, item, price_of)
            then, proposed = one.used_then.get(item, ZERO), one.used.get(item, ZERO)
            known.then += then
            known.proposed += proposed
            worth += (proposed - then) * known.price
        for item, short in one.short.items():
            known = _known(self.components, item, price_of)
            known.short += short
            known.short_reports += 1
        self.short_reports += 1 if one.short else 0
        _add_outputs(self.outputs, one.made_then, one.made, price_of)
        return worth

    def as_data(self) -> dict[str, Any]:
        """Plain data; every quantity and cost as exact text."""
        counts = ("reports", "orders", "left_out", "refused_reports", "short_reports", "short_orders")
        return {
            **{name: getattr(self, name) for name in counts},
            "components": {str(item): _item_data(one) for item, one in self.components.items()},
            "outputs": {str(item): _item_data(one) for item, one in self.outputs.items()},
            "refused": [[one.code, one.sentence, one.first, one.reports] for one in self.refused.values()],
            "versions": {str(version): count for version, count in self.versions.items()},
            "heaviest_orders": [_weight_data(one) for one in self.heaviest_orders],
            "heaviest_reports": [_weight_data(one) for one in self.heaviest_reports],
        }


def read_impact(data: Mapping[str, Any]) -> Impact:
    """What `as_data` wrote; empty data is an empty impact."""
    if not data:
        return Impact()
    refused = [Refused(*row) for row in data["refused"]]
    return Impact(
        reports=data["reports"],
        orders=data["orders"],
        left_out=data["left_out"],
        refused_reports=data["refused_reports"],
        short_reports=data["short_reports"],
        short_orders=data["short_orders"],
        components={int(item): _read_item(one) for item, one in data["components"].items()},
        outputs={int(item): _read_item(one) for item, one in data["outputs"].items()},
        refused={(one.code, one.sentence): one for one in refused},
        versions={int(version): count for version, count in data["versions"].items()},
        heaviest_orders=[_read_weight(row) for row in data["heaviest_orders"]],
        heaviest_reports=[_read_weight(row) for row in data["heaviest_reports"]],
    )


def exact_text(value: Fraction) -> str:
    """As a decimal where it has one, else as n/d; `Fraction` reads both."""
    try:
        return decimal_text(value)
    except ValueError:
        return f"{value.numerator}/{value.denominator}"


def _known(items: dict[int, ItemImpact], item: int, price_of: Callable[[int], Fraction]) -> ItemImpact:
    if item not in items:
        items[item] = ItemImpact(price_of(item))
    return items[item]


def _add_outputs(
    outputs: dict[int, ItemImpact], then: Quantities, proposed: Quantities, price_of: Callable[[int], Fraction]
) -> None:
    for item in then.keys() | proposed.keys():
        known = _known(outputs, item, price_of)
        known.then += then.get(item, ZERO)
        known.proposed += proposed.get(item, ZERO)


def _heaviest(weights: Iterable[Weight]) -> list[Weight]:
    return sorted(weights, key=lambda one: one.rank)[:HEAVIEST]


def _item_data(one: ItemImpact) -> list[Any]:
    figures = [exact_text(value) for value in (one.price, one.then, one.proposed, one.short)]
    return [*figures, one.short_reports, one.short_orders]


def _read_item(row: Sequence[Any]) -> ItemImpact:
    price, then, proposed, short = (Fraction(text) for text in row[:4])
    return ItemImpact(price, then, proposed, short, row[4], row[5])


def _weight_data(one: Weight) -> list[Any]:
    return [one.order, one.name, exact_text(one.cost), one.short, one.reports, one.number]


def _read_weight(row: Sequence[Any]) -> Weight:
    return Weight(row[0], row[1], Fraction(row[2]), row[3], row[4], row[5])
