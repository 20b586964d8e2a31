"""What an import would change: record by record new, changed (cell by cell) or as it stands, and every fault between records.

Approved versions never change: what is other than the newest one becomes the next version, as a draft.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from masterdata.rules.gtin import gtin_is_valid
from masterdata.rules.import_times import start_of, successors, times_stand
from masterdata.rules.sheet_columns import FLAGS, ITEMS, KINDS, UNIT_FACTORS
from masterdata.rules.sheet_table import Faults, Sheet, SheetRow, twice
from masterdata.rules.units import UnitFact, conversion
from masterdata.rules.vocabulary import Dimension, RecordState, Tracking

Record = TypeVar("Record")


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class ImportChange:
    """A record that a draft change request is made for. `content`: what is proposed, as the kind of record has it.

    `starts`: the time from which on it is to hold, as the sheet has it; empty: at once, when it is signed.
    """

    kind: str
    subject: str
    sheet: str
    row: int
    verdict: Verdict
    differences: list[dict[str, str]]
    content: Any
    starts: str = ""


def item_of(change: ImportChange) -> str:
    """The item that a change is about."""
    return str(change.content.item if hasattr(change.content, "item") else change.content["item"])


@dataclass
class Changes:
    """All that an import comes to. `unchanged` and `waiting` (drafted already, by an earlier import) are counted."""

    made: list[ImportChange] = field(default_factory=list)
    unchanged: int = 0
    waiting: int = 0

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict == verdict for one in self.made)


@dataclass(frozen=True, slots=True)
class Stored(Generic[Record]):
    """A stored version: its number, its state, and the record as a sheet has it."""

    number: int
    state: str
    record: Record


@dataclass(frozen=True, slots=True)
class Placed(Generic[Record]):
    """What a version in a sheet is to the stored ones. `base`: the one that it is compared with. `fault`: why it is none."""

    verdict: Verdict
    base: Stored[Record] | None = None
    fault: tuple[str, str, str] | None = None


def placed(number: str, stored: Sequence[Stored[Record]], same: Callable[[Record], bool], name: str) -> Placed[Record]:
    """Where a version of a sheet stands. `number` empty: it is the next one, or the one in force."""
    approved = [one for one in stored if one.state == RecordState.APPROVED]
    newest = max(approved, key=lambda one: one.number, default=None)
    here = next((one for one in stored if str(one.number) == number), None)
    if here is not None and here.state == RecordState.APPROVED:
        if same(here.record):
            return Placed(Verdict.UNCHANGED, here)
        if here is newest and not _drafted(stored, same):
            return Placed(Verdict.CHANGED, here)
    if _drafted(stored, same):
        return Placed(Verdict.WAITING)
    if here is not None:
        sentence = f"Version {number} of {name} is {here.state}, and other than here."
        if here.state == RecordState.APPROVED:
            sentence = f"Version {number} of {name} is approved, never changes, and is not the newest."
        return Placed(
            Verdict.CHANGED, here, ("version_stands", sentence, "Leave its version empty to draft the next one.")
        )
    if newest is not None and same(newest.record):
        if not number:
            return Placed(Verdict.UNCHANGED, newest)
        sentence = f"Version {number} of {name} would say what version {newest.number} says."
        return Placed(Verdict.CHANGED, newest, ("nothing_differs", sentence, "Take the version out of the file."))
    return Placed(Verdict.NEW if newest is None else Verdict.CHANGED, newest)


def _drafted(stored: Sequence[Stored[Record]], same: Callable[[Record], bool]) -> bool:
    return any(one.state in (RecordState.DRAFT, RecordState.SUBMITTED) and same(one.record) for one in stored)


def cell_differences(old: Mapping[str, str], new: Mapping[str, str], columns: Sequence[str]) -> list[dict[str, str]]:
    return [
        {"what": "", "field": column.replace("_", " "), "old": old[column], "new": new[column]}
        for column in columns
        if old[column] != new[column]
    ]


def plan_items(
    sheet: Sheet,
    stored: Mapping[str, Mapping[str, str]],
    units: Mapping[str, UnitFact],
    faults: Faults,
    changes: Changes,
) -> None:
    """Items by code. Code and stock unit of an item that is there never change."""
    for row in twice(sheet, ("item",), faults):
        code = row.values["item"]
        before = stored.get(code)
        fine = _item_is_sound(sheet.name, row, units, faults)
        unit = row.values["stock_unit"]
        if before is not None and unit in units and before["stock_unit"] != unit:
            sentence = f"{code} is counted in {before['stock_unit']}, and that never changes."
            remedy = f"Write {before['stock_unit']}, or define another item."
            faults.at(sheet.name, row.number, "stock_unit", "stock_unit_stands", sentence, remedy)
            fine = False
        if not fine:
            continue
        found = cell_differences(before, row.values, KINDS[ITEMS].header) if before is not None else []
        if before is not None and not found:
            changes.unchanged += 1
            continue
        verdict = Verdict.NEW if before is None else Verdict.CHANGED
        changes.made.append(ImportChange(ITEMS, code, sheet.name, row.number, verdict, found, row.values))


def _item_is_sound(sheet: str, row: SheetRow, units: Mapping[str, UnitFact], faults: Faults) -> bool:
    before, values, number = faults.count, row.values, row.number
    unit = units.get(values["stock_unit"])
    if unit is None:
        _unknown_unit(sheet, number, "stock_unit", values["stock_unit"], faults)
    if values["gtin"] and not gtin_is_valid(values["gtin"]):
        sentence = f"{values['gtin']} is no GTIN: 14 digits, the last of them a check digit."
        faults.at(sheet, number, "gtin", "gtin_invalid", sentence, "Scan it, or leave it empty.")
    if unit is not None and values["tracking"] == Tracking.SERIAL and unit.dimension != Dimension.COUNT:
        sentence = f"{values['item']} is serialized, so it is counted."
        faults.at(sheet, number, "stock_unit", "serial_is_counted", sentence, "Use unit C62.")
    for column, what in (
        ("multiple", "A multiple"),
        ("shelf_life_days", "A shelf life"),
        ("label_potency", "A label potency"),
    ):
        if values[column] == "0":
            faults.at(sheet, number, column, "zero", f"{what} is above zero.", "Leave it empty for none.")
    return faults.count == before


def _unknown_unit(sheet: str, row: int, column: str, unit: str, faults: Faults) -> None:
    faults.at(
        sheet,
        row,
        column,
        "unknown_unit",
        f"There is no unit {unit}.",
        "Write its UN/ECE Rec 20 code, such as KGM or C62.",
    )


def unknown_item(sheet: str, row: int, column: str, code: str, faults: Faults) -> None:
    faults.at(
        *(sheet, row, column, "unknown_item", f"There is no item {code}."),
        "Mend the code; a new item is imported and approved first.",
    )


def item_fields(values: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an item as actions take them."""
    return {
        "code": values["item"],
        "name": values["name"],
        "kind": values["kind"],
        "stock_unit": values["stock_unit"],
        "decimals": int(values["decimals"]),
        "multiple": _decimal(values["multiple"]),
        "rounding": values["rounding"],
        "tracking": values["tracking"],
        "shelf_life_days": int(values["shelf_life_days"]) if values["shelf_life_days"] else None,
        "standard_cost": Decimal(values["standard_cost"]),
        "gtin": values["gtin"],
        "label_potency": _decimal(values["label_potency"]),
        **{flag: values[flag] == "yes" for flag in FLAGS},
    }


#: what is true of a factor, beside whose it is and when it holds
_FACTOR_FIGURES = ("numerator", "denominator", "reference_temperature", "temperature_coefficient")
FactorKey = tuple[str, str, str]


def plan_factors(
    sheet: Sheet,
    stored: Mapping[FactorKey, Sequence[Stored[dict[str, str]]]],
    items: frozenset[str],
    units: Mapping[str, UnitFact],
    faults: Faults,
    changes: Changes,
) -> None:
    """Unit factors of items, each a version of its pair of units; earlier versions come first, wherever they stand."""
    rows = sorted(twice(sheet, KINDS[UNIT_FACTORS].key, faults), key=lambda row: int(row.values["version"] or 10**10))
    ends = successors((_factor_key(row.values), row.values["version"], row.values["effective_from"]) for row in rows)
    for row in rows:
        values = row.values
        key = _factor_key(values)
        ending = ends.get((key, values["version"]), "")
        name = f"{key[0]} {key[1]} → {key[2]}"
        if not _factor_is_sound(sheet.name, row, stored, items, units, faults):
            continue
        found = placed(values["version"], stored.get(key, ()), _same_factor(values), name)
        if found.fault is not None:
            faults.at(sheet.name, row.number, "version", *found.fault)
        elif found.verdict == Verdict.UNCHANGED:
            assert found.base is not None
            if times_stand(sheet.name, row.number, found.base.record, values, name, faults, ending):
                changes.unchanged += 1
        elif found.verdict == Verdict.WAITING:
            changes.waiting += 1
        else:
            base = found.base
            told = cell_differences(base.record, values, _FACTOR_FIGURES) if base is not None else []
            subject = f"{name} v{values['version']}" if values["version"] else name
            starts = start_of(sheet.name, row.number, base.record if base else None, values, name, faults, ending)
            changes.made.append(
                ImportChange(UNIT_FACTORS, subject, sheet.name, row.number, found.verdict, told, values, starts)
            )


def _factor_key(values: Mapping[str, str]) -> FactorKey:
    return values["item"], values["from_unit"], values["to_unit"]


def _same_factor(values: Mapping[str, str]) -> Callable[[dict[str, str]], bool]:
    return lambda other: all(other[column] == values[column] for column in _FACTOR_FIGURES)


def _factor_is_sound(
    sheet: str,
    row: SheetRow,
    stored: Mapping[FactorKey, Sequence[Stored[dict[str, str]]]],
    items: frozenset[str],
    units: Mapping[str, UnitFact],
    faults: Faults,
) -> bool:
    before, values, number = faults.count, row.values, row.number
    start, end = values["from_unit"], values["to_unit"]
    if values["item"] not in items:
        unknown_item(sheet, number, "item", values["item"], faults)
    for column in ("from_unit", "to_unit"):
        if values[column] not in units:
            _unknown_unit(sheet, number, column, values[column], faults)
    for column in ("numerator", "denominator"):
        if values[column] == "0":
            faults.at(sheet, number, column, "zero", f"A {column} is above zero.", "Enter the factor.")
    if faults.count == before and conversion(start, end, units, []) is not None:
        sentence = f"The unit table converts {start} to {end}."
        faults.at(sheet, number, "from_unit", "table_says_it", sentence, "Take the row out.")
    if (values["item"], end, start) in stored:
        sentence = f"{values['item']} has a factor {end} → {start} already."
        faults.at(sheet, number, "from_unit", "written_the_other_way", sentence, "Write it in the same direction.")
    return faults.count == before


def factor_fields(values: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The item of a factor, and its fields as actions take them."""
    return values["item"], {
        "from_unit": values["from_unit"],
        "to_unit": values["to_unit"],
        "numerator": int(values["numerator"]),
        "denominator": int(values["denominator"]),
        "reference_temperature": _decimal(values["reference_temperature"]),
        "temperature_coefficient": _decimal(values["temperature_coefficient"]),
    }


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None
