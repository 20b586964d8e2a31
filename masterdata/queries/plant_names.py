"""The plant's names for the codes in a record's content: items, units, operations and people, each looked up once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from masterdata.models import Item, Operation, Person
from masterdata.queries.units import unit_names
from masterdata.rules.unit_names import write_unit

_UNITS = frozenset({"unit", "base_unit", "from_unit", "to_unit", "stock_unit"})


@dataclass(frozen=True, slots=True)
class PlantNames:
    """`items`: code → name; `units`: code → symbol, with the code where two share it; `operations`: number → name, of the
    content's item; `people`: user name → name.
    """

    items: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


def plant_names(content: Mapping[str, Any]) -> PlantNames:
    """Whatever the content names by code."""
    pairs = list(_pairs(content))
    items = {value for name, value in pairs if name == "item"}
    units = {value for name, value in pairs if name in _UNITS}
    people = {value for name, value in pairs if name == "author"}
    return PlantNames(
        dict(Item.objects.filter(code__in=items).values_list("code", "name")),
        _written(units),
        dict(Operation.objects.filter(item__code=content.get("item", "")).values_list("number", "name")),
        dict(Person.objects.filter(username__in=people).values_list("username", "name")),
    )


def _written(codes: set[str]) -> dict[str, str]:
    if not codes:
        return {}
    names = unit_names()
    return {
        one.code: one.symbol if write_unit(one.code, names) == one.symbol else f"{one.symbol} ({one.code})"
        for one in names
        if one.code in codes
    }


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for one in value:
            yield from _pairs(one)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if isinstance(one, str):
                yield name, one
            else:
                yield from _pairs(one)
