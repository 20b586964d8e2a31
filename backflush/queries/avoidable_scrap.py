"""Which postings and orders have avoidable scrap beyond its limit. Nothing is stored of it: the facts say it."""

from datetime import datetime

from backflush.models import OrderProgress, Posting, Recipe
from backflush.queries.recipes import trigger_in_force
from backflush.rules.avoidable_scrap import BeyondLimit, beyond_limit, report_beyond_limit
from backflush.rules.recipe import read_recipe
from backflush.rules.stored_facts import read_facts
from masterdata.rules.exact import Fraction
from traceability.models import WorkOrder


def posting_beyond_limit(posting: Posting) -> BeyondLimit | None:
    """Whether the report of a posting took avoidable scrap beyond the limit that was in force, by its stored facts."""
    if posting.recipe_id is None:
        return None
    report, order, before, _ = read_facts(posting.facts)
    recipe = read_recipe(Recipe.objects.values_list("body", flat=True).get(pk=posting.recipe_id))
    return report_beyond_limit(report, order.quantity, recipe, before)


def order_beyond_limit(order: WorkOrder, now: datetime) -> list[BeyondLimit]:
    """The operations of an order whose avoidable scrap stands beyond the limit now."""
    scrapped = dict(OrderProgress.objects.filter(order_id=order.pk).values_list("operation_number", "avoidable_scrap"))
    found = []
    for operation in order.operations.filter(number__in=scrapped).order_by("sequence"):
        trigger = trigger_in_force(order.made_by_id, operation.number, operation.line_id, now)
        one = beyond_limit(Fraction(scrapped[operation.number]), Fraction(order.quantity), trigger, operation.number)
        found += [one] if one else []
    return found
