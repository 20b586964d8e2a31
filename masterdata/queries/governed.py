"""Governed records by kind: where they are, by which name people know them, and their content in canonical values."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat

from masterdata import models as tables
from masterdata.queries.contents import bom_content, factor_content, number_text, trigger_content
from masterdata.rules.governed_kinds import KINDS, Field, FieldKind, Kind
from masterdata.rules.vocabulary import RecordState

MODELS: dict[str, type[models.Model]] = {
    "item": tables.Item,
    "bom_version": tables.BomVersion,
    "unit_factor": tables.UnitFactor,
    "operation": tables.Operation,
    "trigger_definition": tables.TriggerDefinition,
    "bin": tables.Bin,
    "bin_service": tables.BinService,
    "production_line": tables.ProductionLine,
    "label_version": tables.LabelVersion,
    "reason": tables.ReasonCode,
    "supplier": tables.Supplier,
    "threshold": tables.Threshold,
    "change_policy": tables.ChangePolicy,
}
_RELATED = {
    "item": ("stock_unit",),
    "bom_version": ("item", "base_unit", "author"),
    "unit_factor": ("item", "from_unit", "to_unit", "author"),
    "operation": ("item", "line__site"),
    "trigger_definition": ("item", "line__site", "author"),
    "bin": ("site",),
    "bin_service": ("bin__site", "line__site"),
    "production_line": ("site",),
    "label_version": ("item",),
}


def kind_of(record: models.Model) -> str:
    """The kind of a record. KeyError where it is not governed."""
    return next(name for name, model in MODELS.items() if isinstance(record, model))


def governed(kind: str) -> models.QuerySet:
    """Every record of a kind, with what its content needs."""
    return MODELS[kind]._default_manager.select_related(*_RELATED.get(kind, ()))


def find_record(kind: str, record_id: int | None, *, lock: bool = False) -> Any:
    """The record, or None where it is not there (any more). `lock`: until the transaction ends.

    A version is locked with its item first, so that of two versions of one record the second is looked at after the first.
    """
    if record_id is None:
        return None
    rows = governed(kind)
    if lock:
        if KINDS[kind].versioned:
            own = MODELS[kind]._default_manager.filter(pk=record_id).values("item_id")
            list(tables.Item.objects.select_for_update(no_key=True).filter(pk__in=own))
        rows = rows.select_for_update(no_key=True, of=("self",))
    return rows.filter(pk=record_id).first()


def content_of_record(kind: str, record: Any) -> dict[str, Any]:
    """What a record says, in canonical values by field; of versioned kinds, what is signed."""
    if kind == "bom_version":
        return bom_content(record)
    if kind == "unit_factor":
        return factor_content(record)
    if kind == "trigger_definition":
        return trigger_content(record)
    if kind == "bin_service":
        return {**_fields(KINDS[kind], record, skip="may_draw"), "may_draw": True}
    return _fields(KINDS[kind], record)


def base_of(kind: str, record: Any) -> dict[str, Any] | None:
    """What holds now and would change: of a drafted version the one before it; None where there is nothing yet."""
    if record is None:
        return None
    if not KINDS[kind].versioned:
        return content_of_record(kind, record)
    before = predecessor(kind, record)
    return content_of_record(kind, before) if before is not None else None


def predecessor(kind: str, record: Any) -> Any:
    """The approved version that this one would replace: the latest of the same record."""
    same = rivals(kind, record).exclude(pk=record.pk).filter(state=RecordState.APPROVED)
    return same.order_by("-effective_from", "-pk").first()


def rivals(kind: str, record: Any) -> models.QuerySet:
    """All versions of the same record."""
    rows = governed(kind).filter(item_id=record.item_id)
    if kind == "unit_factor":
        return rows.filter(from_unit_id=record.from_unit_id, to_unit_id=record.to_unit_id)
    if kind == "trigger_definition":
        return rows.filter(operation_number=record.operation_number, line_id=record.line_id)
    return rows


def subject_of_record(kind: str, content: Mapping[str, Any]) -> str:
    """The name by which people know a record, from its content."""
    get = content.get
    if kind == "bom_version":
        return f"{get('item')} v{get('version')}"
    if kind == "unit_factor":
        return f"{get('item')} {get('from_unit')} → {get('to_unit')} v{get('version')}"
    if kind == "trigger_definition":
        line = f" at {get('line')}" if get("line") else ""
        return f"{get('item')} operation {get('operation')}{line} v{get('version')}"
    if kind == "operation":
        return f"{get('item')} operation {get('number')}"
    if kind == "bin_service":
        operation = f" operation {get('operation_number')}" if get("operation_number") else ""
        return f"{get('bin')} for {get('line')}{operation}"
    if kind == "label_version":
        return f"{get('item')} label v{get('number')}"
    if kind == "change_policy":
        return f"signatures for {str(get('kind')).replace('_', ' ')}"
    if kind in ("bin", "production_line"):
        return f"{get('site')} {get('code')}"
    return str(get("code", ""))


def _fields(kind: Kind, record: Any, skip: str = "") -> dict[str, Any]:
    return {field.name: _value(field, getattr(record, field.name)) for field in kind.fields if field.name != skip}


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    match field.kind:
        case FieldKind.DECIMAL:
            return number_text(value)
        case FieldKind.ROLES:
            return list(value)
        case FieldKind.LINE | FieldKind.BIN:
            return f"{value.site.code} {value.code}"
        case FieldKind.ITEM | FieldKind.UNIT | FieldKind.SITE:
            return value.code
        case FieldKind.FLAG:
            return bool(value)
        case FieldKind.WHOLE:
            return int(value)
    return str(value)


def referenced(kind: FieldKind, text: str) -> Any:
    """The row that a canonical reference names, or None where there is none."""
    if kind in (FieldKind.LINE, FieldKind.BIN):
        model: Any = tables.ProductionLine if kind == FieldKind.LINE else tables.Bin
        named = Concat("site__code", Value(" "), "code")
        return model.objects.select_related("site").annotate(named=named).filter(named=text).first()
    model = {FieldKind.ITEM: tables.Item, FieldKind.UNIT: tables.Unit, FieldKind.SITE: tables.Site}[kind]
    return model.objects.filter(code=text).first()


def existing_record(kind: str, content: Mapping[str, Any]) -> Any:
    """A record that a proposal for a new one would double, or None."""
    get = content.get
    match kind:
        case "operation":
            keys = {"item__code": get("item"), "number": get("number")}
        case "bin" | "production_line":
            keys = {"site__code": get("site"), "code": get("code")}
        case "bin_service":
            bin_row, line = (referenced(FieldKind(one), str(get(one) or "")) for one in ("bin", "line"))
            keys = {"bin": bin_row, "line": line, "operation_number": get("operation_number") or ""}
        case "label_version":
            keys = {"item__code": get("item"), "number": get("number")}
        case "change_policy":
            keys = {"kind": get("kind")}
        case _:
            keys = {"code": get("code")}
    return governed(kind).filter(**keys).first()
