"""Compiles the recipes that postings were decided on again, as a proposal would have had them."""

from dataclasses import replace
from datetime import datetime

from backflush.queries.conversions import Conversions
from backflush.queries.proposals import Proposal
from backflush.queries.recipes import item_figures
from backflush.rules.impact import proposed_recipe
from backflush.rules.order_usage import items_named, order_usage
from backflush.rules.recipe import ItemFigures, Recipe
from masterdata.models import Item, UnitFactor
from masterdata.rules.exact import Fraction
from masterdata.rules.units import ItemFactor
from masterdata.rules.usage import BomFact
from traceability.queries.bom_facts import bom_facts
from traceability.queries.pinned_boms import PinnedBom, resolve


class ProposedConversions(Conversions):
    """Conversions as they stood at a moment, with the proposed factor in its place; a unit that did not convert then
    converts as it does at `today`.
    """

    def __init__(self, items: set[int], at: datetime, proposed: UnitFactor | None, today: datetime) -> None:
        super().__init__(items, at)
        self._today = None if at == today else ProposedConversions(items, today, proposed, today)
        if proposed is not None and proposed.item_id in items:
            pair = {proposed.from_unit.code, proposed.to_unit.code}
            others = [one for one in self.factors.get(proposed.item_id, []) if {one.from_unit, one.to_unit} != pair]
            value = Fraction(int(proposed.numerator), int(proposed.denominator))
            factor = ItemFactor(proposed.from_unit.code, proposed.to_unit.code, value, reference=str(proposed.pk))
            self.factors[proposed.item_id] = [factor, *others]

    def __call__(self, item: int, from_unit: str, to_unit: str) -> Fraction | None:
        found = super().__call__(item, from_unit, to_unit)
        return self._today(item, from_unit, to_unit) if found is None and self._today else found


class ProposedFigures:
    """The proposed recipes of one replay, each compiled once. `today`: whose phantoms and units count for what is new."""

    def __init__(self, proposal: Proposal, today: datetime) -> None:
        self._proposal, self._today = proposal, today
        self._recipes: dict[tuple[int, str], Recipe] = {}
        self._boms: dict[int, BomFact] = {}
        self._items: dict[int, Item] = {}
        self._pinned: PinnedBom | None = resolve(proposal.version, today) if proposal.version else None

    def price_of(self, item: int) -> Fraction:
        """An item's standard cost as it stands now."""
        self._read_items({item})
        return Fraction(self._items[item].standard_cost)

    def recipe(self, recipe_id: int, then: Recipe, order_unit: str, at: datetime) -> Recipe:
        """`then` as the proposal would have had it. `at`: when it applied, to find the unit factors of that time."""
        key = (recipe_id, order_unit)
        if key not in self._recipes:
            self._recipes[key] = self._compile(then, order_unit, at)
        return self._recipes[key]

    def _compile(self, then: Recipe, order_unit: str, at: datetime) -> Recipe:
        boms = self._boms_of(then)
        named = items_named(boms) | {then.product}
        self._read_items(named)
        convert = ProposedConversions(named, at, self._proposal.factor, self._today)
        made = order_usage(
            boms,
            product=then.product,
            order_unit=order_unit,
            units={pk: self._items[pk].stock_unit.code for pk in named},
            convert=convert,
            dimensions=convert.dimensions,
        )
        items = dict(then.items)
        for pk in named - items.keys():
            items[pk] = item_figures(self._items[pk], {}, convert, self._today)
        if self._proposal.factor is not None and self._proposal.item_id in items:
            figures: ItemFigures = items[self._proposal.item_id]
            items[figures.id] = replace(figures, density=convert.density(figures.id))
        return proposed_recipe(
            then,
            made,
            versions=tuple(bom.version for bom in boms),
            factors=tuple(sorted(convert.used)),
            items=items,
        )

    def _boms_of(self, then: Recipe) -> list[BomFact]:
        """The versions that made the recipe, with the proposed one in its place, and with phantoms that are new by it."""
        unread = [version for version in then.versions if version not in self._boms]
        self._boms |= bom_facts(unread)
        old = [self._boms[version] for version in then.versions]
        if self._pinned is None:
            return old
        proposed, known = self._pinned.bom, items_named(old)
        phantoms = {bom.item: bom for bom in old[1:]}
        top = proposed if old[0].item == proposed.item else old[0]
        if top is not proposed:
            phantoms[proposed.item] = proposed
        for item, version in self._pinned.phantoms.items():
            if item not in known:
                phantoms.setdefault(item, self._pinned.facts[version])
        return [top, *phantoms.values()]

    def _read_items(self, wanted: set[int]) -> None:
        rows = Item.objects.select_related("stock_unit").prefetch_related("label_versions")
        self._items |= rows.in_bulk(wanted - self._items.keys())
