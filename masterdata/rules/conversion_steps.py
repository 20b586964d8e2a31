"""A conversion as a person checks it: step by step, each an exact fraction with the record that it comes from.

It takes the very path that posting takes, so that what the calculator shows is what is posted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from masterdata.rules.densities import (
    MeasuredDensity,
    at_temperature,
    is_density,
    reference_temperature,
    with_density_of_lot,
)
from masterdata.rules.exact import ONE, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.unit_names import UnitName, tell_unit
from masterdata.rules.units import ItemFactor, UnitFact, by_table, conversion


@dataclass(frozen=True, slots=True)
class Step:
    """1 `from_unit` = `factor` `to_unit`, and what that made of the amount.

    `source`: the item's factor or the lot's density, before its correction to the temperature; None: the unit table.
    `corrected`: whether the temperature changed it.
    """

    from_unit: str
    to_unit: str
    factor: Fraction
    result: Fraction
    source: ItemFactor | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Worked:
    """The steps and what they come to, or why there is none. `missing`: the units that no approved factor links.

    `temperature`: what densities were taken at, `reference`: what their expansion is for.
    `contradictions`: approved factors that other approved factors contradict.
    """

    result: Fraction | None
    steps: tuple[Step, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    missing: tuple[str, str] | None = None
    temperature: Fraction | None = None
    reference: Fraction | None = None
    contradictions: tuple["Contradiction", ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An approved factor, and what the others say that 1 of its first unit is."""

    factor: ItemFactor
    others: Fraction


def work_out(
    amount: Fraction,
    from_unit: str,
    to_unit: str,
    units: Mapping[str, UnitFact],
    factors: Sequence[ItemFactor],
    *,
    of: str = "",
    measured: MeasuredDensity | None = None,
    temperature: Fraction | None = None,
    names: Sequence[UnitName] = (),
) -> Worked:
    """`amount` in another unit. A measured density goes before the item's; densities are taken at `temperature`.

    Without a temperature they are taken at that of the item's signed density. `names`: how refusals write units.
    """
    reference = reference_temperature(factors, units)
    heat = reference if temperature is None else temperature
    used = list(factors) if measured is None else with_density_of_lot(factors, units, measured)
    found: list[ItemFactor] = []
    refusals: list[Refusal] = []
    for factor in used:
        warm = factor if heat is None or reference is None else at_temperature(factor, units, heat, reference)
        if isinstance(warm, Refusal):
            refusals.append(warm)
            found.append(factor)
        else:
            found.append(warm)
    way = conversion(from_unit, to_unit, units, found)
    if way is None:
        return Worked(
            None, (), (_no_way(tell_unit(from_unit, names), tell_unit(to_unit, names), of),), (from_unit, to_unit), heat
        )
    steps = _steps(amount, way.path, units, list(zip(used, found, strict=True)))
    blocking = tuple(refusals) if any(one.source and is_density(one.source, units) for one in steps) else ()
    return Worked(
        None if blocking else amount * way.factor,
        () if blocking else steps,
        blocking,
        None,
        heat,
        reference,
        contradictions(from_unit, units, found),
    )


def _steps(
    amount: Fraction,
    path: Sequence[str],
    units: Mapping[str, UnitFact],
    factors: Sequence[tuple[ItemFactor, ItemFactor]],
) -> tuple[Step, ...]:
    steps = []
    for here, there in pairwise(path):
        direct = by_table(units.get(here), units.get(there))
        if direct is not None:
            amount *= direct
            steps.append(Step(here, there, direct, amount))
            continue
        written, warm = next(pair for pair in factors if {pair[0].from_unit, pair[0].to_unit} == {here, there})
        step = warm.factor if warm.from_unit == here else 1 / warm.factor
        amount *= step
        steps.append(Step(here, there, step, amount, written, written.factor != warm.factor))
    return tuple(steps)


def _no_way(from_unit: str, to_unit: str, of: str) -> Refusal:
    whose = f" of {of}" if of else ""
    return Refusal(
        "no_conversion",
        f"No approved factor leads from {from_unit}{whose} to {to_unit}.",
        f"{of} {from_unit} → {to_unit}".strip(),
        f"Draft a factor that links {from_unit} and {to_unit}, and have it approved."
        if of
        else "Name the item: across dimensions only an item's own factor converts.",
    )


def contradictions(
    start: str, units: Mapping[str, UnitFact], factors: Sequence[ItemFactor]
) -> tuple[Contradiction, ...]:
    """Factors within reach of a unit that say something else than the others do. Empty: every path gives the same."""
    worth = {start: ONE}
    border = [start]
    codes = {start, *(unit for factor in factors for unit in (factor.from_unit, factor.to_unit))}
    while border:
        here = border.pop()
        for there in sorted(codes - set(worth)):
            direct = by_table(units.get(here), units.get(there))
            if direct is not None:
                worth[there] = worth[here] * direct
                border.append(there)
        for factor in factors:
            for one, other, step in (
                (factor.from_unit, factor.to_unit, factor.factor),
                (factor.to_unit, factor.from_unit, 1 / factor.factor),
            ):
                if one == here and other not in worth:
                    worth[other] = worth[here] * step
                    border.append(other)
    found = []
    for factor in factors:
        if factor.from_unit in worth:
            others = worth[factor.to_unit] / worth[factor.from_unit]
            if others != factor.factor:
                found.append(Contradiction(factor, others))
    return tuple(found)
