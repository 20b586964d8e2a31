"""Compiles recipes: the figures that govern one operation of one order's product at one moment.

`RecipeBook` keeps compiled recipes by master-data revision and by the spans between effective times, so that posting does
not read master data again and a change is seen by the very next report.
"""

import threading
from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from backflush.queries.conversions import Conversions
from backflush.queries.order_facts import OrderBook
from backflush.rules.order_usage import OrderUsage, items_named, order_usage
from backflush.rules.recipe import ItemFigures, OperationFigures, Recipe, TriggerFigures
from masterdata.models import Bin, BinService, Item, LabelVersion, TriggerDefinition, UnitFactor
from masterdata.rules import vocabulary as v
from masterdata.rules.exact import ONE, Fraction
from masterdata.rules.posting_methods import ItemFlags, reasons_against_backflush
from masterdata.rules.usage import BomFact, Usage
from traceability.models import OrderOperation, OrderPin, WorkOrder
from traceability.queries.bom_facts import bom_facts

Key = tuple[Any, ...]
#: the revision of master data, and which database of which cluster it is the revision of
_REVISION = """
SELECT coalesce((SELECT number FROM masterdata_masterdatarevision), 0), d.oid::bigint, s.system_identifier
FROM pg_database d, pg_control_system() s WHERE d.datname = current_database()
"""


class RecipeBook:
    """The recipes that this process knows. Ask `refresh` once per transaction, then `recipe_for`."""

    def __init__(self) -> None:
        self._revision: tuple[int, ...] = ()
        self._boms: dict[int, BomFact] = {}
        self._spans: dict[Key, list[datetime]] = {}
        self._recipes: dict[tuple[Key, int], Recipe] = {}
        self._pins: dict[int, Key] = {}
        self.orders = OrderBook()

    def refresh(self) -> None:
        """Forget what master data has moved on from. Call it after the site's advisory lock is held."""
        with connection.cursor() as cursor:
            cursor.execute(_REVISION)
            revision = cursor.fetchone()
        if revision == self._revision:
            return
        if revision[1:] != self._revision[1:]:  # another database, or a restored one: even old versions are not ours
            self._boms.clear()
            self._pins.clear()
        self._revision = revision
        self._spans.clear()
        self._recipes.clear()
        self.orders.forget()

    def recipe_for(
        self, order: WorkOrder, operation: OrderOperation, after: str | None, pin: OrderPin | None, at: datetime
    ) -> Recipe:
        """The recipe of an order's operation at a moment (the earlier of event and receipt); `after`: count point before."""
        key = _key(order, operation, after, self._pinned(pin))
        if key not in self._spans:
            self._spans[key] = _effective_times(self._boms_of(pin), order, operation)
        span = bisect_right(self._spans[key], at)
        if (key, span) not in self._recipes:
            self._recipes[(key, span)] = self._compile(order, operation, after, pin, at)
        return self._recipes[(key, span)]

    def _pinned(self, pin: OrderPin | None) -> Key:
        """What a pin says. Pins are only added to, so it is kept for good."""
        if pin is None:
            return ()
        if pin.pk not in self._pins:
            costs, phantoms = sorted(pin.standard_costs.items()), sorted(pin.phantom_versions.items())
            self._pins[pin.pk] = (pin.bom_version_id, tuple(phantoms), tuple(costs))
        return self._pins[pin.pk]

    def _boms_of(self, pin: OrderPin | None) -> list[BomFact]:
        """The pinned version and its phantoms' versions. Approved versions never change, so they are kept for good."""
        if pin is None:
            return []
        versions = [pin.bom_version_id, *pin.phantom_versions.values()]
        self._boms |= bom_facts([version for version in versions if version not in self._boms])
        return [self._boms[version] for version in versions]

    def _compile(
        self, order: WorkOrder, operation: OrderOperation, after: str | None, pin: OrderPin | None, at: datetime
    ) -> Recipe:
        boms = self._boms_of(pin)
        ids = items_named(boms) | {order.item_id}
        items = {item.pk: item for item in Item.objects.filter(pk__in=ids).select_related("stock_unit")}
        convert = Conversions(ids, at)
        if pin is None:
            made = OrderUsage(Usage((), (), ()), ONE, ONE, (("no_effective_bom", order.item_id, order.number),))
        else:
            made = order_usage(
                boms,
                product=order.item_id,
                order_unit=order.unit.code,
                units={pk: item.stock_unit.code for pk, item in items.items()},
                convert=convert,
                dimensions=convert.dimensions,
            )
        usage, missing = made.usage, made.missing
        costs = pin.standard_costs if pin else {}
        lines = tuple(line for line in usage.lines if line.operation == operation.number)
        outputs = tuple(output for output in usage.outputs if output.operation == operation.number)
        used = {order.item_id, *(line.item for line in lines), *(output.item for output in outputs)}
        used.update(alternate.item for line in lines for alternate in line.alternates)
        used.update(item for _, item, _ in missing)
        return Recipe(
            product=order.item_id,
            product_unit=items[order.item_id].stock_unit.code,
            versions=tuple(bom.version for bom in boms),
            factors=tuple(sorted(convert.used)),
            factor=made.factor,
            receipt_factor=made.receipt,
            operation=_operation_figures(operation, after),
            trigger=trigger_in_force(order.made_by_id, operation.number, operation.line_id, at),
            lines=lines,
            outputs=outputs,
            items={pk: item_figures(items[pk], costs, convert, at) for pk in used},
            missing=missing,
            **_places(operation, order),
        )


class _Books(threading.local):
    def __init__(self) -> None:
        self.book = RecipeBook()


_books = _Books()


def book_of_this_thread() -> RecipeBook:
    """What this thread keeps between batches; a book is not shared, since another thread may make it forget."""
    return _books.book


def _key(order: WorkOrder, operation: OrderOperation, after: str | None, pinned: Key) -> Key:
    """What a recipe depends on besides master data and time."""
    return (
        order.site_id,
        order.item_id,
        order.recipe_item_id,
        order.unit_id,
        pinned,
        operation.number,
        operation.line_id,
        operation.last,
        operation.requires_clearance,
        operation.requires_training,
        operation.packs,
        after,
    )


def _effective_times(boms: list[BomFact], order: WorkOrder, operation: OrderOperation) -> list[datetime]:
    """Every moment at which a figure of the recipe changes: between two of them it is the same."""
    items = items_named(boms) | {order.item_id}
    times: set[datetime | None] = set()
    approved = v.RecordState.APPROVED
    for row in UnitFactor.objects.filter(item_id__in=items, state=approved).values_list(
        "effective_from", "effective_to"
    ):
        times.update(row)
    for row in TriggerDefinition.objects.filter(
        item_id=order.made_by_id, operation_number=operation.number, state=approved
    ).values_list("effective_from", "effective_to"):
        times.update(row)
    labels = LabelVersion.objects.filter(item_id__in=items)
    for label in labels.values_list("approved_at", "verified_at", "withdrawn_at"):
        times.update(label)
    return sorted(moment for moment in times if moment is not None)


def trigger_in_force(item_id: int, operation: str, line_id: int, at: datetime) -> TriggerFigures | None:
    """The trigger definition in force: one for the line before one for all; then the latest effective."""
    candidates = (
        TriggerDefinition.objects.filter(
            Q(line_id=line_id) | Q(line_id=None),
            Q(effective_to=None) | Q(effective_to__gt=at),
            item_id=item_id,
            operation_number=operation,
            state=v.RecordState.APPROVED,
            effective_from__lte=at,
        )
        .order_by("effective_from", "version")
        .prefetch_related("devices")
    )
    best = None
    for definition in candidates:
        if best is None or definition.line_id is not None or best.line_id is None:
            best = definition
    if best is None:
        return None
    return TriggerFigures(
        id=best.pk,
        version=best.version,
        kind=v.TriggerKind(best.kind),
        basis=v.OutputBasis(best.output_basis),
        devices=tuple(sorted(device.pk for device in best.devices.all())),
        any_person=best.any_person,
        order_tolerance=Fraction(best.order_tolerance),
        report_limit=Fraction(best.report_limit_percent),
        clock_tolerance=best.clock_tolerance_seconds,
        offline_allowance=best.offline_allowance_hours,
        avoidable_limit=None if best.avoidable_limit_percent is None else Fraction(best.avoidable_limit_percent),
    )


def _operation_figures(operation: OrderOperation, after: str | None) -> OperationFigures:
    return OperationFigures(
        number=operation.number,
        line=operation.line_id,
        last=operation.last,
        after=after,
        requires_clearance=operation.requires_clearance,
        requires_training=operation.requires_training,
        packs=operation.packs,
    )


def item_figures(item: Item, costs: Mapping[str, str], convert: Conversions, at: datetime) -> ItemFigures:
    flags = ItemFlags(
        tracking=v.Tracking(item.tracking),
        potency_controlled=item.potency_controlled,
        safety_critical=item.safety_critical,
        operator_determined=item.operator_determined,
        high_value=item.high_value,
        variable_weight=item.variable_weight,
    )
    density_at, expansion = convert.expansion(item.pk)
    label_ok = not item.label_controlled or any(
        label.approved_at
        and label.approved_at <= at
        and label.verified_at
        and label.verified_at <= at
        and (label.withdrawn_at is None or label.withdrawn_at > at)
        for label in item.label_versions.all()
    )
    return ItemFigures(
        id=item.pk,
        code=item.code,
        unit=item.stock_unit.code,
        decimals=item.decimals,
        multiple=None if item.multiple is None else Fraction(item.multiple),
        rounding=item.rounding,
        serial=item.tracking == v.Tracking.SERIAL,
        supermarket=item.supermarket,
        backflush_forbidden=" and ".join(reasons_against_backflush(flags)),
        label_controlled=item.label_controlled,
        label_ok=label_ok,
        label_potency=None if item.label_potency is None else Fraction(item.label_potency),
        density=convert.density(item.pk),
        standard_cost=Fraction(str(costs.get(str(item.pk), item.standard_cost))),
        symbol=item.stock_unit.symbol,
        density_at=density_at,
        expansion=expansion,
    )


def _places(operation: OrderOperation, order: WorkOrder) -> dict[str, Any]:
    """The bins that serve the operation, and where output, rework and issues go."""
    services = BinService.objects.filter(
        line_id=operation.line_id, operation_number__in=["", operation.number]
    ).select_related("bin")
    bins = {service.bin for service in services}
    everywhere = list(Bin.objects.filter(site_id=order.site_id).order_by("walking_order", "code"))

    def first(kind: v.BinKind) -> int:
        here = sorted((bin_ for bin_ in bins if bin_.kind == kind), key=lambda bin_: (bin_.walking_order, bin_.code))
        found = [*here, *(bin_ for bin_ in everywhere if bin_.kind == kind)]
        if not found:
            raise LookupError(f"Site {order.site.code} has no bin of kind {kind}.")
        return found[0].pk

    drawn = (v.BinKind.STAGING, v.BinKind.SUPERMARKET)
    return {
        "serving": tuple(sorted(bin_.pk for bin_ in bins if bin_.kind in drawn)),
        "finished": first(v.BinKind.FINISHED),
        "quarantine": first(v.BinKind.QUARANTINE),
        "consumed": first(v.BinKind.CONSUMED),
        "currency_decimals": order.site.currency_decimals,
        "time_zone": order.site.time_zone,
    }
