"""A held lot is taken up by a rework order, which has a recipe of its own: what is used again, salvaged and made."""

from datetime import datetime

from django.db.models import Sum

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Item, Person
from masterdata.queries import effective_bom
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from traceability.actions.create_order import create_order
from traceability.models import UNBOUND, MaterialLot, StockBalance, WorkOrder
from traceability.rules.quantities import exact_quantity
from traceability.rules.refusing import refuse_if
from traceability.rules.rework import ReworkFact, rework_refusals


def create_rework_order(
    *,
    lot: MaterialLot,
    number: str,
    recipe_item: Item,
    quantity: object,
    actor: Person,
    now: datetime,
    makes: Item | None = None,
    output_lot_code: str = "",
) -> WorkOrder:
    """Plan the rework of `quantity` (stock unit) of a held lot by the BOM and route of `recipe_item`.

    `makes`: what comes out (default: the lot's own item; a lesser one is a downgrade). The lot stays held for everybody else.
    Raises Refused: not_held, not_made_here, short, no_effective_bom, recipe_takes_another_item, number_taken, …
    """
    require(actor, Duty.PLAN_ORDERS)
    exact = exact_quantity(quantity)
    with acting(actor):
        standing = MaterialLot.objects.select_related("item", "site").get(pk=lot.pk)
        refuse_if(rework_refusals(_fact(standing, recipe_item, exact, now)))
        return create_order(
            site=standing.site,
            number=number,
            item=makes or standing.item,
            quantity=exact,
            unit=(makes or standing.item).stock_unit,
            actor=actor,
            now=now,
            output_lot_code=output_lot_code,
            recipe_item=recipe_item,
            reworks=standing,
        )


def _fact(lot: MaterialLot, recipe_item: Item, quantity: Fraction, now: datetime) -> ReworkFact:
    there = StockBalance.objects.filter(lot_id=lot.pk, order_id=UNBOUND).aggregate(all=Sum("quantity"))["all"]
    version = effective_bom(recipe_item, now)
    return ReworkFact(
        lot_code=lot.code,
        item_code=lot.item.code,
        status=lot.status,
        origin=lot.origin,
        there=Fraction(there or 0),
        quantity=quantity,
        recipe_code=recipe_item.code,
        has_bom=version is not None,
        takes_it=version is not None and version.lines.filter(item_id=lot.item_id).exists(),
    )
