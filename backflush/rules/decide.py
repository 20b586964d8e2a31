"""One door to the decision: a scan-issue or a report of output, by its kind."""

from backflush.rules.facts import OrderFact, ReportFact
from backflush.rules.flush import Plan, Stock, plan_flush
from backflush.rules.progress import Progress
from backflush.rules.recipe import Recipe
from backflush.rules.scan_issue import plan_scan
from backflush.rules.vocabulary import ReportKind


def decide(report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress, stock: Stock) -> Plan:
    """The plan for one report; see `plan_flush` and `plan_scan`."""
    rule = plan_scan if report.kind == ReportKind.SCAN_ISSUE else plan_flush
    return rule(report, order, recipe, progress, stock)
