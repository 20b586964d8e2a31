"""Progress of an order's operation as if one posting had never been; decided again from the posting's own stored facts."""

from dataclasses import dataclass

from django.db import connection

from backflush.models import OrderProgress, Posting, Recipe
from backflush.rules.decide import decide
from backflush.rules.flush import closes_unit, counts_of
from backflush.rules.progress import Progress, read_lines
from backflush.rules.recipe import read_recipe
from backflush.rules.requirement import Counts
from backflush.rules.reversal import output_needs_without, progress_without
from backflush.rules.stored_facts import read_facts
from backflush.rules.vocabulary import ReportKind
from masterdata.rules.exact import Fraction


@dataclass(frozen=True, slots=True)
class WithoutPosting:
    """What is left without it, and the handling unit that it closed (empty: none)."""

    progress: Progress
    unit: str


def without_posting(posting: Posting) -> WithoutPosting | None:
    """None where the posting was decided on nothing, as a reversal is."""
    if posting.recipe_id is None:
        return None
    recipe = read_recipe(Recipe.objects.values_list("body", flat=True).get(pk=posting.recipe_id))
    report, order, before, stock = read_facts(posting.facts)
    plan = decide(report, order, recipe, before, stock)
    scan = report.kind == ReportKind.SCAN_ISSUE
    counts = Counts() if scan else counts_of(report, order, recipe, before)[0]
    unit = report.handling_unit if closes_unit(report, before) else ""
    standing = operation_progress(posting.order_id, posting.operation_number)
    progress = progress_without(standing, plan, counts, recipe.factor, unit, _last_issues(posting))
    if not scan:
        per_unit = [(output.component, output.quantity) for output in recipe.outputs]
        progress = output_needs_without(progress, per_unit, counts.good)
    return WithoutPosting(progress, unit)


def operation_progress(order_id: int, operation: str) -> Progress:
    """What the operation reported, needed and covered so far."""
    row = OrderProgress.objects.get(order_id=order_id, operation_number=operation)
    progress = Progress(
        Fraction(row.good),
        Fraction(row.structural_scrap),
        Fraction(row.avoidable_scrap),
        Fraction(row.rework),
        row.setups,
        row.reports,
    )
    return read_lines(progress, row.lines)


def _last_issues(posting: Posting) -> dict[str, tuple[int, ...]]:
    """Lots of the latest issue of each component that stands without this posting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.component::text, array_agg(DISTINCT l.lot_id) FROM traceability_ledgerline l"
            " JOIN (SELECT l2.component, max(l2.entry_id) AS entry_id FROM traceability_ledgerline l2"
            "  JOIN masterdata_bin b ON b.id = l2.to_bin_id AND b.kind = 'consumed'"
            "  WHERE l2.order_id = %(order)s AND l2.entry_id <> %(entry)s AND l2.mirrors IS NULL"
            "   AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l2.id)"
            "  GROUP BY l2.component) newest ON newest.component = l.component AND newest.entry_id = l.entry_id"
            " WHERE l.order_id = %(order)s GROUP BY l.component",
            {"order": posting.order_id, "entry": posting.entry_id},
        )
        return {component: tuple(lots) for component, lots in cursor.fetchall()}
