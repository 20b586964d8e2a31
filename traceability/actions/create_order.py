"""A work order is planned: what is to be made, how much, and from which lots first."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.define_item import unit_of
from masterdata.actions.record import record
from masterdata.models import Item, Person, Site, Unit
from masterdata.queries import item_factors, unit_facts
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import conversion, decimal_text
from masterdata.rules.vocabulary import AllocationStrategy
from traceability.models import MaterialLot, WorkOrder
from traceability.rules.quantities import exact_quantity
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import OrderKind


def create_order(
    *,
    site: Site,
    number: str,
    item: Item,
    quantity: object,
    unit: Unit | str,
    actor: Person,
    now: datetime,
    allocation: str = AllocationStrategy.FEFO,
    output_lot_code: str = "",
    due_at: datetime | None = None,
    recipe_item: Item | None = None,
    reworks: MaterialLot | None = None,
) -> WorkOrder:
    """Plan an order for `quantity` of an item, in `unit` (a unit or its code). Staging and reports wait for its release.

    `output_lot_code`: the lot that its output is received as (default: made by rule when output is posted).
    `recipe_item`, `reworks`: of a rework order; `create_rework_order` checks them. Raises Refused:
    number_taken, number_missing, no_conversion, quantity_not_positive, …
    """
    require(actor, Duty.PLAN_ORDERS)
    exact = exact_quantity(quantity)
    unit = unit_of(unit)
    clean = number.strip()
    refuse_if(_refusals(site, clean, item, unit, now))
    order = WorkOrder(
        site=site,
        number=clean,
        item=item,
        quantity=decimal_text(exact),
        unit=unit,
        allocation=allocation,
        output_lot_code=output_lot_code.strip(),
        kind=OrderKind.PRODUCTION if reworks is None else OrderKind.REWORK,
        recipe_item=recipe_item,
        reworks=reworks,
        due_at=due_at,
        created_at=now,
    )
    with acting(actor):
        record(order, actor=actor)
    order.refresh_from_db()
    return order


def _refusals(site: Site, clean: str, item: Item, unit: Unit, now: datetime) -> list[Refusal]:
    refusals: list[Refusal] = []
    if not clean:
        refusals.append(Refusal("number_missing", "A work order needs a number.", remedy="Enter its number."))
    elif WorkOrder.objects.filter(site=site, number=clean).exists():
        refusals.append(
            Refusal(
                "number_taken",
                f"Site {site.code} has an order {clean} already.",
                clean,
                "Give the new order another number.",
            )
        )
    factors = item_factors([item.pk], now)[item.pk]
    if conversion(unit.code, item.stock_unit.code, unit_facts(), factors) is None:
        refusals.append(
            Refusal(
                "no_conversion",
                f"There is no approved factor from {unit.code} to {item.stock_unit.code} for {item.code}.",
                item.code,
                f"Plan the order in {item.stock_unit.code}, or have the factor approved.",
            )
        )
    return refusals
