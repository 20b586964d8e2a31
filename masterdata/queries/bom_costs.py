"""What a BOM version costs at standard, stored or still being typed: items' costs, factors and phantoms at one time."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from masterdata.models import BomVersion, Item
from masterdata.queries.boms import effective_boms
from masterdata.queries.drafts import draft_of
from masterdata.queries.units import item_factors, unit_facts
from masterdata.rules.bom import BomDraft, LineDraft, ScrapDraft
from masterdata.rules.cost_roll_up import RollUp, roll_up
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.units import ItemFactor, UnitFact, conversion
from masterdata.rules.usage import BomFact, BomLineFact, RunningLoss
from masterdata.rules.vocabulary import HandlingUnitKind, Per

#: The id that stands for a code which nobody knows.
UNKNOWN = 0


@dataclass
class CostedBom:
    """A version with its roll-up. `items` by id, `phantoms`: the version that each phantom item is exploded by."""

    draft: BomDraft
    roll_up: RollUp
    items: dict[int, Item]
    phantoms: dict[int, BomVersion]
    stock_per_base: Fraction | None = None  # stock units of the product in one base unit; None: nothing converts

    @property
    def per_stock_unit(self) -> Fraction | None:
        """Cost per stock unit of the product, which its standard cost is written in."""
        return self.roll_up.per_unit / self.stock_per_base if self.stock_per_base else None


@dataclass
class Costing:
    """Items, factors, units and phantoms at one time, read once for as many versions as are asked about."""

    at: datetime
    units: dict[str, UnitFact] = field(default_factory=unit_facts)
    _items: dict[int, Item] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)
    _factors: dict[int, list[ItemFactor]] = field(default_factory=dict)
    _facts: dict[int, BomFact] = field(default_factory=dict)
    _phantoms: dict[int, BomVersion] = field(default_factory=dict)

    def of(self, draft: BomDraft) -> CostedBom:
        """A draft as it stands, whatever is still missing in it."""
        self._learn({draft.item, *(line.item for line in draft.lines)})
        top = self.fact(draft, version=0)
        rolled = roll_up(
            top,
            self._facts.get,
            {pk: item.stock_unit.code for pk, item in self._items.items()},
            {pk: Fraction(item.standard_cost) for pk, item in self._items.items()},
            self._convert,
            {code: unit.dimension for code, unit in self.units.items()},
        )
        product = self._items[top.item]
        per_base = self._convert(top.item, draft.base_unit, product.stock_unit.code)
        return CostedBom(draft, rolled, self._items, self._phantoms, per_base)

    def version(self, version: BomVersion) -> CostedBom:
        return self.of(draft_of(version))

    def _learn(self, codes: Iterable[str]) -> None:
        """Read these items, and those that their phantoms come to, level by level. Phantoms in force have no cycle."""
        wanted = set(codes) - set(self._ids)
        if not wanted:
            return
        found = list(Item.objects.filter(code__in=wanted).select_related("stock_unit"))
        self._ids |= {item.code: item.pk for item in found}
        self._items |= {item.pk: item for item in found}
        ids = [item.pk for item in found]
        self._factors |= item_factors(ids, self.at)
        inner = {pk: version for pk, version in effective_boms(ids, self.at).items() if version.phantom}
        self._phantoms |= inner
        drafts = {pk: draft_of(version) for pk, version in inner.items()}
        self._learn({line.item for draft in drafts.values() for line in draft.lines})
        self._facts |= {pk: self.fact(draft, version=inner[pk].pk) for pk, draft in drafts.items()}

    def fact(self, draft: BomDraft, version: int) -> BomFact:
        """A draft in the form that usage is exploded from. A line is named by its number: a new one has no identity."""
        return BomFact(
            version=version,
            item=self._ids[draft.item],
            base=Fraction(draft.base_quantity),
            base_unit=draft.base_unit,
            phantom=draft.phantom,
            assembly=_loss(draft.assembly_scrap),
            operations={one.operation: loss for one in draft.operation_scrap if (loss := _loss(one)) is not None},
            lines=tuple(self._line(line, number) for number, line in enumerate(draft.lines, start=1)),
        )

    def _line(self, line: LineDraft, number: int) -> BomLineFact:
        item = self._ids.get(line.item, UNKNOWN)
        unit = line.unit or (self._items[item].stock_unit.code if item else "")
        return BomLineFact(
            identity=line.identity or uuid.UUID(int=number),
            item=item,
            quantity=Fraction(line.quantity),
            unit=unit,
            operation=line.operation,
            per=line.per,
            handling_unit_kind=HandlingUnitKind(line.handling_unit_kind) if line.handling_unit_kind else None,
            method=line.method,
            pieces=Fraction(line.pieces),
            tolerance=Fraction(line.tolerance),
            scrap=_loss(line.scrap),
            setup=Fraction(line.setup.quantity) if line.setup else ZERO,
            # steps belong to lines by order size; elsewhere they are a fault of the draft
            steps=tuple((Fraction(one.from_quantity), Fraction(one.quantity)) for one in line.steps)
            if line.per == Per.STEPS
            else (),
        )

    def _convert(self, item: int, from_unit: str, to_unit: str) -> Fraction | None:
        found = conversion(from_unit, to_unit, self.units, self._factors.get(item, []))
        return found.factor if found is not None else None


def _loss(scrap: ScrapDraft | None) -> RunningLoss | None:
    return RunningLoss(Fraction(scrap.percent), scrap.convention, scrap.loss, scrap.net) if scrap is not None else None
