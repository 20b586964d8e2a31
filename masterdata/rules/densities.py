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


def at_reference(density: Fraction, measured_at: Fraction, reference: Fraction, coefficient: Fraction) -> Fraction:
    """A density as it is at the reference temperature, which the coefficient is for. The way back of `density_at`."""
    growth = 1 + coefficient * (measured_at - reference)
    if growth <= 0:
        raise ValueError("The temperature is out of the range of this expansion coefficient.")
    return density * growth


def comparable(
    density: Fraction, measured_at: Fraction | None, reference: Fraction | None, coefficient: Fraction | None
) -> Fraction:
    """A lot's density at the temperature that its item's holds at, so that the two can be compared.

    Where one of the figures is missing, or they are out of all range, it stands as it was measured.
    """
    if measured_at is None or reference is None or coefficient is None:
        return density
    try:
        return at_reference(density, measured_at, reference, coefficient)
    except ValueError:
        return density


def at_temperature(
    factor: ItemFactor, units: Mapping[str, UnitFact], temperature: Fraction, reference: Fraction
) -> ItemFactor | Refusal:
    """A density as it is at `temperature`; a factor that is none, or whose expansion is not known, stands as it is.

    `reference`: what the coefficient is for, the temperature of the item's signed density.
    """
    start, coefficient = factor.reference_temperature, factor.coefficient
    if not is_density(factor, units) or start is None or coefficient is None or start == temperature:
        return factor
    by_volume = units[factor.from_unit].dimension == Dimension.VOLUME
    density = factor.factor if by_volume else 1 / factor.factor
    try:
        density = at_reference(density, start, reference, coefficient)
        density = density_at(density, reference, coefficient, temperature)
    except ValueError:
        return Refusal(
            "temperature_out_of_range",
            "At this temperature nothing would be left of the density: its expansion per °C does not hold there.",
            f"{factor.from_unit} → {factor.to_unit}",
            "Check the temperature, and the expansion coefficient of the factor.",
        )
    return replace(factor, factor=density if by_volume else 1 / density, reference_temperature=temperature)
