"""The row that a governed record would become, with every fault of it; the same checks as when the plant is set up."""

from decimal import Decimal, InvalidOperation
from typing import Any

from masterdata.actions import define_item
from masterdata.actions.define_reason import reason_faults
from masterdata.actions.record import faults_in
from masterdata.actions.serve_line import service_faults
from masterdata.queries.governed import (
    MODELS,
    content_of_record,
    existing_record,
    find_record,
    referenced,
    subject_of_record,
)
from masterdata.rules.change_control import policy_faults
from masterdata.rules.governed_kinds import KINDS, Field, FieldKind, Kind
from masterdata.rules.operation_numbers import number_faults
from masterdata.rules.refusal import Refusal, Refused

_REFERENCES = frozenset({FieldKind.ITEM, FieldKind.UNIT, FieldKind.LINE, FieldKind.SITE, FieldKind.BIN})
_NO_COLUMN = frozenset({"may_draw"})


def row_with(kind: str, record: Any, values: dict[str, Any]) -> tuple[Any, list[Refusal]]:
    """The record (or a new one) with these values, not saved, and every fault of it."""
    plan = KINDS[kind]
    faults = _stranger_faults(plan, record, values)
    # Another object than the caller's, which goes on to say what holds.
    row = MODELS[kind]() if record is None else find_record(kind, record.pk)
    for field in plan.fields:
        if field.name in values and field.name not in _NO_COLUMN:
            try:
                setattr(row, field.name, _column_value(field, values[field.name]))
            except ValueError as error:
                faults.append(Refusal("value_invalid", f"{field.label}: {error}", field.name, "Mend it."))
    if faults:
        return row, faults
    doubled = _doubled(kind, values) if record is None else []
    own = _faults_of(kind, row)
    return row, doubled + [fault for fault in own if not doubled or "unique" not in fault.code]


def _stranger_faults(plan: Kind, record: Any, values: dict[str, Any]) -> list[Refusal]:
    found = []
    for name in values:
        field = plan.field(name)
        if field is None:
            found.append(Refusal("unknown_field", f"A {plan.title} has no {name}.", name, "Leave it out."))
        elif field.fixed and record is not None and values[name] != _now(plan.name, record, name):
            found.append(
                Refusal("field_never_changes", f"{field.label} of a {plan.title} never changes.", name, "Leave it.")
            )
    if record is None:
        found += [
            Refusal("field_missing", f"{field.label} is missing.", field.name, "Fill it in.")
            for field in plan.fields
            if field.required and field.kind != FieldKind.FLAG and values.get(field.name) in (None, "", [])
        ]
    return found


def _now(kind: str, record: Any, name: str) -> Any:
    return content_of_record(kind, record).get(name)


def _doubled(kind: str, values: dict[str, Any]) -> list[Refusal]:
    if existing_record(kind, values) is None:
        return []
    name = subject_of_record(kind, values)
    return [Refusal("exists_already", f"There is a {KINDS[kind].title} {name} already.", name, "Change that one.")]


def _column_value(field: Field, value: Any) -> Any:
    """The canonical value as its column takes it. ValueError, in words, where it is none."""
    if value in (None, "") and field.kind != FieldKind.FLAG:
        return _empty(field)
    if field.kind in _REFERENCES:
        found = referenced(field.kind, str(value))
        if found is None:
            raise ValueError(f"there is no {field.kind} {value}.")
        return found
    if field.kind == FieldKind.DECIMAL:
        try:
            return Decimal(str(value))
        except InvalidOperation:
            raise ValueError(f"{value} is no decimal number.") from None
    if field.kind == FieldKind.WHOLE:
        if isinstance(value, bool) or not isinstance(value, int) or not field.least <= value <= field.most:
            raise ValueError(f"{value} is no whole number from {field.least} to {field.most}.")
    elif field.kind == FieldKind.FLAG and not isinstance(value, bool):
        raise ValueError(f"{value} is neither yes nor no.")
    return value


def _empty(field: Field) -> Any:
    return "" if field.kind in (FieldKind.TEXT, FieldKind.CHOICE) else [] if field.kind == FieldKind.ROLES else None


def _faults_of(kind: str, row: Any) -> list[Refusal]:
    match kind:
        case "item":
            try:
                define_item.refuse_faults(row)
            except Refused as refused:
                return list(refused.refusals)
            return []
        case "operation":
            return number_faults(row.number, row.item.code) or faults_in(row)
        case "reason":
            return reason_faults(row.code, row.name, row.kind, row.loss) or faults_in(row)
        case "bin_service":
            own = service_faults(row.bin, row.line)
            return own or ([] if row.pk else faults_in(row))
        case "label_version":
            flagged = row.item.label_controlled
            own = [] if flagged else [_not_controlled(row.item.code)]
            return own or faults_in(row)
        case "change_policy":
            if row.kind not in KINDS:
                return [Refusal("unknown_kind", f"There is no kind of record {row.kind}.", row.kind, "Choose one.")]
            return policy_faults(row.kind, row.roles) or faults_in(row)
    return faults_in(row)


def _not_controlled(code: str) -> Refusal:
    return Refusal("not_label_controlled", f"{code} is not label-controlled.", code, "Flag the item first.")
