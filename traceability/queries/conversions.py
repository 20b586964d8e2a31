"""One conversion of one item: by the factors of a moment, a lot's own density, at a temperature, with all it was taken from."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from masterdata.models import Item, UnitFactor
from masterdata.queries import item_factors, unit_facts, unit_names
from masterdata.rules.conversion_steps import Step, Worked, work_out
from masterdata.rules.densities import MeasuredDensity, is_density
from masterdata.rules.exact import Fraction
from masterdata.rules.units import UnitFact
from traceability.models import MaterialLot


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be converted. `temperature` in °C; without one, densities are taken at the item's reference."""

    item: Item
    amount: Fraction
    from_unit: str
    to_unit: str
    at: datetime
    lot: MaterialLot | None = None
    temperature: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How it was worked out. `factors`: the records of its steps, by reference; `notes`: what was asked for and cannot count."""

    worked: Worked
    factors: dict[str, UnitFactor] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def answer(question: Question) -> Answer:
    """The steps, and the records that they come from."""
    units = unit_facts()
    lot, factors = question.lot, item_factors([question.item.pk], question.at)[question.item.pk]
    measured = None
    if lot is not None and lot.density is not None:
        heat = None if lot.density_temperature is None else Fraction(lot.density_temperature)
        measured = MeasuredDensity(lot.code, Fraction(lot.density), heat)
    worked = work_out(
        question.amount,
        question.from_unit,
        question.to_unit,
        units,
        factors,
        of=question.item.code,
        measured=measured,
        temperature=question.temperature,
        names=unit_names(),
    )
    return Answer(worked, factor_records(worked), _notes(question, worked, units))


def factor_records(worked: Worked) -> dict[str, UnitFactor]:
    """The factors that steps and contradictions name, by their reference."""
    named = [one.source.reference for one in worked.steps if one.source]
    named += [one.factor.reference for one in worked.contradictions]
    ids = [int(name.removeprefix("unit_factor:")) for name in named if name.startswith("unit_factor:")]
    rows = UnitFactor.objects.filter(pk__in=ids).select_related("item", "from_unit", "to_unit", "signature")
    return {f"unit_factor:{row.pk}": row for row in rows}


def _notes(question: Question, worked: Worked, units: dict[str, UnitFact]) -> tuple[str, ...]:
    dense = [one for one in worked.steps if one.source and is_density(one.source, units)]
    notes = []
    lot = question.lot
    if lot is not None and lot.density is None:
        notes.append(f"Lot {lot.code} has no measured density: the factor of {question.item.code} counts.")
    elif lot is not None and not dense and worked.result is not None:
        notes.append(f"No step leads between mass and volume: the density of lot {lot.code} does not count here.")
    notes += [_without_heat(question, one) for one in dense if question.temperature is not None and _cold(one)]
    if question.temperature is not None and not dense and worked.result is not None:
        notes.append("No step leads between mass and volume: the temperature does not count here.")
    return tuple(notes)


def _cold(step: Step) -> bool:
    """Whether a density cannot follow the temperature."""
    return step.source is not None and None in (step.source.reference_temperature, step.source.coefficient)


def _without_heat(question: Question, step: Step) -> str:
    source = step.source
    assert source is not None
    lacks = "reference temperature" if source.reference_temperature is None else "expansion per °C"
    whose = (
        f"the density of lot {question.lot.code}"
        if source.reference.startswith("lot:") and question.lot
        else (f"the density of {question.item.code}")
    )
    return f"No {lacks} is known for {whose}: it stands as it is written, whatever the temperature."


def factors_in_force(item: Item, at: datetime) -> list[UnitFactor]:
    """The records of the item's factors that are effective at a moment, as the unit graph shows them."""
    references = [one.reference.removeprefix("unit_factor:") for one in item_factors([item.pk], at)[item.pk]]
    rows = UnitFactor.objects.filter(pk__in=references).select_related(
        "item", "from_unit", "to_unit", "author", "signature"
    )
    return list(rows.order_by("from_unit__code", "to_unit__code"))


def lots_to_choose(item: Item, site_id: int, most: int = 200) -> list[MaterialLot]:
    """Lots of the item at a site, those with a measured density first, then the newest."""
    rows = MaterialLot.objects.filter(item=item, site_id=site_id)
    return list(rows.order_by(F("density").asc(nulls_last=True), "-received_at")[:most])
