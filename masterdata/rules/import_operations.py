"""What an import would change of routes: operations of items, by their numbers."""

from collections.abc import Mapping
from typing import Any

from masterdata.rules.import_changes import Changes, ImportChange, Verdict, cell_differences, unknown_item
from masterdata.rules.operation_numbers import number_faults
from masterdata.rules.sheet_columns import KINDS, OPERATION_FLAGS, OPERATIONS
from masterdata.rules.sheet_table import Faults, Sheet, SheetRow, twice

OperationKey = tuple[str, str]


def plan_operations(
    sheet: Sheet,
    stored: Mapping[OperationKey, Mapping[str, str]],
    items: frozenset[str],
    lines: frozenset[str],
    faults: Faults,
    changes: Changes,
) -> None:
    """Operations by item and number. `lines`: every production line, as `SITE LINE`."""
    for row in twice(sheet, KINDS[OPERATIONS].key, faults):
        if not _is_sound(sheet.name, row, items, lines, faults):
            continue
        values = row.values
        before = stored.get((values["item"], values["operation"]))
        found = cell_differences(before, values, KINDS[OPERATIONS].header) if before is not None else []
        if before is not None and not found:
            changes.unchanged += 1
            continue
        subject = f"{values['item']} operation {values['operation']}"
        verdict = Verdict.NEW if before is None else Verdict.CHANGED
        changes.made.append(ImportChange(OPERATIONS, subject, sheet.name, row.number, verdict, found, values))


def _is_sound(sheet: str, row: SheetRow, items: frozenset[str], lines: frozenset[str], faults: Faults) -> bool:
    before, values = faults.count, row.values
    if values["item"] not in items:
        unknown_item(sheet, row.number, "item", values["item"], faults)
    for one in number_faults(values["operation"], values["item"]):
        faults.at(sheet, row.number, "operation", one.code, one.sentence, one.remedy)
    if values["line"] and values["line"] not in lines:
        sentence = f"There is no production line {values['line']}."
        remedy = "Write site and line with a blank between them, such as PLANT L1, or leave the cell empty."
        faults.at(sheet, row.number, "line", "unknown_line", sentence, remedy)
    return faults.count == before


def operation_fields(values: Mapping[str, str]) -> dict[str, Any]:
    """The fields of an operation as a change request takes them."""
    return {
        "item": values["item"],
        "number": values["operation"],
        "name": values["name"],
        "line": values["line"] or None,
        **{flag: values[flag] == "yes" for flag in OPERATION_FLAGS},
    }
