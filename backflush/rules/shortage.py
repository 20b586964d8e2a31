"""Why a line cannot be covered: not staged, short, or the reasons against each lot that is there."""

from collections.abc import Callable, Sequence

from backflush.rules.drawing import Pick
from backflush.rules.facts import OrderFact, ReportFact
from backflush.rules.recipe import Recipe
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import readable
from traceability.rules.eligibility import StockFact, lot_refusals


def shortage_refusals(
    pick: Pick,
    report: ReportFact,
    order: OrderFact,
    recipe: Recipe,
    offered: Sequence[StockFact],
    remaining: Callable[[StockFact], Fraction],
) -> list[Refusal]:
    """Every reason why `pick` is short: nothing there at all, or what speaks against each lot; then the shortage itself."""
    item = recipe.items[pick.item]
    needed = f"{readable(pick.wanted)} {item.measure} of {item.code} {'is' if pick.wanted == 1 else 'are'} needed"
    reasons: list[Refusal] = []
    if not offered:
        reasons.append(
            Refusal(
                "not_staged",
                f"{needed}; none is staged to order {order.number}.",
                item.code,
                f"Stage {readable(pick.wanted)} {item.measure} of {item.code} to the order.",
            )
        )
    for stock in offered:
        if remaining(stock) > 0:
            reasons.extend(
                lot_refusals(
                    stock,
                    serving=recipe.serving,
                    event=report.occurred_at,
                    event_day=report.event_day,
                    item_code=item.code,
                    accepted=report.accepted_at,
                )
            )
    eligible = pick.wanted - pick.short
    reasons.append(
        Refusal(
            "short",
            f"{needed}; {readable(eligible)} can be drawn.",
            item.code,
            f"Stage {readable(pick.short)} {item.measure} more of {item.code}.",
        )
    )
    return reasons
