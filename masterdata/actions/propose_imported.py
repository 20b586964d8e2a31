"""One change of an import as a draft change request: the only place that knows how change requests are made."""

from datetime import datetime

from masterdata.actions.draft_bom import draft_bom
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.actions.propose_change import propose_change
from masterdata.models import BomVersion, ChangeRequest, DataImport, Item, UnitFactor
from masterdata.queries.governed import existing_record
from masterdata.queries.import_plans import proposed_fields
from masterdata.rules.bom_sheet import draft_of_version
from masterdata.rules.import_changes import ImportChange, Verdict, factor_fields
from masterdata.rules.sheet_columns import BOMS, ITEMS, OPERATIONS


def propose_imported(*, data_import: DataImport, change: ImportChange, now: datetime) -> ChangeRequest:
    """The change request. Items are proposed by their fields; a version is drafted first, and proposed as it stands."""
    author, reason = data_import.person, data_import.reason
    if change.kind in (ITEMS, OPERATIONS):
        return _by_fields(data_import, change, now)
    drafted = _bom(data_import, change, now) if change.kind == BOMS else _factor(data_import, change, now)
    kind = "bom_version" if change.kind == BOMS else "unit_factor"
    return propose_change(
        kind=kind,
        record=drafted,
        proposed={},
        author=author,
        reason=getattr(drafted, "reason", "") or reason,
        now=now,
        effective_from=datetime.fromisoformat(change.starts) if change.starts else None,
        data_import=data_import,
    )


def _by_fields(data_import: DataImport, change: ImportChange, now: datetime) -> ChangeRequest:
    """A new record by all its fields, one that is there by those that the file changes."""
    kind, fields = proposed_fields(change)
    before = None
    if change.verdict != Verdict.NEW:
        before = existing_record(
            kind, {**change.content, "code": change.subject, "number": change.content.get("operation")}
        )
    return propose_change(
        kind=kind,
        record=before,
        proposed=fields,
        author=data_import.person,
        reason=data_import.reason,
        now=now,
        data_import=data_import,
    )


def _bom(data_import: DataImport, change: ImportChange, now: datetime) -> BomVersion:
    version = change.content
    draft = draft_of_version(version)
    return draft_bom(
        item=Item.objects.get(code=version.item),
        author=data_import.person,
        now=now,
        lines=draft.lines,
        base_quantity=draft.base_quantity,
        base_unit=draft.base_unit,
        phantom=draft.phantom,
        outputs=draft.outputs,
        assembly_scrap=draft.assembly_scrap,
        operation_scrap=draft.operation_scrap,
        # a first version is what it is elsewhere, also where nobody said why
        reason=version.head["reason"] or ("" if change.verdict == Verdict.NEW else data_import.reason),
        number=int(version.number or 0),
    )


def _factor(data_import: DataImport, change: ImportChange, now: datetime) -> UnitFactor:
    item, fields = factor_fields(change.content)
    number = int(change.content["version"] or 0)
    return draft_unit_factor(
        item=Item.objects.get(code=item), author=data_import.person, now=now, version=number, **fields
    )
