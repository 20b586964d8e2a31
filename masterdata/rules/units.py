"""Exact conversion between units, and the one rounding of a quantity. Fractions in, fractions out; never a float.

Inside a dimension the Rec 20 table converts. Across dimensions, and from packages (Rec 21 codes, written with the prefix
X: XBX box, XCS case), only an item's own approved factors do.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import Rounding

_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_PACKAGE_PREFIX = "X"


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A unit of the table: 1 of it is `factor` of its dimension's base unit."""

    code: str
    dimension: str
    factor: Fraction

    @property
    def is_package(self) -> bool:
        """A package holds what the item says, so the table knows no factor for it."""
        return len(self.code) == 3 and self.code.startswith(_PACKAGE_PREFIX)


@dataclass(frozen=True, slots=True)
class ItemFactor:
    """An item's own approved factor: 1 `from_unit` = `factor` `to_unit`. `reference` names the record it comes from.

    A density holds at `reference_temperature`, in °C; `coefficient` is the volume's growth per °C (see `density_at`).
    """

    from_unit: str
    to_unit: str
    factor: Fraction
    reference: str = ""
    reference_temperature: Fraction | None = None
    coefficient: Fraction | None = None

    def __post_init__(self) -> None:
        if self.factor <= 0:
            raise ValueError(f"The factor {self.from_unit} → {self.to_unit} must be above zero, not {self.factor}.")


@dataclass(frozen=True, slots=True)
class Conversion:
    """1 of the first unit of `path` is `factor` of the last."""

    factor: Fraction
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundingRule:
    """How an item's quantities are rounded: to `decimals`, or to a `multiple` in their place."""

    decimals: int = 6
    multiple: Fraction | None = None
    mode: Rounding = Rounding.HALF_EVEN

    def __post_init__(self) -> None:
        if not 0 <= self.decimals <= 9:
            raise ValueError(f"Decimals go from 0 to 9, not {self.decimals}.")
        if self.multiple is not None and self.multiple <= 0:
            raise ValueError(f"A rounding multiple must be above zero, not {self.multiple}.")

    @property
    def step(self) -> Fraction:
        """The smallest difference between two quantities of the item."""
        return self.multiple if self.multiple is not None else Fraction(1, 10**self.decimals)


def conversion(
    from_unit: str, to_unit: str, units: Mapping[str, UnitFact], item_factors: Sequence[ItemFactor]
) -> Conversion | None:
    """The exact factor from one unit to another, or None where no approved path exists.

    The shortest path counts (fewest steps; then the alphabet; then the factor listed first), so that the same facts
    always give the same digits. A unit that the table does not know converts only into itself or by an item's factor.
    """
    if from_unit == to_unit:
        return Conversion(Fraction(1), (from_unit,))
    steps = _steps({from_unit, to_unit}, units, item_factors)
    reached = {from_unit: Conversion(Fraction(1), (from_unit,))}
    border = [from_unit]
    while border:
        found: dict[str, Conversion] = {}
        for here in border:
            for there in sorted(steps.get(here, {})):
                if there in reached or there in found:
                    continue
                so_far = reached[here]
                found[there] = Conversion(so_far.factor * steps[here][there], (*so_far.path, there))
        if to_unit in found:
            return found[to_unit]
        reached.update(found)
        border = sorted(found, key=lambda unit: found[unit].path)
    return None


def _steps(
    ends: Iterable[str], units: Mapping[str, UnitFact], item_factors: Sequence[ItemFactor]
) -> dict[str, dict[str, Fraction]]:
    """Every direct step between the units that matter: the table's first, then the item's factors both ways."""
    nodes = sorted({*ends, *(unit for factor in item_factors for unit in (factor.from_unit, factor.to_unit))})
    steps: dict[str, dict[str, Fraction]] = {node: {} for node in nodes}
    for here in nodes:
        for there in nodes:
            direct = by_table(units.get(here), units.get(there))
            if here != there and direct is not None:
                steps[here][there] = direct
    for factor in item_factors:
        steps[factor.from_unit].setdefault(factor.to_unit, factor.factor)
        steps[factor.to_unit].setdefault(factor.from_unit, 1 / factor.factor)
    return steps


def by_table(here: UnitFact | None, there: UnitFact | None) -> Fraction | None:
    if here is None or there is None or here.is_package or there.is_package:
        return None
    return here.factor / there.factor if here.dimension == there.dimension else None


def round_quantity(value: Fraction, rule: RoundingRule) -> Fraction:
    """`value` rounded once by an item's rule. Up is away from zero, down towards it, so a mirror image rounds alike."""
    if rule.multiple is None and 10**rule.decimals % value.denominator == 0:
        return value
    size = abs(value) / rule.step
    whole, rest = divmod(size.numerator, size.denominator)
    up = {
        Rounding.UP: rest > 0,
        Rounding.DOWN: False,
        Rounding.HALF_EVEN: 2 * rest > size.denominator or (2 * rest == size.denominator and whole % 2 == 1),
    }[rule.mode]
    rounded = (whole + 1 if up else whole) * rule.step
    return -rounded if value < 0 else rounded


def fits(value: Fraction, rule: RoundingRule) -> bool:
    """Whether a quantity is already one that the item can have: a whole number of its steps."""
    return (value / rule.step).denominator == 1


def density_at(
    density: Fraction, reference_temperature: Fraction, coefficient: Fraction, temperature: Fraction
) -> Fraction:
    """Density at a temperature in °C, from the one at the reference temperature.

    `coefficient`: volumetric thermal expansion per °C; volume grows by 1 + coefficient × difference, mass stays.
    """
    growth = 1 + coefficient * (temperature - reference_temperature)
    if growth <= 0:
        raise ValueError("The temperature is out of the range of this expansion coefficient.")
    return density / growth


def decimal_text(value: Fraction) -> str:
    """A quantity as a plain decimal string: `12.5`, never `1.25E1`. ValueError where it has no finite decimal."""
    left, twos, fives = value.denominator, 0, 0
    while left % 2 == 0:
        left, twos = left // 2, twos + 1
    while left % 5 == 0:
        left, fives = left // 5, fives + 1
    if left != 1:
        raise ValueError(f"{value} has no finite decimal.")
    places = max(twos, fives)
    sign = "-" if value < 0 else ""
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def parse_decimal(text: str) -> Fraction:
    """The exact value of a decimal string such as `12.50`. ValueError for anything else: no exponents, no commas."""
    cleaned = text.strip() if isinstance(text, str) else ""
    if not _DECIMAL.fullmatch(cleaned):
        raise ValueError(f"{text!r} is not a decimal number such as 12.5.")
    return Fraction(cleaned)
