"""Release: the order gets its operations, and the BOM version, phantoms and standard costs that it is made by."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Item, Operation, Person, ProductionLine
from masterdata.queries import effective_bom, item_factors, unit_facts
from masterdata.rules.duties import Duty
from masterdata.rules.units import conversion
from traceability.actions.holding import hold_order
from traceability.models import OrderOperation, OrderPin, WorkOrder
from traceability.queries.pinned_boms import PinnedBom, items_of, resolve, taken_by
from traceability.rules.orders import ReleaseFact, RouteStep, last_operation, operation_key, release_refusals
from traceability.rules.places import same_site_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import OrderState


def release_order(
    *, order: WorkOrder, actor: Person, now: datetime, lines: Mapping[str, ProductionLine] | None = None
) -> WorkOrder:
    """Open an order for staging and reports, made by what is effective at `now`; returns it as it stands.

    `lines`: the line of an operation, by its number, where this order runs it elsewhere than usual. Raises Refused with every
    reason: order_not_planned, no_effective_bom, no_operations, no_line, unknown_operation, no_conversion, wrong_site.
    """
    require(actor, Duty.PLAN_ORDERS)
    with acting(actor):
        with connection.cursor() as cursor:  # as a poster does: what is signed meanwhile waits, and knows of this order
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [order.site_id])
        order = hold_order(order.pk)
        overrides = dict(lines or {})
        route = sorted(
            Operation.objects.filter(item_id=order.made_by_id).select_related("line"),
            key=lambda operation: operation_key(operation.number),
        )
        runs_at = {operation.number: overrides.get(operation.number, operation.line) for operation in route}
        version = effective_bom(order.recipe_item or order.item, now)
        pinned = resolve(version, now) if version is not None else None
        refuse_if(
            [
                *release_refusals(_facts(order, route, runs_at, overrides, pinned, now)),
                *same_site_refusals(
                    order.site_id, [(f"Line {line.code}", line.site_id) for line in runs_at.values() if line]
                ),
            ]
        )
        last = last_operation([operation.number for operation in route])
        OrderOperation.objects.bulk_create(
            OrderOperation(
                order=order,
                number=operation.number,
                sequence=position,
                name=operation.name,
                line=runs_at[operation.number],
                count_point=operation.count_point,
                last=operation.number == last,
                requires_clearance=operation.requires_clearance,
                requires_training=operation.requires_training,
                packs=operation.packs,
            )
            for position, operation in enumerate(route, start=1)
        )
        pin(order, pinned, applicable_from=now, actor=actor)
        order.state = OrderState.RELEASED
        order.released_at = now
        record(order, actor=actor, changed=["state", "released_at"])
    return order


def pin(order: WorkOrder, pinned: PinnedBom | None, *, applicable_from: datetime, actor: Person) -> OrderPin:
    """Write down by which versions an order is made from a time on, with the standard costs of everything in them."""
    assert pinned is not None  # release refused before
    costs = Item.objects.filter(id__in=items_of(pinned) | {order.item_id}).values_list("id", "standard_cost")
    return OrderPin.objects.create(
        order=order,
        applicable_from=applicable_from,
        bom_version_id=pinned.version_id,
        phantom_versions={str(item): version for item, version in sorted(pinned.phantoms.items())},
        standard_costs={str(item): format(cost, "f") for item, cost in sorted(costs)},
        pinned_by=actor,
    )


def _facts(
    order: WorkOrder,
    route: list[Operation],
    runs_at: Mapping[str, ProductionLine | None],
    overrides: Mapping[str, ProductionLine],
    pinned: PinnedBom | None,
    now: datetime,
) -> ReleaseFact:
    taken = taken_by(pinned) if pinned is not None else set()
    outputs = pinned.bom.outputs if pinned is not None else ()
    path = None
    if pinned is not None:
        factors = item_factors([order.item_id], now)[order.item_id]
        path = conversion(order.unit.code, pinned.bom.base_unit, unit_facts(), factors)
    return ReleaseFact(
        order_number=order.number,
        order_state=order.state,
        item_code=order.item.code,
        has_bom=pinned is not None,
        route=tuple(
            RouteStep(operation.number, line.pk if (line := runs_at[operation.number]) else None) for operation in route
        ),
        bom_operations=frozenset({one.operation_number for one in taken} | {output.operation for output in outputs}),
        unit_path=path is not None,
        unknown_overrides=tuple(sorted(overrides.keys() - runs_at.keys())),
    )
