"""The BOM versions pinned to an order: which apply when, and what the order takes by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from masterdata.models import BomVersion
from masterdata.queries import effective_boms
from masterdata.rules.usage import BomFact
from traceability.models import OrderPin
from traceability.queries.bom_facts import bom_facts


@dataclass(frozen=True, slots=True)
class Taken:
    """An item that an operation of an order takes; `alternate`: as a substitute for a line's item."""

    item_id: int
    operation_number: str
    alternate: bool = False


@dataclass(frozen=True, slots=True)
class PinnedBom:
    """A version with the phantoms that it is exploded through (item id to version id), and all their facts."""

    version_id: int
    phantoms: Mapping[int, int]
    facts: Mapping[int, BomFact]

    @property
    def bom(self) -> BomFact:
        return self.facts[self.version_id]

    def bom_of(self, item_id: int) -> BomFact | None:
        """The phantom version of a component, or None where it is a leaf; what `masterdata.rules.usage.explode` asks."""
        return self.facts.get(self.phantoms.get(item_id, 0))


def resolve(top: BomVersion, at: datetime) -> PinnedBom:
    """A version with every phantom that it is exploded through, to any depth, as effective at a time."""
    facts = bom_facts([top.pk])
    phantoms: dict[int, int] = {}
    border = [facts[top.pk]]
    while border:
        used = {line.item for fact in border for line in fact.lines}
        used |= {output.item for fact in border for output in fact.outputs}
        found = effective_boms(used - phantoms.keys() - {top.item_id}, at)
        versions = [version for version in found.values() if version.phantom]
        phantoms |= {version.item_id: version.pk for version in versions}
        inner = bom_facts([version.pk for version in versions])
        facts |= inner
        border = list(inner.values())
    return PinnedBom(top.pk, phantoms, facts)


def pin_at(order_id: int, at: datetime) -> OrderPin | None:
    """The pin that applies to an order at an event time, or None where it was never released."""
    return OrderPin.objects.filter(order_id=order_id, applicable_from__lte=at).order_by("-applicable_from").first()


def pinned_boms(pins: Iterable[OrderPin]) -> list[PinnedBom]:
    """What these pins hold, loaded at once."""
    pins = list(pins)
    ids = {pin.bom_version_id for pin in pins} | {version for pin in pins for version in pin.phantom_versions.values()}
    facts = bom_facts(ids)
    return [
        PinnedBom(pin.bom_version_id, {int(item): version for item, version in pin.phantom_versions.items()}, facts)
        for pin in pins
    ]


def taken_by(pinned: PinnedBom) -> set[Taken]:
    """What a pinned BOM takes, phantoms exploded: a phantom's components are taken at the operation of its line."""
    taken: set[Taken] = set()

    def descend(bom: BomFact, operation: str | None) -> None:
        for line in bom.lines:
            here = operation or line.operation
            inner = pinned.bom_of(line.item)
            if inner is not None:
                descend(inner, here)
                continue
            taken.add(Taken(line.item, here))
            taken.update(Taken(alternate.item, here, True) for alternate in line.alternates)

    descend(pinned.bom, None)
    return taken


def items_of(pinned: PinnedBom) -> set[int]:
    """Every item that a pinned BOM names: products, components, alternates, by- and co-products."""
    items: set[int] = set()
    for fact in pinned.facts.values():
        items.add(fact.item)
        items.update(output.item for output in fact.outputs)
        for line in fact.lines:
            items.add(line.item)
            items.update(alternate.item for alternate in line.alternates)
    return items


def taken_by_order(order_id: int, at: datetime) -> set[Taken]:
    """What an order takes by the pin that applies at a time and by later ones (empty: not released)."""
    pins = list(OrderPin.objects.filter(order_id=order_id).order_by("applicable_from"))
    past = [pin for pin in pins if pin.applicable_from <= at]
    coming = [pin for pin in pins if pin.applicable_from > at]
    return {taken for pinned in pinned_boms(past[-1:] + coming) for taken in taken_by(pinned)}
