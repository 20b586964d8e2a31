"""Plain facts for tests of the posting rules: recipes, reports, orders and stock, without a database.

    line = recipes.line(item=1, plain="2", full="2.1")
    recipe = recipes.recipe([line])
    floor = recipes.Floor(recipe, recipes.lot(item=1, lot=11, quantity="100"), ordered="50")
    floor.reported(recipes.report("10"))             # [{1: 21}]

Quantities are given as text and read exactly. Items have id = 1, 2, 3 …; the product is item 99, the order has id 7.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from backflush.rules.decide import decide
from backflush.rules.facts import OrderFact, ReportFact, ScanFact
from backflush.rules.flush import Plan, Stock
from backflush.rules.progress import Progress
from backflush.rules.recipe import ItemFigures, OperationFigures, Recipe, TriggerFigures
from masterdata.rules.exact import Fraction
from masterdata.rules.usage import Alternate, UsageLine, UsageOutput
from masterdata.rules.vocabulary import AlternateStrategy, BinKind, OutputBasis, OutputKind, PostingMethod, TriggerKind
from traceability.rules.eligibility import StockFact

PRODUCT = 99
ORDER = 7
STAGING, SUPERMARKET, ELSEWHERE = 1, 2, 3
AT = "2026-11-23T08:00:00.000000Z"
LONG_BEFORE = "2026-11-01T00:00:00.000000Z"


def component(name: object) -> str:
    """The identity of a BOM line or output by any name."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(name)))


def item(
    id: int,  # noqa: A002
    *,
    decimals: int = 0,
    rounding: str = "up",
    multiple: str | None = None,
    **fields: Any,
) -> ItemFigures:
    figures: dict[str, Any] = {
        "id": id,
        "code": f"ITEM-{id}",
        "unit": "C62",
        "decimals": decimals,
        "multiple": None if multiple is None else Fraction(multiple),
        "rounding": rounding,
        "serial": False,
        "supermarket": False,
        "backflush_forbidden": "",
        "label_controlled": False,
        "label_ok": True,
        "label_potency": None,
        "density": None,
        "standard_cost": Fraction(1),
    }
    return ItemFigures(**{**figures, **fields})


def line(
    item: int = 1, plain: str = "1", *, kept: str | None = None, full: str | None = None, **fields: Any
) -> UsageLine:
    """A backflushed line; `kept` and `full` default to `plain`, and `full` to `kept`."""
    kept_value = Fraction(kept if kept is not None else plain)
    given: dict[str, Any] = {
        "component": component(fields.pop("name", f"line of {item}")),
        "item": item,
        "operation": "10",
        "method": PostingMethod.BACKFLUSH,
        "plain": Fraction(plain),
        "kept": kept_value,
        "full": Fraction(full) if full is not None else kept_value,
        "kept_avoidable": Fraction(0),
        "full_avoidable": Fraction(0),
        "fixed": Fraction(0),
        "steps": (),
        "per_unit_closed": Fraction(0),
        "handling_unit_kind": None,
        "setup": Fraction(0),
        "tolerance": Fraction(0),
        "strategy": None,
        "whole_assemblies": False,
        "alternates": (),
        "crosses": 0,
        "written": "as the test wrote it",
    }
    for name in ("fixed", "setup", "tolerance", "per_unit_closed", "kept_avoidable", "full_avoidable"):
        if name in fields:
            fields[name] = Fraction(fields[name])
    if "steps" in fields:
        fields["steps"] = tuple((Fraction(start), Fraction(quantity)) for start, quantity in fields["steps"])
    return UsageLine(**{**given, **fields})


def alternate(
    item: int, factor: str = "1", *, percent: str | None = None, limit: str | None = None, until: str | None = None
) -> Alternate:
    return Alternate(
        item,
        Fraction(factor),
        None if percent is None else Fraction(percent),
        None if limit is None else Fraction(limit),
        until,
    )


def with_alternates(strategy: str, alternates: Sequence[Alternate], **fields: Any) -> UsageLine:
    return line(strategy=AlternateStrategy(strategy), alternates=tuple(alternates), **fields)


def output(item: int, quantity: str) -> UsageOutput:
    return UsageOutput(component(f"output {item}"), item, "10", Fraction(quantity), OutputKind.BY_PRODUCT)


def trigger(**fields: Any) -> TriggerFigures:
    given: dict[str, Any] = {
        "id": 1,
        "version": 1,
        "kind": TriggerKind.OPERATION_COMPLETE,
        "basis": OutputBasis.GOOD,
        "devices": (1,),
        "any_person": True,
        "order_tolerance": Fraction(0),
        "report_limit": Fraction(100),
        "clock_tolerance": 120,
        "offline_allowance": 72,
    }
    return TriggerFigures(**{**given, **fields})


def operation(**fields: Any) -> OperationFigures:
    given: dict[str, Any] = {
        "number": "10",
        "line": 1,
        "last": True,
        "after": None,
        "requires_clearance": False,
        "requires_training": False,
        "packs": False,
    }
    return OperationFigures(**{**given, **fields})


def recipe(
    lines: Iterable[UsageLine] = (),
    *,
    items: Iterable[ItemFigures] = (),
    outputs: Iterable[UsageOutput] = (),
    **fields: Any,
) -> Recipe:
    """Items that are not given are counted in whole pieces, rounded up."""
    used_lines, used_outputs = tuple(lines), tuple(outputs)
    figures = {one.id: one for one in items}
    named = {PRODUCT, *(one.item for one in used_lines), *(one.item for one in used_outputs)}
    named |= {one.item for own in used_lines for one in own.alternates}
    for id_ in named - figures.keys():
        figures[id_] = item(id_)
    given: dict[str, Any] = {
        "product": PRODUCT,
        "product_unit": "C62",
        "versions": (1,),
        "factors": (),
        "factor": Fraction(1),
        "receipt_factor": Fraction(1),
        "operation": operation(),
        "trigger": trigger(),
        "lines": used_lines,
        "outputs": used_outputs,
        "items": figures,
        "serving": (STAGING, SUPERMARKET),
        "finished": 4,
        "quarantine": 5,
        "consumed": 6,
        "currency_decimals": 2,
        "time_zone": "UTC",
        "missing": (),
    }
    return Recipe(**{**given, **fields})


def report(good: str = "0", *, id: int = 1, **fields: Any) -> ReportFact:  # noqa: A002
    given: dict[str, Any] = {
        "id": id,
        "kind": "operation_complete",
        "occurred_at": AT,
        "received_at": AT,
        "event_day": "2026-11-23",
        "good": Fraction(good),
        "device": 1,
    }
    if "scrap" in fields:
        fields["scrap"] = tuple((Fraction(quantity), loss) for quantity, loss in fields["scrap"])
    if "rework" in fields:
        fields["rework"] = Fraction(fields["rework"])
    return ReportFact(**{**given, **fields})


def setup(events: int = 1) -> ReportFact:
    return report(kind="setup", setup_events=events)


def scan(item: int, lot: int, quantity: str) -> ReportFact:
    return report(kind="scan_issue", scan=ScanFact(item, lot, Fraction(quantity)))


def order(quantity: str = "1000000", **fields: Any) -> OrderFact:
    given: dict[str, Any] = {
        "id": ORDER,
        "number": "WO-1",
        "state": "released",
        "quantity": Fraction(quantity),
        "allocation": "fefo",
    }
    return OrderFact(**{**given, **fields})


def lot(item: int = 1, lot: int = 11, quantity: str = "1000000", **fields: Any) -> tuple[StockFact, Fraction]:
    """A released balance bound to the order in its staging bin, and what is in it."""
    given: dict[str, Any] = {
        "lot": lot,
        "item": item,
        "bin": STAGING,
        "order": ORDER,
        "lot_code": f"LOT-{lot}",
        "bin_code": "STAGING-1",
        "bin_kind": BinKind.STAGING,
        "status": "released",
        "released_since": LONG_BEFORE,
        "received_at": LONG_BEFORE,
    }
    return StockFact(**{**given, **fields}), Fraction(quantity)


def in_supermarket(
    item: int = 1, lot_id: int = 11, quantity: str = "1000000", **fields: Any
) -> tuple[StockFact, Fraction]:
    return lot(item, lot_id, quantity, bin=SUPERMARKET, order=0, bin_kind=BinKind.SUPERMARKET, **fields)


def stock(*balances: tuple[StockFact, Fraction]) -> Stock:
    offers: dict[tuple[int, int], list[StockFact]] = {}
    left: dict[tuple[int, int, int], Fraction] = {}
    for fact, quantity in balances:
        offers.setdefault((fact.item, fact.order), []).append(fact)
        left[(fact.bin, fact.lot, fact.order)] = quantity
    return Stock(offers, left)


class Floor:
    """An order's operation whose reports follow one another; what is drawn is gone. `plans`: those that posted."""

    def __init__(
        self, recipe: Recipe, *balances: tuple[StockFact, Fraction], ordered: str = "1000000", **order_fields: Any
    ) -> None:
        self.recipe, self.order = recipe, order(ordered, **order_fields)
        self.progress, self.stock = Progress(), stock(*balances)
        self.plans: list[Plan] = []

    def decide(self, told: ReportFact) -> Plan:
        plan = decide(told, self.order, self.recipe, self.progress, self.stock)
        if plan.refusals:
            self.stock = Stock(self.stock.offers, self.stock.left)
            return plan
        left = {key: there - self.stock.taken.get(key, Fraction(0)) for key, there in self.stock.left.items()}
        self.progress, self.stock = plan.after, Stock(self.stock.offers, left)
        self.plans.append(plan)
        return plan

    def reported(self, *told: ReportFact) -> list[Any]:
        """What each report took, by item; or the codes of why it did not post."""
        plans = [self.decide(one) for one in told]
        return [[refusal.code for refusal in plan.refusals] if plan.refusals else taken(plan) for plan in plans]


def taken(plan: Plan) -> dict[int, Fraction]:
    """Quantity by item."""
    found: dict[int, Fraction] = {}
    for outcome in plan.outcomes:
        for pick in outcome.picks:
            found[pick.item] = found.get(pick.item, Fraction(0)) + pick.quantity
    return found
