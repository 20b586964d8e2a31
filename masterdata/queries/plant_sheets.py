"""Items, operations, unit factors and BOMs as a sheet has them: what an export writes, and what an import is compared with."""

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.db.models.functions import Collate

from masterdata.models import BomLine, BomOutput, BomVersion, Item, Operation, ProductionLine, ScrapFactor, UnitFactor
from masterdata.rules.bom_sheet import SheetVersion, empty_row, in_order, key_of
from masterdata.rules.import_changes import FactorKey, Stored
from masterdata.rules.sheet_cells import plain, time_text
from masterdata.rules.sheet_columns import BOMS, FLAGS, ITEMS, OPERATION_FLAGS, OPERATIONS, UNIT_FACTORS
from masterdata.rules.vocabulary import RecordState, ScrapLevel

AT_ONCE = 500


def exported_rows(kind: str) -> Iterator[dict[str, str]]:
    """Every row of an export in the one order that it always has: items, or what is approved of the versioned kinds."""
    if kind == ITEMS:
        return (item_row(item) for item in _by_code(_items()).iterator(AT_ONCE))
    if kind == OPERATIONS:
        return iter(sorted((operation_row(one) for one in _operations().iterator(AT_ONCE)), key=_by_operation))
    if kind == UNIT_FACTORS:
        return (factor_row(factor) for factor in _factors().filter(state=RecordState.APPROVED).iterator(AT_ONCE))
    if kind == BOMS:
        approved = _versions().filter(state=RecordState.APPROVED)
        return (row for version in approved.iterator(AT_ONCE) for row in in_order(sheet_version(version)))
    raise ValueError(f"There is no export of {kind}.")


def items_as_rows(codes: Collection[str]) -> dict[str, dict[str, str]]:
    """The items of these codes that are there, by code."""
    return {item.code: item_row(item) for item in _items().filter(code__in=list(codes)).iterator(AT_ONCE)}


def known_items(codes: Collection[str]) -> frozenset[str]:
    return frozenset(Item.objects.filter(code__in=list(codes)).values_list("code", flat=True))


def operations_as_rows(codes: Collection[str]) -> dict[tuple[str, str], dict[str, str]]:
    """The operations of these items, by item and number."""
    rows = (operation_row(one) for one in _operations().filter(item__code__in=list(codes)).iterator(AT_ONCE))
    return {(row["item"], row["operation"]): row for row in rows}


def line_names() -> frozenset[str]:
    """Every production line, as `SITE LINE`."""
    return frozenset(f"{site} {code}" for site, code in ProductionLine.objects.values_list("site__code", "code"))


def factors_as_rows(codes: Collection[str]) -> dict[FactorKey, list[Stored[dict[str, str]]]]:
    """Every version of the factors of these items, by item and units."""
    found: dict[FactorKey, list[Stored[dict[str, str]]]] = {}
    for factor in _factors().filter(item__code__in=list(codes)).iterator(AT_ONCE):
        row = factor_row(factor)
        key = (row["item"], row["from_unit"], row["to_unit"])
        found.setdefault(key, []).append(Stored(factor.version, factor.state, row))
    return found


def versions_as_rows(codes: Collection[str]) -> dict[str, list[Stored[SheetVersion]]]:
    """Every BOM version of these items, by item."""
    found: dict[str, list[Stored[SheetVersion]]] = {}
    for version in _versions().filter(item__code__in=list(codes)).iterator(AT_ONCE):
        found.setdefault(version.item.code, []).append(Stored(version.number, version.state, sheet_version(version)))
    return found


def item_row(item: Item) -> dict[str, str]:
    return {
        "item": item.code,
        "name": item.name,
        "kind": item.kind,
        "stock_unit": item.stock_unit.code,
        "decimals": str(item.decimals),
        "multiple": _number(item.multiple),
        "rounding": item.rounding,
        "tracking": item.tracking,
        "shelf_life_days": "" if item.shelf_life_days is None else str(item.shelf_life_days),
        "standard_cost": _number(item.standard_cost),
        "gtin": item.gtin,
        "label_potency": _number(item.label_potency),
        **{flag: _flag(getattr(item, flag)) for flag in FLAGS},
    }


def operation_row(operation: Operation) -> dict[str, str]:
    line = operation.line
    return {
        "item": operation.item.code,
        "operation": operation.number,
        "name": operation.name,
        "line": f"{line.site.code} {line.code}" if line is not None else "",
        **{flag: _flag(getattr(operation, flag)) for flag in OPERATION_FLAGS},
    }


def factor_row(factor: UnitFactor) -> dict[str, str]:
    return {
        "item": factor.item.code,
        "from_unit": factor.from_unit.code,
        "to_unit": factor.to_unit.code,
        "version": str(factor.version),
        "numerator": _number(factor.numerator),
        "denominator": _number(factor.denominator),
        "reference_temperature": _number(factor.reference_temperature),
        "temperature_coefficient": _number(factor.temperature_coefficient),
        "effective_from": _time(factor.effective_from),
        "effective_to": _time(factor.effective_to),
    }


def sheet_version(version: BomVersion) -> SheetVersion:
    """A stored version with its parts; those should be prefetched."""
    made = SheetVersion(version.item.code, str(version.number))
    for row in _rows(version):
        made.rows[key_of(row)] = row
    return made


def _rows(version: BomVersion) -> Iterator[dict[str, str]]:
    def new(part: str, **cells: str) -> dict[str, str]:
        return {**empty_row(version.item.code, str(version.number), part), **cells}

    yield new(
        "version",
        effective_from=_time(version.effective_from),
        effective_to=_time(version.effective_to),
        reason=version.reason,
        phantom=_flag(version.phantom),
        quantity=_number(version.base_quantity),
        unit=version.base_unit.code,
    )
    places: dict[int | None, str] = {None: ""}
    for line in sorted(version.lines.all(), key=lambda one: one.position):
        place = places[line.pk] = str(line.position)
        yield new("line", **_line_cells(line))
        for step in line.steps.all():
            start, quantity = _number(step.from_quantity), _number(step.quantity)
            yield new("step", position=place, from_quantity=start, quantity=quantity)
        for one in sorted(line.alternates.all(), key=lambda one: one.rank):
            yield new(
                "alternate",
                position=place,
                component=one.item.code,
                factor=_number(one.factor),
                percent=_number(one.percent),
                quantity_limit=_number(one.quantity_limit),
                valid_until=_time(one.valid_until),
            )
    for output in version.outputs.all():
        yield new("output", **_output_cells(output))
    for loss in version.scrap_factors.all():
        yield new("loss", **_loss_cells(loss, places[loss.line_id]))


def _line_cells(line: BomLine) -> dict[str, str]:
    return {
        "position": str(line.position),
        "component": line.item.code,
        "quantity": _number(line.quantity),
        "unit": line.unit.code,
        "operation": line.operation_number,
        "per": line.per,
        "handling_unit_kind": line.handling_unit_kind,
        "method": line.method,
        "pieces": _number(line.pieces),
        "tolerance": _number(line.tolerance),
        "strategy": line.alternate_strategy,
        "whole_assemblies": _flag(line.whole_assemblies),
        "identity": str(line.identity),
    }


def _output_cells(output: BomOutput) -> dict[str, str]:
    return {
        "position": str(output.position),
        "component": output.item.code,
        "quantity": _number(output.quantity),
        "unit": output.unit.code,
        "operation": output.operation_number,
        "output_kind": output.kind,
        "cost_share": _number(output.cost_share),
        "identity": str(output.identity),
    }


def _loss_cells(loss: ScrapFactor, place: str) -> dict[str, str]:
    return {
        "loss_level": loss.level,
        "loss_kind": loss.kind,
        "position": place,
        "operation": loss.operation_number if loss.level == ScrapLevel.OPERATION else "",
        "percent": _number(loss.percent),
        "quantity": _number(loss.quantity),
        "convention": loss.convention,
        "net": _flag(loss.net),
        "loss": loss.loss,
        "source": loss.source,
        "source_note": loss.source_note,
    }


def _items() -> QuerySet[Item]:
    return Item.objects.select_related("stock_unit")


def _by_code(rows: QuerySet[Item]) -> QuerySet[Item]:
    """In the order of their characters, which is the same in every database."""
    return rows.order_by(Collate("code", "C"))


def _operations() -> QuerySet[Operation]:
    return Operation.objects.select_related("item", "line__site")


def _by_operation(row: dict[str, str]) -> tuple[str, int, str]:
    """As a route runs. Numbers have one way to be written, but who knows what an old plant holds."""
    number = row["operation"]
    return row["item"], int(number) if number.isascii() and number.isdigit() else 0, number


def _factors() -> QuerySet[UnitFactor]:
    rows = UnitFactor.objects.select_related("item", "from_unit", "to_unit")
    return rows.order_by(Collate("item__code", "C"), "from_unit__code", "to_unit__code", "version")


def _versions() -> QuerySet[BomVersion]:
    rows = BomVersion.objects.select_related("item", "base_unit")
    parts = ("lines__item", "lines__unit", "lines__steps", "lines__alternates__item", "outputs__item", "outputs__unit")
    return rows.prefetch_related(*parts, "scrap_factors").order_by(Collate("item__code", "C"), "number")


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(Decimal(value))


def _flag(value: bool) -> str:
    return "yes" if value else "no"


def _time(moment: datetime | None) -> str:
    return "" if moment is None else time_text(moment)
