"""The unit table and the items' own factors, as the rules want them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from masterdata.models import Unit, UnitFactor
from masterdata.rules.exact import Fraction
from masterdata.rules.unit_names import UnitName
from masterdata.rules.units import ItemFactor, UnitFact
from masterdata.rules.vocabulary import RecordState


def unit_facts() -> dict[str, UnitFact]:
    """Every unit by its code."""
    return {
        code: UnitFact(code, dimension, Fraction(int(numerator), int(denominator)))
        for code, dimension, numerator, denominator in Unit.objects.values_list(
            "code", "dimension", "numerator", "denominator"
        )
    }


def unit_names() -> list[UnitName]:
    """Every unit's code and symbol, to read and write units as people do."""
    return [UnitName(code, symbol) for code, symbol in Unit.objects.order_by("code").values_list("code", "symbol")]


def item_factors(item_ids: Iterable[int], at: datetime) -> dict[int, list[ItemFactor]]:
    """The approved factors of these items that are effective at a time; an item without any has an empty list.

    `reference` of each is `unit_factor:<id>`.
    """
    wanted = list(item_ids)
    found: dict[int, list[ItemFactor]] = {item: [] for item in wanted}
    rows = (
        UnitFactor.objects.filter(item_id__in=wanted, state=RecordState.APPROVED, effective_from__lte=at)
        .filter(Q(effective_to__isnull=True) | Q(effective_to__gt=at))
        .order_by("item_id", "from_unit__code", "to_unit__code", "-effective_from", "-version")
        .distinct("item_id", "from_unit__code", "to_unit__code")
        .values_list(
            "id",
            "item_id",
            "from_unit__code",
            "to_unit__code",
            "numerator",
            "denominator",
            "reference_temperature",
            "temperature_coefficient",
        )
    )
    for row, item, from_unit, to_unit, numerator, denominator, *heat in rows:
        factor = Fraction(int(numerator), int(denominator))
        reference, coefficient = (None if value is None else Fraction(value) for value in heat)
        found[item].append(ItemFactor(from_unit, to_unit, factor, f"unit_factor:{row}", reference, coefficient))
    return found
