"""An uploaded file compared with the plant: every fault, and every record that it would make or change. Writes nothing."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max

from masterdata.models import ChangeRequest, DataImport
from masterdata.queries.beginnings import begun_with
from masterdata.queries.boms import surroundings_of
from masterdata.queries.contents import number_text
from masterdata.queries.plant_sheets import (
    factors_as_rows,
    items_as_rows,
    known_items,
    line_names,
    operations_as_rows,
    versions_as_rows,
)
from masterdata.queries.revision import master_data_revision
from masterdata.queries.sheet_files import sheets_of
from masterdata.queries.units import unit_facts
from masterdata.rules.bom_changes import plan_boms
from masterdata.rules.bom_sheet import versions_of
from masterdata.rules.change_control import OPEN_STATES, ChangeState
from masterdata.rules.import_changes import (
    Changes,
    ImportChange,
    Verdict,
    item_fields,
    item_of,
    plan_factors,
    plan_items,
)
from masterdata.rules.import_operations import operation_fields, plan_operations
from masterdata.rules.sheet_columns import BOMS, ITEMS, OPERATIONS, UNIT_FACTORS
from masterdata.rules.sheet_table import Faults, Sheet
from masterdata.rules.signatures import content_digest


@dataclass
class ImportReading:
    """What a file comes to. `revision`: of the master data that it was compared with; `newest`: the last request by then."""

    revision: int
    newest: int = 0
    rows: int = 0
    faults: Faults = field(default_factory=Faults)
    changes: Changes = field(default_factory=Changes)

    def digest(self) -> str:
        """Over what would change: the same where nothing of it has been changed meanwhile."""
        told = [[one.kind, one.subject, one.row, one.verdict.value, one.differences] for one in self.changes.made]
        return content_digest({"changes": told})


#: called with how much is done, and of how much
Tell = Callable[[int, int], None]


def in_silence(done: int, of: int) -> None:
    """For whoever waits anyway."""


def read_import(one: DataImport, at: datetime, tell: Tell = in_silence) -> ImportReading:
    """Read the file of an import, sheet by sheet."""
    tell(0, 3)
    found = ImportReading(master_data_revision(), newest_request())
    data = bytes(one.file.content)
    zone = ZoneInfo(one.zone)
    sheets = sheets_of(io.BytesIO(data), len(data), found.faults, zone=zone, most_rows=settings.IMPORT_MOST_ROWS)
    tell(1, 3)
    kinds: set[str] = set()
    for sheet in sheets:
        found.rows += len(sheet.rows)
        if sheet.kind is None:
            continue
        if sheet.kind.name in kinds:
            sentence = f"Another sheet of the workbook has {sheet.kind.name} as well."
            found.faults.at(sheet.name, 0, "", "sheet_twice", sentence, "Put them into one sheet.")
            continue
        kinds.add(sheet.kind.name)
        _compare(sheet, found, at)
    _judge_times(found, at)
    _leave_out_what_waits(found)
    tell(2, 3)
    most = settings.IMPORT_MOST_CHANGES
    if len(found.changes.made) > most:
        sentence = f"The file would change {len(found.changes.made):,} records; at most {most:,} are proposed at once."
        found.faults.at("", 0, "", "too_many_changes", sentence, "Split it into several files.")
    return found


def newest_request() -> int:
    return ChangeRequest.objects.aggregate(newest=Max("number"))["newest"] or 0


def proposed_fields(change: ImportChange) -> tuple[str, dict[str, Any]]:
    """The kind of governed record and what is proposed for it: all of a new one, else the fields that differ."""
    kind, fields = "item", {}
    if change.kind == ITEMS:
        fields = item_fields(change.content)
    else:
        kind, fields = "operation", operation_fields(change.content)
    if change.verdict == Verdict.CHANGED:
        named = {one["field"].replace(" ", "_") for one in change.differences}
        fields = {name: value for name, value in fields.items() if name in named}
    return kind, {name: number_text(value) if isinstance(value, Decimal) else value for name, value in fields.items()}


def requested_meanwhile(found: ImportReading) -> bool:
    """Whether somebody made a request on one of these records since the file was read. Asked while nobody else makes one."""
    subjects = list(ChangeRequest.objects.filter(number__gt=found.newest).values_list("subject", flat=True))
    codes = {item_of(change) for change in found.changes.made} if subjects else set()
    return any(subject == code or subject.startswith(f"{code} ") for subject in subjects for code in codes)


def _leave_out_what_waits(found: ImportReading) -> None:
    """Items and operations for which an open request says the same already, as an earlier import of the same file made it."""
    records = [one for one in found.changes.made if one.kind in (ITEMS, OPERATIONS)]
    states = [*OPEN_STATES, ChangeState.APPROVED]
    waiting = ChangeRequest.objects.filter(state__in=states, kind__in=("item", "operation")) if records else []
    said: dict[tuple[str, str], list[Any]] = {}
    for one in waiting:
        said.setdefault((one.kind, one.subject), []).append(one.proposed)
    left = []
    for change in found.changes.made:
        kind, fields = proposed_fields(change) if change.kind in (ITEMS, OPERATIONS) else ("", {})
        if fields in said.get((kind, change.subject), []):
            found.changes.waiting += 1
        else:
            left.append(change)
    found.changes.made = left


_VERSIONED = {BOMS: "bom_version", UNIT_FACTORS: "unit_factor"}


def _judge_times(found: ImportReading, at: datetime) -> None:
    """What would begin in the past may do so only while nothing was made by it: while the plant is set up with it."""
    for kind, governed in _VERSIONED.items():
        early = [
            (change, item_of(change))
            for change in found.changes.made
            if change.kind == kind and change.starts and datetime.fromisoformat(change.starts) < at
        ]
        begun = begun_with(governed, {item for _, item in early})
        for change, item in early:
            if item in begun:
                sentence = f"{change.subject} would begin at {change.starts}, which has passed, and {begun[item]}."
                remedy = "Write a later time, or leave the cell empty: then it takes effect when it is signed."
                place = (change.sheet, change.row, "effective_from")
                found.faults.at(*place, "effective_in_the_past", sentence, remedy)


def _compare(sheet: Sheet, found: ImportReading, at: datetime) -> None:
    assert sheet.kind is not None
    items = {row.values["item"] for row in sheet.rows}
    if sheet.kind.name == ITEMS:
        plan_items(sheet, items_as_rows(items), unit_facts(), found.faults, found.changes)
    elif sheet.kind.name == UNIT_FACTORS:
        stored = factors_as_rows(items)
        plan_factors(sheet, stored, known_items(items), unit_facts(), found.faults, found.changes)
    elif sheet.kind.name == OPERATIONS:
        known = known_items(items)
        plan_operations(sheet, operations_as_rows(items), known, line_names(), found.faults, found.changes)
    elif sheet.kind.name == BOMS:
        versions = versions_of(sheet, found.faults)
        components = {code for version in versions for _, code in version.codes()}
        around = surroundings_of(items | components, at)
        plan_boms(sheet.name, versions, versions_as_rows(items), around, found.faults, found.changes)
