"""Densities: the factors between mass and volume. A lot's measured one takes the place of its item's.

A density holds at one temperature. Two densities are compared, and one replaces the other, at the same temperature: that
of the item's signed factor, unless another is asked for. What has no coefficient or no temperature stands as it is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import ItemFactor, UnitFact, density_at
from masterdata.rules.vocabulary import Dimension

LITRE, KILOGRAM = "LTR", "KGM"


@dataclass(frozen=True, slots=True)
class MeasuredDensity:
    """What a lot's certificate says: kilograms per litre, measured at a temperature in °C."""

    lot: str
    density: Fraction
    temperature: Fraction | None = None


def is_density(factor: ItemFactor, units: Mapping[str, UnitFact]) -> bool:
    """Whether a factor leads between mass and volume."""
    ends = [units[code].dimension if code in units else "" for code in (factor.from_unit, factor.to_unit)]
    return sorted(ends) == sorted([Dimension.MASS.value, Dimension.VOLUME.value])


def signed_density(factors: Sequence[ItemFactor], units: Mapping[str, UnitFact]) -> ItemFactor | None:
    """The item's own density in force."""
    return next((one for one in factors if is_density(one, units)), None)


def reference_temperature(factors: Sequence[ItemFactor], units: Mapping[str, UnitFact]) -> Fraction | None:
    """The temperature that the item's density holds at; None where it says none."""
    signed = signed_density(factors, units)
    return signed.reference_temperature if signed else None


def with_density_of_lot(
    factors: Sequence[ItemFactor], units: Mapping[str, UnitFact], measured: MeasuredDensity
) -> list[ItemFactor]:
    """The factors, with the lot's density in place of the item's. It expands as the item's does."""
    signed = signed_density(factors, units)
    own = ItemFactor(
        LITRE,
        KILOGRAM,
        measured.density,
        f"lot:{measured.lot}",
        measured.temperature,
        signed.coefficient if signed else None,
    )
    return [*(one for one in factors if not is_density(one, units)), own]


def at_temperature(factor: ItemFactor, units: Mapping[str, UnitFact], temperature: Fraction) -> ItemFactor | Refusal:
    """A density as it is at `temperature`; a factor that is none, or whose expansion is not known, stands as it is."""
    start, coefficient = factor.reference_temperature, factor.coefficient
    if not is_density(factor, units) or start is None or coefficient is None or start == temperature:
        return factor
    by_volume = units[factor.from_unit].dimension == Dimension.VOLUME
    density = factor.factor if by_volume else 1 / factor.factor
    try:
        warmer = density_at(density, start, coefficient, temperature)
    except ValueError:
        return Refusal(
            "temperature_out_of_range",
            "At this temperature nothing would be left of the density: its expansion per °C does not hold there.",
            f"{factor.from_unit} → {factor.to_unit}",
            "Check the temperature, and the expansion coefficient of the factor.",
        )
    return replace(factor, factor=warmer if by_volume else 1 / warmer, reference_temperature=temperature)
