"""What an order's operation still has to post of its standing output, decided as a report of no units would be."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backflush.models import Posting
from backflush.queries.batch import Batch, ReportRow
from backflush.queries.recipes import RecipeBook
from backflush.rules.decide import decide
from backflush.rules.facts import OrderFact, ReportFact
from backflush.rules.flush import Plan, Stock
from backflush.rules.recipe import Recipe
from backflush.rules.vocabulary import TRUE_UP
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.usage import plain_text
from traceability.models import MaterialLot, WorkOrder


@dataclass(slots=True)
class TrueUp:
    """The plan of a true-up with everything it was decided on. `lots`: the output lots that stand, the latest last."""

    batch: Batch
    row: ReportRow
    recipe: Recipe
    report: ReportFact
    order: OrderFact
    stock: Stock
    plan: Plan
    lots: list[MaterialLot]


def plan_true_up(
    order: WorkOrder, operation: str, now: datetime, *, person_id: int | None = None, lock: bool = False
) -> TrueUp:
    """Decide it now. Raises Refused('operation_unknown'); what else speaks against it stands in the plan."""
    lots = standing_output_lots(order.pk)
    row = ReportRow(
        id=0,
        site_id=order.site_id,
        order_id=order.pk,
        order_number=order.number,
        operation=operation,
        kind=TRUE_UP,
        device_id=None,
        person_id=person_id,
        occurred_at=now,
        received_at=now,
        body={"output_lot": lots[-1].code} if lots else {},
    )
    batch = Batch(RecipeBook(), [order.pk], [row])
    recipe = batch.recipe(row)
    if recipe is None:
        raise Refused(
            Refusal(
                "operation_unknown", f"Order {order.number} has no operation {operation}.", operation, "Choose one."
            )
        )
    if not recipe.operation.last:
        row.body = {}
    batch.load_stock([recipe], lock=lock)
    report = replace(batch.report_fact(row, recipe), trained=True)
    fact, stock = replace(batch.order_fact(row, recipe), line_clear=True), batch.stock()
    plan = decide(report, fact, recipe, batch.progress(row), stock)
    return TrueUp(batch, row, recipe, report, fact, stock, plan, lots)


def standing_output_lots(order_id: int) -> list[MaterialLot]:
    """The lots that standing reports of the order were received into, in the order of their first posting."""
    reversed_ones = Posting.objects.filter(order_id=order_id, kind="reversal").values("reversal_of")
    found = (
        Posting.objects.filter(order_id=order_id, kind="report", output_lot_id__isnull=False, good__gt=0)
        .exclude(pk__in=reversed_ones)
        .order_by("number")
        .values_list("output_lot_id", flat=True)
    )
    lots = MaterialLot.objects.in_bulk(set(found))
    return [lots[pk] for pk in dict.fromkeys(found)]


def drawn_by(plan: Plan, recipe: Recipe) -> list[dict[str, Any]]:
    """What the plan takes, lot by lot, as it is shown and signed."""
    return [
        {
            "item": recipe.items[pick.item].code,
            "lot": draw.stock.lot_code,
            "bin": draw.stock.bin_code,
            "quantity": plain_text(draw.quantity),
            "unit": recipe.items[pick.item].unit,
        }
        for outcome in plan.outcomes
        for pick in outcome.picks
        for draw in pick.draws
    ]


def true_up_content(true_up: TrueUp) -> dict[str, Any]:
    """Exactly what is shown and signed."""
    return {
        "record": "true_up",
        "order": true_up.order.number,
        "operation": true_up.row.operation,
        "output_lots": [lot.code for lot in true_up.lots],
        "lines": drawn_by(true_up.plan, true_up.recipe),
    }
