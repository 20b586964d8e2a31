"""Standing postings as cases of an impact replay, read in sets: frozen facts, recipes, and what else was there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection

from backflush.models import ImpactReplay, Posting
from backflush.models import Recipe as StoredRecipe
from backflush.queries.past_stock import PastStock
from backflush.queries.proposals import Proposal, orders_touched
from backflush.queries.proposed_figures import ProposedFigures
from backflush.rules.flush import Stock
from backflush.rules.impact import Case
from backflush.rules.recipe import Recipe, read_recipe
from backflush.rules.stored_facts import read_facts
from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import PostingMethod
from traceability.models import WorkOrder
from traceability.queries.arrays import array_of
from traceability.rules.eligibility import StockFact

#: postings that are read at once
AT_ONCE = 200
_ORDERS = """
SELECT order_id, count(*) FROM backflush_posting p
WHERE order_id = ANY(%(orders)s::bigint[]) AND recipe_id IS NOT NULL AND occurred_at <= %(until)s
    AND NOT EXISTS (SELECT 1 FROM backflush_posting r WHERE r.reversal_of = p.id)
GROUP BY order_id HAVING bool_or(occurred_at >= %(since)s) ORDER BY order_id
"""
_POSTINGS = """
SELECT * FROM backflush_posting p
WHERE order_id = ANY(%(orders)s::bigint[]) AND recipe_id IS NOT NULL AND occurred_at <= %(until)s
    AND NOT EXISTS (SELECT 1 FROM backflush_posting r WHERE r.reversal_of = p.id)
    AND (order_id, number) > (%(order)s, %(number)s)
ORDER BY order_id, number LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class OrderToReplay:
    """An order with a report in the days that are replayed, and how many standing postings it has in all."""

    order_id: int
    postings: int


def orders_to_replay(replay: ImpactReplay, proposal: Proposal) -> list[OrderToReplay]:
    """By id. An order is replayed from its first report on: a line's usage adds up over the whole order."""
    orders = orders_touched(proposal, replay.site_id, replay.since)
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, {"orders": array_of(orders), "since": replay.since, "until": replay.until})
        return [OrderToReplay(*row) for row in cursor.fetchall()]


def in_batches(orders: list[OrderToReplay]) -> Iterator[list[OrderToReplay]]:
    """Orders together while their postings are read at once; a larger order is a batch of its own."""
    batch: list[OrderToReplay] = []
    for one in orders:
        if batch and sum(other.postings for other in batch) + one.postings > AT_ONCE:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


class CaseReader:
    """Reads the cases of one replay; recipes are read and compiled once."""

    def __init__(self, replay: ImpactReplay, proposal: Proposal) -> None:
        self._replay = replay
        self.figures = ProposedFigures(proposal, replay.until)
        self._recipes: dict[int, Recipe] = {}

    def order_names(self, orders: list[OrderToReplay]) -> dict[int, str]:
        return dict(WorkOrder.objects.filter(pk__in=[one.order_id for one in orders]).values_list("pk", "number"))

    def cases(self, orders: list[OrderToReplay]) -> Iterator[list[Case]]:
        """Their cases by order and number, up to `AT_ONCE` at a time."""
        ids = [one.order_id for one in orders]
        units = dict(WorkOrder.objects.filter(pk__in=ids).values_list("pk", "unit__code"))
        order = number = 0
        while True:
            wanted = {"orders": array_of(ids), "until": self._replay.until, "order": order, "number": number}
            postings = list(Posting.objects.raw(_POSTINGS, {**wanted, "most": AT_ONCE}))
            if not postings:
                return
            yield self._cases(postings, units)
            order, number = postings[-1].order_id, postings[-1].number

    def _cases(self, postings: list[Posting], units: dict[int, str]) -> list[Case]:
        wanted = {posting.recipe_id for posting in postings} - self._recipes.keys()
        for stored in StoredRecipe.objects.filter(pk__in=wanted):
            self._recipes[stored.pk] = read_recipe(stored.body)
        cases = [self._case(posting, units[posting.order_id]) for posting in postings]
        return self._with_past_stock(postings, cases)

    def _case(self, posting: Posting, unit: str) -> Case:
        assert posting.recipe_id is not None
        then = self._recipes[posting.recipe_id]
        report, order, _, stock = read_facts(posting.facts)
        at = datetime.fromisoformat(min(report.occurred_at, report.received_at))
        return Case(
            number=posting.number,
            operation=posting.operation_number,
            report=report,
            order=order,
            stock=stock,
            then=then,
            proposed=self.figures.recipe(posting.recipe_id, then, unit, at),
            counted=posting.occurred_at >= self._replay.since,
        )

    def _with_past_stock(self, postings: list[Posting], cases: list[Case]) -> list[Case]:
        """Where an item may be drawn that the posting kept no stock of, the ledger says what was there."""
        missing = [_items_drawn(case.then, case.proposed) - {item for item, _ in case.stock.offers} for case in cases]
        bound: dict[int, set[int]] = {}
        shelved: set[int] = set()
        bins: set[int] = set()
        for case, items in zip(cases, missing, strict=True):
            if items:
                bound.setdefault(case.order.id, set()).update(items)
                shelved.update(item for item in items if case.proposed.items[item].supermarket)
                bins.update(case.proposed.serving)
        if not bound:
            return cases
        past = PastStock(self._replay.site_id, bound, shelved, bins)
        return [
            _with_offers(
                case, [offer for item in items for offer in past.offers(item, case.order.id, posting.entry_id)]
            )
            for posting, case, items in zip(postings, cases, missing, strict=True)
        ]


def _items_drawn(*recipes: Recipe) -> set[int]:
    lines = [line for recipe in recipes for line in recipe.lines if line.method == PostingMethod.BACKFLUSH]
    return {item for line in lines for item in (line.item, *(one.item for one in line.alternates))}


def _with_offers(case: Case, added: list[tuple[StockFact, Fraction]]) -> Case:
    if not added:
        return case
    offers = {key: list(facts) for key, facts in case.stock.offers.items()}
    left = dict(case.stock.left)
    for fact, quantity in added:
        offers.setdefault((fact.item, fact.order), []).append(fact)
        left[fact.key] = quantity
    return replace(case, stock=Stock(offers, left))
