"""Pilots: what was measured of each order beside what its standing reports needed, and what that says of each component."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from backflush.models import Pilot, PilotMeasurement, PilotOrderMark, Posting
from backflush.queries.batch import Batch
from backflush.queries.readiness import probe_of
from backflush.queries.recipes import RecipeBook
from backflush.rules.pilot import OrderAtHand, PilotState
from backflush.rules.pilot_figures import Found, Sample, found, left_out_of
from backflush.rules.progress import UNTOUCHED, LineProgress, Progress
from backflush.rules.recipe import Recipe
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import PostingMethod
from traceability.models import OrderOperation, WorkOrder


def pilots(site_id: int) -> QuerySet[Pilot]:
    """The site's pilots with what names them."""
    rows = Pilot.objects.filter(site_id=site_id)
    return rows.select_related("item__stock_unit", "started_by", "ended_by", "site")


def running_pilot(order: WorkOrder, operation_number: str) -> Pilot | None:
    """The pilot that an order is measured for at an operation."""
    return (
        pilots(order.site_id)
        .filter(item_id=order.made_by_id, operation_number=operation_number, state=PilotState.RUNNING)
        .first()
    )


def measured_operations(orders: Iterable[WorkOrder]) -> set[tuple[int, str]]:
    """(order, operation number) of these for which a pilot runs."""
    orders = list(orders)
    rows = Pilot.objects.filter(state=PilotState.RUNNING, item_id__in={order.made_by_id for order in orders})
    running = set(rows.values_list("site_id", "item_id", "operation_number"))
    return {
        (order.pk, number)
        for order in orders
        for site, item, number in running
        if (site, item) == (order.site_id, order.made_by_id)
    }


def order_at_hand(pilot: Pilot, order: WorkOrder) -> OrderAtHand:
    """What decides whether something may be measured at an order."""
    mark = latest_mark(pilot, order.pk)
    return OrderAtHand(
        number=order.number,
        released=order.state == "released",
        of_the_product=(order.site_id, order.made_by_id) == (pilot.site_id, pilot.item_id),
        has_operation=OrderOperation.objects.filter(order=order, number=pilot.operation_number).exists(),
        earlier=had_output_before(pilot, order.pk),
        completed=mark is not None and mark.completed,
    )


def had_output_before(pilot: Pilot, order_id: int) -> bool:
    """Whether output that was never reversed was posted at the operation before the pilot began."""
    rows = Posting.objects.filter(
        order_id=order_id, operation_number=pilot.operation_number, recorded_at__lt=pilot.started_at
    ).exclude(kind__in=["reversal", "scan_issue"])
    reversed_ones = Posting.objects.filter(order_id=order_id, reversal_of__isnull=False)
    return rows.exclude(pk__in=reversed_ones.values("reversal_of")).exists()


def latest_mark(pilot: Pilot, order_id: int) -> PilotOrderMark | None:
    return pilot.marks.filter(order_id=order_id).order_by("-id").first()


def standing_measurements(pilot: Pilot) -> QuerySet[PilotMeasurement]:
    """What was measured and not taken back."""
    return pilot.measurements.filter(takes_back__isnull=True, taken_back_by__isnull=True)


@dataclass(frozen=True, slots=True)
class ComponentReading:
    """One component of one order. `items`: ids of its item and of what may take its place. `measured` None: nobody did."""

    item_id: int
    items: frozenset[int]
    code: str
    unit: str
    method: str
    per_base: bool
    measured: Fraction | None
    computed: Fraction
    running: Fraction


@dataclass(frozen=True, slots=True)
class OrderReading:
    """One order: `units` in BOM base units; `left_out` says why it counts for no component, empty where it may."""

    order: WorkOrder
    version_id: int
    units: Fraction
    left_out: str
    components: dict[str, ComponentReading] = field(default_factory=dict)

    def left_out_of(self, component: str) -> str:
        """Why the order does not count for a component: it counts only for what was measured there."""
        reading = self.components.get(component)
        return left_out_of(self.left_out, measured=reading is not None and reading.measured is not None)


@dataclass(frozen=True, slots=True)
class ComponentFound:
    """A component over the orders that count for it. `measured`: orders that measured it, `orders`: all of the pilot.

    `versions`: of the BOM, by which the orders that count for it were made.
    """

    component: str
    reading: ComponentReading
    found: Found | None
    measured: int
    orders: int
    versions: frozenset[int]


def order_readings(pilot: Pilot, now: datetime, only: WorkOrder | None = None) -> list[OrderReading]:
    """Every order that something was measured at (or the one named), as it stands now, by number."""
    named = set(pilot.measurements.values_list("order_id", flat=True)) if only is None else {only.pk}
    orders = {row.pk: row for row in WorkOrder.objects.filter(pk__in=named).select_related("item", "unit", "site")}
    rows = [probe_of(order, pilot.operation_number, now) for order in orders.values()]
    if not rows:
        return []
    batch = Batch(RecipeBook(), list(orders), rows)
    marks = _latest_marks(pilot)
    used = _measured(pilot)
    readings = []
    for row in rows:
        recipe = batch.recipe(row)
        if recipe is None:
            continue
        progress = batch.progress(row)
        components = {
            line.component: _component(line, recipe, progress, used.get((row.order_id, uuid.UUID(line.component))))
            for line in recipe.lines
        }
        units = progress.good * recipe.factor
        left_out = _left_out(marks.get(row.order_id), progress)
        readings.append(OrderReading(orders[row.order_id], recipe.versions[0], units, left_out, components))
    return sorted(readings, key=lambda one: one.order.number)


def components_found(pilot: Pilot, readings: Iterable[OrderReading]) -> list[ComponentFound]:
    """Each component in the order of the BOM, with what the orders that count for it say together."""
    readings = list(readings)
    names: dict[str, ComponentReading] = {}
    for one in readings:
        for component, reading in one.components.items():
            names.setdefault(component, reading)
    return [_found(pilot, component, reading, readings) for component, reading in names.items()]


def _found(pilot: Pilot, component: str, reading: ComponentReading, readings: Iterable[OrderReading]) -> ComponentFound:
    samples, versions, measured, orders = [], set(), 0, 0
    for one in readings:
        at = one.components.get(component)
        orders += at is not None
        if at is None or at.measured is None:
            continue
        measured += 1
        if not one.left_out_of(component):
            samples.append(Sample(one.order.number, one.units, at.measured, at.computed, at.running))
            versions.add(one.version_id)
    seen = found(samples, pilot.fewest_orders)
    return ComponentFound(component, reading, seen, measured, orders, frozenset(versions))


def _component(
    line: UsageLine,
    recipe: Recipe,
    progress: Progress,
    measured: dict[int, list[tuple[Fraction, Fraction | None]]] | None,
) -> ComponentReading:
    item = recipe.items[line.item]
    at = progress.lines.get(line.component) or UNTOUCHED
    return ComponentReading(
        item_id=line.item,
        items=frozenset({line.item, *(one.item for one in line.alternates)}),
        code=item.code,
        unit=item.measure,
        method=line.method,
        per_base=line.plain > 0,
        measured=_nominal(line, recipe, measured) if line.method == PostingMethod.BACKFLUSH else _scanned(at),
        computed=at.need,
        running=at.need - at.needs.get("setup", ZERO) - at.needs.get("fixed", ZERO),
    )


def _scanned(at: LineProgress) -> Fraction | None:
    """What is posted by scan is measured already: the ledger has it."""
    return at.covered or None


def _nominal(
    line: UsageLine, recipe: Recipe, measured: dict[int, list[tuple[Fraction, Fraction | None]]] | None
) -> Fraction | None:
    """In the main item's nominal stock units: substitutes by their factor, lots by their own density."""
    if not measured:
        return None
    factors = {line.item: ONE, **{one.item: one.factor for one in line.alternates}}
    whole = ZERO
    for item_id, lots in measured.items():
        nominal = recipe.items[item_id].density if item_id in recipe.items else None
        for quantity, density in lots:
            ratio = ONE
            if line.crosses and density and nominal:
                ratio = density / nominal if line.crosses > 0 else nominal / density
            whole += quantity / ratio / factors.get(item_id, ONE)
    return whole


def _measured(pilot: Pilot) -> dict[tuple[int, uuid.UUID], dict[int, list[tuple[Fraction, Fraction | None]]]]:
    found: dict[tuple[int, uuid.UUID], dict[int, list[tuple[Fraction, Fraction | None]]]] = {}
    rows = standing_measurements(pilot).values_list("order_id", "component", "lot__item_id", "quantity", "lot__density")
    for order_id, component, item_id, quantity, density in rows:
        at = found.setdefault((order_id, component), {}).setdefault(item_id, [])
        at.append((Fraction(quantity), None if density is None else Fraction(density)))
    return found


def _latest_marks(pilot: Pilot) -> dict[int, PilotOrderMark]:
    rows = pilot.marks.order_by("order_id", "-id").distinct("order_id")
    return {mark.order_id: mark for mark in rows}


def _left_out(mark: PilotOrderMark | None, progress: Progress) -> str:
    if mark is None or not mark.completed:
        return "still being measured"
    if (Fraction(mark.good), mark.reports) != (progress.good, progress.reports):
        return "output changed since"
    return "" if progress.good > 0 else "no good units stand"
