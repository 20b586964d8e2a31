"""What orders used, line by line, as the decomposition wants it: from the ledger and from the progress of standing reports."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from backflush.queries.batch import Batch, ReportRow
from backflush.queries.order_facts import OrderFacts
from backflush.queries.recipes import book_of_this_thread
from backflush.rules.progress import CLASSES, UNTOUCHED, Progress
from backflush.rules.recipe import Recipe
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import AlternateStrategy, OutputBasis, PostingMethod
from variance.rules.decomposition import LineUse, OutputUse, SourceUse


@dataclass(slots=True)
class OrderUse:
    """An order's lines and outputs, the units it received and the standard they are valued at."""

    facts: OrderFacts
    lines: list[LineUse]
    outputs: list[OutputUse]
    units: Fraction
    unit_standard: Fraction
    items: dict[str, tuple[int, str, str]]


@dataclass(slots=True)
class _Issued:
    quantity: Fraction = ZERO
    standard: Fraction = ZERO
    actual: Fraction = ZERO


def order_uses(order_ids: list[int], now: datetime | None = None) -> dict[int, OrderUse]:
    """What each order used so far. Orders that were never released have nothing."""
    if not order_ids:
        return {}
    batch = Batch(book_of_this_thread(), order_ids, [])
    issued, received = _movements(order_ids)
    moment = now or timezone.now()
    return {pk: _use_of(batch, pk, issued[pk], received[pk], moment) for pk in batch.orders}


def _movements(order_ids: list[int]) -> tuple[dict[int, Any], dict[int, Any]]:
    """Net issues by (component, item) and net receipts by (component or '', item) of each order; reversals taken off."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.order_id, coalesce(l.component::text, ''), l.item_id,"
            " (CASE WHEN l.mirrors IS NULL THEN d.kind ELSE f.kind END) = 'consumed' AS issue,"
            " sum(CASE WHEN l.mirrors IS NULL THEN l.quantity ELSE -l.quantity END),"
            " sum(CASE WHEN l.mirrors IS NULL THEN l.standard_amount ELSE -l.standard_amount END),"
            " sum(CASE WHEN l.mirrors IS NULL THEN l.actual_amount ELSE -l.actual_amount END)"
            " FROM traceability_ledgerline l JOIN masterdata_bin f ON f.id = l.from_bin_id"
            " JOIN masterdata_bin d ON d.id = l.to_bin_id"
            " WHERE l.order_id = ANY(%s) AND 'consumed' IN (f.kind, d.kind)"
            " GROUP BY 1, 2, 3, 4",
            [order_ids],
        )
        rows = cursor.fetchall()
    issued: dict[int, Any] = defaultdict(dict)
    received: dict[int, Any] = defaultdict(dict)
    for order_id, component, item, issue, quantity, standard, actual in rows:
        into = issued if issue else received
        into[order_id][(component, item)] = _Issued(Fraction(quantity), Fraction(standard), Fraction(actual))
    return issued, received


def _use_of(batch: Batch, order_id: int, issued: Any, received: Any, moment: datetime) -> OrderUse:
    facts = batch.orders[order_id]
    order = facts.order
    use = OrderUse(facts, [], [], ZERO, ZERO, {})
    for operation in facts.operations:
        row = ReportRow(0, order.site_id, order.pk, order.number, operation.number, "", None, None, moment, moment, {})
        recipe = batch.recipe(row)
        if recipe is None:
            continue
        progress = facts.progress.get(operation.number, Progress())
        for line in recipe.lines:
            item = recipe.items[line.item]
            use.items[line.component] = (item.id, item.code, item.unit)
            use.lines.append(_line_use(line, recipe, progress, issued))
        for output in recipe.outputs:
            made = received.get((output.component, output.item), _Issued())
            due = (progress.lines.get(output.component) or UNTOUCHED).need
            use.outputs.append(OutputUse(made.quantity, due, recipe.items[output.item].standard_cost))
        if recipe.operation.last:
            got = received.get(("", recipe.product), _Issued())
            use.units = got.quantity
            use.unit_standard = recipe.items[recipe.product].standard_cost
    return use


def _line_use(line: UsageLine, recipe: Recipe, progress: Progress, issued: Any) -> LineUse:
    before = progress.lines.get(line.component) or UNTOUCHED
    needs = {name: before.needs.get(name, ZERO) for name in CLASSES}
    units = (progress.good + progress.rework) * recipe.factor
    factors = {line.item: ONE, **{alternate.item: alternate.factor for alternate in line.alternates}}
    shared = line.strategy == AlternateStrategy.SHARE
    shares = {line.item: ONE}
    if shared:
        percents = {alternate.item: (alternate.percent or ZERO) / 100 for alternate in line.alternates}
        shares = {line.item: ONE - sum(percents.values(), ZERO), **percents}
    sources = [
        _source(item, factor, shares.get(item, ZERO), recipe, issued.get((line.component, item), _Issued()))
        for item, factor in factors.items()
    ]
    good_basis = recipe.trigger is None or recipe.trigger.basis == OutputBasis.GOOD
    planned = units * (line.full - line.plain - line.full_avoidable)
    return LineUse(
        component=line.component,
        sources=sources,
        classes={
            "base": needs["base"] + needs["fixed"],
            **{name: needs[name] for name in ("loss", "avoidable", "structural", "rework", "setup")},
        },
        base=needs["base"] + needs["fixed"] + progress.rework * recipe.factor * line.plain,
        losses=needs["loss"] if good_basis and not progress.rework else planned,
        setup=line.setup if progress.setups else ZERO,
        shared=shared,
        scanned=line.method != PostingMethod.BACKFLUSH,
    )


def _source(item: int, factor: Fraction, share: Fraction, recipe: Recipe, used: _Issued) -> SourceUse:
    return SourceUse(
        item=item,
        quantity=used.quantity,
        standard_amount=used.standard,
        actual_amount=used.actual,
        standard_price=recipe.items[item].standard_cost,
        factor=factor,
        share=share,
    )
