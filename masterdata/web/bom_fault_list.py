"""Every fault of the BOM editor in one list above it, each leading to its field, and beside the row that it is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm

from masterdata.rules.refusal import Refusal
from masterdata.web.bom_draft_read import in_order, is_taken_out, kept_rows
from masterdata.web.bom_forms import LINES, LOSSES, OUTPUTS, HeadForm

_ROW = re.compile(r"(line|output) (\d+) \(")
_OPERATION = re.compile(r"operation (.+) scrap$")
_SETS = {"line": LINES, "output": OUTPUTS}
_NAMES = {LINES: "Line", OUTPUTS: "Output", LOSSES: "Operation's loss"}
#: Where a rule's fault is mended. What is not named here is mended at the row's item.
_FIELDS = {
    "unknown_operation": "operation",
    "no_conversion": "unit",
    "method_not_allowed": "method",
    "negative_quantity": "quantity",
    "zero_quantity": "quantity",
    "tolerance_out_of_range": "tolerance",
    "handling_unit_unclear": "handling_unit_kind",
    "steps_unclear": "steps",
    "steps_not_from_zero": "steps",
    "steps_not_rising": "steps",
    "percent_on_fixed_line": "scrap_percent",
    "negative_percent": "scrap_percent",
    "divide_by_nothing": "scrap_percent",
    "percent_above_100": "scrap_percent",
    "setup_without_quantity": "setup_quantity",
    "strategy_unclear": "alternates",
    "alternate_given_twice": "alternates",
    "zero_factor": "alternates",
    "phantom_alternate": "alternates",
    "percent_without_share": "alternates",
    "share_missing": "alternates",
    "shares_above_100": "alternates",
    "cost_share_out_of_range": "cost_share",
}
_HEAD = {"zero_base": "base_quantity", "no_conversion": "base_unit", "reason_missing": "reason"}


@dataclass(frozen=True)
class Entry:
    """One fault: where it is, the address of its field on the page, and what is wrong."""

    where: str
    url: str
    words: str


def set_down(head: HeadForm, sets: dict[str, Any], refusals: Sequence[Refusal]) -> list[Refusal]:
    """Write each refusal to the field where it is mended; returned are those of no field.

    A field that could not be read keeps that fault alone: what rules say of it is said of a stand-in.
    """
    unread = {(form, field) for form in _forms(head, sets) for field in form.errors}
    general = []
    for refusal in refusals:
        form, field = _place(head, sets, refusal)
        if form is None or field not in form.fields:
            general.append(refusal)
        elif (form, field) not in unread:
            form.add_error(field, f"{refusal.sentence} {refusal.remedy}".strip())
    return general


def entries(head: HeadForm, sets: dict[str, Any]) -> list[Entry]:
    """Every fault of every field, from the top of the page to its end."""
    found = list(_of_form("Head", head))
    for prefix, name in _NAMES.items():
        found += [Entry(f"{name}s", "", str(fault)) for fault in sets[prefix].non_form_errors()]
        standing = [form for form in in_order(sets[prefix]) if not is_taken_out(form)]
        for number, form in enumerate(standing, start=1):
            found += _of_form(f"{name} {number}", form)
    return found


def _forms(head: HeadForm, sets: dict[str, Any]) -> list[BaseForm]:
    return [head, *(form for rows in sets.values() for form in rows if form.is_bound)]


def _of_form(name: str, form: BaseForm) -> Iterator[Entry]:
    if not form.is_bound:
        return
    for field, faults in form.errors.items():
        bound = form[field] if field in form.fields else None
        for fault in faults:
            yield Entry(
                f"{name}, {bound.label}" if bound else name, f"#{bound.id_for_label}" if bound else "", str(fault)
            )


def _place(head: HeadForm, sets: dict[str, Any], refusal: Refusal) -> tuple[BaseForm | None, str]:
    row = _ROW.match(refusal.subject)
    if row:
        rows = kept_rows(sets[_SETS[row[1]]])
        field = "alternates" if ", alternate " in refusal.subject else _FIELDS.get(refusal.code, "item")
        return (rows[int(row[2]) - 1], field) if int(row[2]) <= len(rows) else (None, "")
    loss = _OPERATION.match(refusal.subject)
    if loss:
        named = [form for form in kept_rows(sets[LOSSES]) if form["operation"].value().strip() == loss[1]]
        field = "operation" if refusal.code in ("unknown_operation", "scrap_given_twice") else "percent"
        return (named[-1], field) if named else (None, "")
    if refusal.subject == "assembly scrap":
        return head, "assembly_percent"
    return (head, _HEAD[refusal.code]) if refusal.code in _HEAD else (None, "")
