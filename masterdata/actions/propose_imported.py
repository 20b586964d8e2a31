"""One change of an import as a draft change request: the only place that knows how change requests are made."""

from datetime import datetime
from decimal import Decimal

from masterdata.actions.draft_bom import draft_bom
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.actions.propose_change import propose_change
from masterdata.models import BomVersion, ChangeRequest, DataImport, Item, UnitFactor
from masterdata.queries.contents import number_text
from masterdata.rules.bom_sheet import draft_of_version
from masterdata.rules.import_changes import ImportChange, factor_fields, item_fields
from masterdata.rules.sheet_columns import BOMS, ITEMS


def propose_imported(*, data_import: DataImport, change: ImportChange, now: datetime) -> ChangeRequest:
    """The change request. Items are proposed by their fields; a version is drafted first, and proposed as it stands."""
    author, reason = data_import.person, data_import.reason
    if change.kind == ITEMS:
        fields = item_fields(change.content)
        before = Item.objects.filter(code=fields["code"]).first()
        if before is not None:
            named = {one["field"].replace(" ", "_") for one in change.differences}
            fields = {name: value for name, value in fields.items() if name in named}
        plain = {name: _canonical(value) for name, value in fields.items()}
        return propose_change(
            kind="item",
            record=before,
            proposed=plain,
            author=author,
            reason=reason,
            now=now,
            data_import=data_import,
        )
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


def _canonical(value: object) -> object:
    return number_text(value) if isinstance(value, Decimal) else value


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
        reason=version.head["reason"] or data_import.reason,
    )


def _factor(data_import: DataImport, change: ImportChange, now: datetime) -> UnitFactor:
    item, fields = factor_fields(change.content)
    return draft_unit_factor(item=Item.objects.get(code=item), author=data_import.person, now=now, **fields)
