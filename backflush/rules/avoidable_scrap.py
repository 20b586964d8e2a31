"""Avoidable scrap beyond its limit: what marks a posting, and an order, for somebody to find out why."""

from dataclasses import dataclass

from backflush.rules.facts import ReportFact
from backflush.rules.progress import Progress
from backflush.rules.recipe import Recipe, TriggerFigures
from backflush.rules.vocabulary import ReportKind
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import readable


@dataclass(frozen=True, slots=True)
class BeyondLimit:
    """Avoidable scrap so far at an operation, and the most that its trigger definition allows; in the order's unit."""

    scrapped: Fraction
    most: Fraction
    operation: str

    @property
    def sentence(self) -> str:
        return (
            f"Avoidable scrap beyond its limit: {readable(self.scrapped)} so far at operation {self.operation}, "
            f"at most {readable(self.most)} allowed."
        )


def beyond_limit(
    scrapped: Fraction, order_quantity: Fraction, trigger: TriggerFigures | None, operation: str
) -> BeyondLimit | None:
    """None where there is no limit, or it is kept. The limit is a percentage of the order's quantity."""
    if trigger is None or trigger.avoidable_limit is None:
        return None
    most = order_quantity * trigger.avoidable_limit / 100
    return BeyondLimit(scrapped, most, operation) if scrapped > most else None


def report_beyond_limit(
    report: ReportFact, order_quantity: Fraction, recipe: Recipe, before: Progress
) -> BeyondLimit | None:
    """The same for one report: only one that reports avoidable scrap itself, and declares output, is marked."""
    if report.kind == ReportKind.SCAN_ISSUE or recipe.trigger is None or report.kind != recipe.trigger.kind:
        return None
    own = sum((quantity for quantity, loss in report.scrap if loss == "avoidable"), ZERO)
    if not own:
        return None
    return beyond_limit(before.avoidable + own, order_quantity, recipe.trigger, recipe.operation.number)
