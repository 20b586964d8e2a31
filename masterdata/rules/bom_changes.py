"""What an import of BOM versions would change, judged as submitting them would: among themselves and beside what is approved."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from masterdata.rules.bom_faults import ItemFact, Surroundings, faults_of, with_unknown
from masterdata.rules.bom_sheet import SheetVersion, differences, draft_of_version, same_version
from masterdata.rules.import_changes import (
    Changes,
    ImportChange,
    Stored,
    Verdict,
    placed,
    unknown_item,
)
from masterdata.rules.import_times import start_of, successors, times_stand
from masterdata.rules.sheet_columns import BOMS
from masterdata.rules.sheet_table import Faults

_WHERE = re.compile(r"(line|output) ([0-9]+) \(")

#: the column that a fault of a version is about
_COLUMNS = {
    "alternate_given_twice": "component",
    "cost_share_out_of_range": "cost_share",
    "cycle": "component",
    "divide_by_nothing": "percent",
    "empty_bom": "part",
    "handling_unit_unclear": "handling_unit_kind",
    "missing_phantom_version": "component",
    "negative_percent": "percent",
    "negative_quantity": "quantity",
    "no_conversion": "unit",
    "output_is_the_product": "component",
    "percent_above_100": "percent",
    "phantom_alternate": "component",
    "share_missing": "percent",
    "shares_above_100": "percent",
    "strategy_unclear": "strategy",
    "tolerance_out_of_range": "tolerance",
    "unknown_operation": "operation",
    "zero_base": "quantity",
    "zero_factor": "factor",
    "zero_quantity": "quantity",
}
#: faults that a row which could not be read may be the reason of
_OF_MISSING_ROWS = frozenset({"empty_bom", "steps_unclear", "steps_not_from_zero", "strategy_unclear", "share_missing"})


def plan_boms(
    sheet: str,
    versions: Sequence[SheetVersion],
    stored: Mapping[str, Sequence[Stored[SheetVersion]]],
    around: Surroundings,
    faults: Faults,
    changes: Changes,
) -> None:
    """Versions by item and number, in their order."""
    wanted, told_of = [], []
    ends = successors(((one.item,), one.number, one.head["effective_from"]) for one in versions)
    for version in versions:
        ending = ends.get(((version.item,), version.number), "")
        if not version.whole:
            wanted.append(version)
            continue
        found = placed(version.number, stored.get(version.item, ()), _same(version), version.item)
        if found.fault is not None:
            faults.at(sheet, version.row, "version", *found.fault)
            told_of.append(version)
        elif found.verdict == Verdict.UNCHANGED:
            assert found.base is not None
            if times_stand(sheet, version.row, found.base.record.head, version.head, version.name, faults, ending):
                changes.unchanged += 1
        elif found.verdict == Verdict.WAITING:
            changes.waiting += 1
        else:
            wanted.append(version)
            base = found.base.record if found.base is not None else None
            told = list(differences(base, version))
            head = base.head if base else None
            starts = start_of(sheet, version.row, head, version.head, version.name, faults, ending)
            changes.made.append(
                ImportChange(BOMS, version.name, sheet, version.row, found.verdict, told, version, starts)
            )
    for version in told_of:
        _rows_are_known(sheet, version, around, faults)
    _judge(sheet, wanted, around, faults)


def _same(version: SheetVersion) -> Callable[[SheetVersion], bool]:
    return lambda other: same_version(version, other)


def _rows_are_known(sheet: str, version: SheetVersion, around: Surroundings, faults: Faults) -> bool:
    """Whether every item and unit that the rows name is there; what is not is told at its row."""
    before = faults.count
    if version.item not in around.items:
        unknown_item(sheet, version.row, "item", version.item, faults)
    for key, code in version.codes():
        if code not in around.items:
            unknown_item(sheet, version.numbers[key], "component", code, faults)
    for key, cells in version.rows.items():
        if cells["unit"] and cells["unit"] not in around.units:
            sentence = f"There is no unit {cells['unit']}."
            faults.at(sheet, version.numbers[key], "unit", "unknown_unit", sentence, "Write its Rec 20 code.")
    return faults.count == before


def _with_phantoms(versions: Sequence[SheetVersion], items: Mapping[str, ItemFact]) -> dict[str, ItemFact]:
    """The items as they will be once all of these versions hold: which of them are phantoms, and in what unit."""
    found = dict(items)
    for version in versions:
        if version.item in found:
            base = version.head["unit"] if version.head["phantom"] == "yes" else ""
            found[version.item] = replace(found[version.item], phantom_base=base)
    return found


def _judge(sheet: str, versions: Sequence[SheetVersion], around: Surroundings, faults: Faults) -> None:
    """What submission would refuse, told at the row that it is about."""
    uses = dict(around.uses)
    for version in versions:  # the last one of an item is what will hold
        uses[version.item] = frozenset(code for _, code in version.codes())
    around = replace(around, uses=uses, items=_with_phantoms(versions, around.items))
    for version in versions:
        if not _rows_are_known(sheet, version, around, faults):
            continue
        draft = draft_of_version(version)
        rows = {part: [version.numbers[key] for key, _ in version.part(part)] for part in ("line", "output")}
        for refusal in faults_of(draft, with_unknown(draft, around)):
            if not version.whole and refusal.code in _OF_MISSING_ROWS:
                continue
            place = _WHERE.match(refusal.subject) or _WHERE.match(refusal.sentence)
            row = rows[place[1]][int(place[2]) - 1] if place else version.row
            sentence = f"{version.name}: {refusal.sentence}"
            faults.at(
                sheet, row, _COLUMNS.get(refusal.code, ""), refusal.code, sentence, refusal.remedy or "Mend the row."
            )
