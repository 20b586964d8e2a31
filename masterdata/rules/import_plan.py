"""What an import of items and dated BOM lines will make: items with units, whole BOM versions, routes, triggers.

Pure: the same files and choices always give the same plan, which is what the approver signs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

from masterdata.rules.bom import BomDraft, LineDraft
from masterdata.rules.bom_csv import LINES, Source, SourceItem, SourceSupplier, fault
from masterdata.rules.bom_faults import ItemFact, Surroundings, cycle_through, faults_of
from masterdata.rules.bom_history import DatedLine, DatedVersion, identities_of, versions_of
from masterdata.rules.refusal import Refusal
from masterdata.rules.source_units import rec_20
from masterdata.rules.units import UnitFact
from masterdata.rules.vocabulary import Dimension, ItemKind

OPERATION = "10"
DECIMALS = 6
EACH = "C62"


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """`route`: it is made on orders of its own, so it gets an operation and a trigger definition."""

    code: str
    name: str
    kind: ItemKind
    stock_unit: str
    decimals: int
    standard_cost: Decimal
    route: bool
    row: int


@dataclass(frozen=True, slots=True)
class PlannedVersion:
    item: str
    number: int
    base_unit: str
    phantom: bool
    start: datetime
    end: datetime | None
    lines: tuple[LineDraft, ...]


@dataclass(frozen=True, slots=True)
class ImportPlan:
    items: tuple[PlannedItem, ...]
    versions: tuple[PlannedVersion, ...]
    suppliers: tuple[SourceSupplier, ...]
    faults: tuple[Refusal, ...]


def plan_import(source: Source, *, units: Mapping[str, UnitFact], stocked: bool, zone: tzinfo) -> ImportPlan:
    """The plan, and every fault: of the files, then of the versions they make.

    `stocked`: made components go into stock and are drawn from there; otherwise their versions are phantoms. Days begin at
    midnight in `zone`.
    """
    faults = list(source.faults)
    lines_by_item: dict[str, list[DatedLine]] = {}
    for line in source.lines:
        lines_by_item.setdefault(line.assembly, []).append(line)
    known = frozenset(units)
    for line in (*source.tops, *source.lines):
        if rec_20(line.unit, known) is None:
            faults.append(fault(LINES, line.row, "unknown_unit", f"{line.unit} is no unit of goods.", "Use another."))
    if faults:
        return ImportPlan((), (), (), tuple(faults))
    used = {line.component for line in source.lines}
    phantoms = set() if stocked else used & set(lines_by_item)
    stock_units = _stock_units(source, known)
    items = tuple(_planned_item(item, stock_units[item.code], units, lines_by_item, phantoms) for item in source.items)
    identities = identities_of(source.lines)
    versions = tuple(
        _planned_version(item.code, number, version, item.stock_unit, item.code in phantoms, identities, known, zone)
        for item in items
        for number, version in enumerate(versions_of(lines_by_item.get(item.code, [])), start=1)
    )
    faults = list(_version_faults(items, versions, units))
    return ImportPlan(items, versions, tuple(source.suppliers), tuple(faults))


def version_content(version: PlannedVersion, *, author: str, reason: str) -> dict[str, Any]:
    """The content of a planned version as it will be shown once it is stored: what its digest in the manifest is of."""
    return {
        "record": "bom_version",
        "item": version.item,
        "version": version.number,
        "base_quantity": "1",
        "base_unit": version.base_unit,
        "phantom": version.phantom,
        "reason": reason,
        "author": author,
        "lines": [_line_content(line, place) for place, line in enumerate(version.lines, start=1)],
        "outputs": [],
        "scrap_factors": [],
    }


def _line_content(line: LineDraft, place: int) -> dict[str, Any]:
    return {
        "position": place * 10,
        "identity": str(line.identity),
        "item": line.item,
        "quantity": _plain(line.quantity),
        "unit": line.unit,
        "per": line.per.value,
        "handling_unit_kind": "",
        "operation": line.operation,
        "method": line.method.value,
        "pieces": "1",
        "tolerance": "0",
        "alternate_strategy": "",
        "whole_assemblies": False,
        "steps": [],
        "alternates": [],
        "scrap_factors": [],
    }


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _stock_units(source: Source, known: frozenset[str]) -> dict[str, str]:
    """The source has no stock units: an item is stocked in the unit that most lines use, each where none does."""
    counts: dict[str, Counter[str]] = {item.code: Counter() for item in source.items}
    for line in (*source.tops, *source.lines):
        counts[line.component][str(rec_20(line.unit, known))] += 1
    return {
        code: min(count, key=lambda unit: (-count[unit], unit)) if count else EACH for code, count in counts.items()
    }


def _planned_item(
    item: SourceItem,
    stock_unit: str,
    units: Mapping[str, UnitFact],
    boms: Mapping[str, list[DatedLine]],
    phantoms: set[str],
) -> PlannedItem:
    if item.finished_good:
        kind = ItemKind.FINISHED
    else:
        kind = ItemKind.INTERMEDIATE if item.made_here else ItemKind.RAW
    return PlannedItem(
        code=item.code,
        name=item.name,
        kind=kind,
        stock_unit=stock_unit,
        decimals=0 if units[stock_unit].dimension == Dimension.COUNT else DECIMALS,
        standard_cost=item.standard_cost,
        route=item.code in boms and (item.finished_good or item.code not in phantoms),
        row=item.row,
    )


def _planned_version(
    item: str,
    number: int,
    version: DatedVersion,
    base_unit: str,
    phantom: bool,
    identities: Mapping[int, UUID],
    known: frozenset[str],
    zone: tzinfo,
) -> PlannedVersion:
    return PlannedVersion(
        item=item,
        number=number,
        base_unit=base_unit,
        phantom=phantom,
        start=datetime.combine(version.start, time(), zone),
        end=datetime.combine(version.end, time(), zone) if version.end is not None else None,
        lines=tuple(
            LineDraft(
                item=line.component,
                quantity=line.quantity,
                unit=str(rec_20(line.unit, known)),
                operation=OPERATION,
                identity=identities[line.row],
            )
            for line in version.lines
        ),
    )


def _version_faults(
    items: tuple[PlannedItem, ...], versions: tuple[PlannedVersion, ...], units: Mapping[str, UnitFact]
) -> Iterator[Refusal]:
    """What submission would refuse. Cycles count only among versions that hold at the same time."""
    facts = {
        item.code: ItemFact(
            item.code, item.stock_unit, operations=frozenset({OPERATION}) if item.route else frozenset()
        )
        for item in items
    }
    around = Surroundings(facts, units, {})
    ever: dict[str, set[str]] = {}
    for version in versions:
        ever.setdefault(version.item, set()).update(line.item for line in version.lines)
    uses = {item: frozenset(used) for item, used in ever.items()}
    circling = {item for item in ever if cycle_through(item, sorted(ever[item]), uses)}
    for version in versions:
        draft = BomDraft(version.item, Decimal(1), version.base_unit, version.phantom, version.lines)
        if version.item in circling:
            around = Surroundings(facts, units, _uses_during(version, versions))
        for found in faults_of(draft, around):
            day = version.start.date()
            yield Refusal(found.code, f"{version.item} from {day}: {found.sentence}", version.item, found.remedy)


def _uses_during(version: PlannedVersion, versions: tuple[PlannedVersion, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for other in versions:
        begins_in_time = version.end is None or other.start < version.end
        ends_in_time = other.end is None or version.start < other.end
        if begins_in_time and ends_in_time:
            found.setdefault(other.item, set()).update(line.item for line in other.lines)
    return {item: frozenset(used) for item, used in found.items()}
