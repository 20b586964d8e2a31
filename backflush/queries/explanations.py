"""Plans explained line by line, with the names of items, lots and bins."""

from typing import Any

from backflush.rules.explain import explain_line
from backflush.rules.explanation_parts import ExplainedLine
from backflush.rules.facts import OrderFact
from backflush.rules.flush import Plan
from backflush.rules.recipe import Recipe
from masterdata.models import Bin, Item
from masterdata.rules.usage import plain_text
from traceability.models import MaterialLot


def plan_as_data(plan: Plan, order: OrderFact, recipe: Recipe) -> dict[str, Any]:
    """A plan as previews answer it: reasons against it, a note, explained lines, and what it would make."""
    return {
        "reasons": [refusal.as_dict() for refusal in plan.refusals],
        "note": plan.note,
        "lines": lines_as_data(plan, order, recipe),
        "outputs": [
            {
                "item": recipe.items[receipt.item].code,
                "lot": receipt.lot_code,
                "quantity": plain_text(receipt.quantity),
                "unit": recipe.items[receipt.item].unit,
            }
            for receipt in plan.receipts
        ],
    }


def lines_as_data(plan: Plan, order: OrderFact, recipe: Recipe) -> list[dict[str, Any]]:
    """Explained lines with names of items, lots and bins looked up."""
    explained = [explain_line(outcome, order, recipe) for outcome in plan.outcomes]
    lots = dict(
        MaterialLot.objects.filter(pk__in={draw[1] for line in explained for draw in line.draws}).values_list(
            "id", "code"
        )
    )
    bins = dict(
        Bin.objects.filter(pk__in={draw[2] for line in explained for draw in line.draws}).values_list("id", "code")
    )
    names = dict(Item.objects.filter(pk__in=recipe.items).values_list("id", "name"))
    return [_line(line, recipe, lots, bins, names) for line in explained]


def _line(
    line: ExplainedLine, recipe: Recipe, lots: dict[int, str], bins: dict[int, str], names: dict[int, str]
) -> dict[str, Any]:
    return {
        "component": line.component,
        "item": line.item_code,
        "name": names.get(line.item, ""),
        "unit": line.unit,
        "quantity": line.quantity,
        "written": line.written,
        "method": line.method,
        "nothing_drawn": line.nothing_drawn,
        "steps": [{"label": step.label, "value": step.value, "note": step.note} for step in line.steps],
        "draws": [
            {
                "item": recipe.items[item].code,
                "lot": lots[lot],
                "lot_id": lot,
                "bin": bins[bin_id],
                "quantity": quantity,
            }
            for item, lot, bin_id, quantity in line.draws
        ],
    }
