"""Exact conversions at one moment, and times as facts carry them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise

from masterdata.models import Unit, UnitFactor
from masterdata.rules.densities import signed_density
from masterdata.rules.exact import ONE, Fraction
from masterdata.rules.units import ItemFactor, UnitFact, conversion
from masterdata.rules.vocabulary import RecordState


def iso(moment: datetime) -> str:
    """A moment as facts carry it: ISO text in UTC with microseconds and `Z`, which sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


class Conversions:
    """Exact conversions at one moment, and which factor rows they used."""

    def __init__(self, items: Iterable[int], at: datetime) -> None:
        self.units = {
            unit.code: UnitFact(unit.code, unit.dimension, Fraction(int(unit.numerator), int(unit.denominator)))
            for unit in Unit.objects.all()
        }
        self.dimensions = {code: unit.dimension for code, unit in self.units.items()}
        self.factors: dict[int, list[ItemFactor]] = {}
        self.used: set[int] = set()
        newest: dict[tuple[int, str, str], UnitFactor] = {}
        rows = UnitFactor.objects.filter(
            item_id__in=list(items), state=RecordState.APPROVED, effective_from__lte=at
        ).select_related("from_unit", "to_unit")
        for row in rows.order_by("effective_from", "version"):
            if row.effective_to is None or row.effective_to > at:
                newest[(row.item_id, row.from_unit.code, row.to_unit.code)] = row
        for row in newest.values():
            factor = ItemFactor(
                row.from_unit.code,
                row.to_unit.code,
                Fraction(int(row.numerator), int(row.denominator)),
                str(row.pk),
                None if row.reference_temperature is None else Fraction(row.reference_temperature),
                None if row.temperature_coefficient is None else Fraction(row.temperature_coefficient),
            )
            self.factors.setdefault(row.item_id, []).append(factor)

    def __call__(self, item: int, from_unit: str, to_unit: str) -> Fraction | None:
        """Units of `to_unit` per `from_unit` for the item, or None where no approved path exists."""
        if from_unit == to_unit:
            return ONE
        factors = self.factors.get(item, [])
        found = conversion(from_unit, to_unit, self.units, factors)
        if found is None:
            return None
        steps = set(pairwise(found.path))
        for factor in factors:
            if (factor.from_unit, factor.to_unit) in steps or (factor.to_unit, factor.from_unit) in steps:
                self.used.add(int(factor.reference))
        return found.factor

    def density(self, item: int) -> Fraction | None:
        """Kilograms per litre by the item's own approved factor, if there is one."""
        found = conversion("LTR", "KGM", self.units, self.factors.get(item, []))
        return found.factor if found else None

    def expansion(self, item: int) -> tuple[Fraction, Fraction] | tuple[None, None]:
        """At which °C the item's signed density holds, and the volume's growth per °C; neither where one is not known."""
        signed = signed_density(self.factors.get(item, []), self.units)
        if signed is None or signed.reference_temperature is None or signed.coefficient is None:
            return None, None
        return signed.reference_temperature, signed.coefficient
