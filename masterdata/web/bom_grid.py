"""The editor's grid of lines: by operation, each cell written straight, so that a hundred and fifty lines open at once.

Django renders a widget by a template of its own; the three thousand of a long BOM would take seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, BoundField
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from masterdata.pages.figures import exact
from masterdata.queries.bom_costs import CostedBom
from masterdata.rules.cost_roll_up import LineCost
from masterdata.web.bom_costs import besides_of
from masterdata.web.bom_draft_read import in_order, is_taken_out, kept_rows

CELLS = (
    "item",
    "quantity",
    "unit",
    "operation",
    "per",
    "method",
    "scrap_percent",
    "scrap_convention",
    "scrap_source",
)
MORE = (
    "scrap_loss",
    "scrap_note",
    "setup_quantity",
    "setup_source",
    "setup_note",
    "strategy",
    "alternates",
    "whole_assemblies",
    "steps",
    "pieces",
    "tolerance",
    "handling_unit_kind",
)
#: What a closed line says of its further fields, and what of them is not worth saying.
_NOTED = (("alternates", "alternates", ("",)), ("steps", "steps", ("",)), ("pieces", "pieces", ("", "1")))


@dataclass(frozen=True)
class Component:
    """What a phantom's line comes to, per base."""

    code: str
    name: str
    item: int
    quantity: str
    unit: str
    cost: str


@dataclass(frozen=True)
class ShownCost:
    """A line's cost per base as the grid shows it, with what is inside a phantom and what is missing."""

    prefix: str
    cost: str
    besides: str
    phantom: str
    phantom_url: str
    inside: list[Component]


@dataclass(frozen=True)
class GridLine:
    """A line as the template writes it. `number`: 0 for one that is taken out or still empty."""

    form: forms.Form
    number: int
    cells: list[SafeString]
    more: list[SafeString]
    hidden: list[SafeString]
    noted: str
    open: bool
    taken_out: bool
    cost: ShownCost | None


@dataclass(frozen=True)
class GridGroup:
    """The lines of one operation."""

    operation: str
    name: str
    lines: list[GridLine]


def groups_of(rows: BaseFormSet, names: Mapping[str, str], costs: Mapping[str, ShownCost]) -> list[GridGroup]:
    """The lines by operation, in reading order."""
    counted = {id(form) for form in kept_rows(rows)}
    groups: list[GridGroup] = []
    number = 0
    for form in in_order(rows):
        counts = not form.is_bound or id(form) in counted
        number += counts
        operation = str(form["operation"].value() or "").strip()
        if not groups or groups[-1].operation != operation:
            groups.append(GridGroup(operation, names.get(operation, ""), []))
        groups[-1].lines.append(line_of(form, number if counts else 0, costs.get(str(form.prefix))))
    return groups


def line_of(form: forms.Form, number: int, cost: ShownCost | None = None) -> GridLine:
    return GridLine(
        form=form,
        number=number,
        cells=[_field(form[name]) for name in CELLS],
        more=[_field(form[name]) for name in MORE],
        hidden=[_control(form[name]) for name in ("identity", "place")],
        noted=_noted(form),
        open=form.is_bound and any(name in form.errors for name in MORE),
        taken_out=is_taken_out(form),
        cost=cost,
    )


def costs_of(costed: CostedBom, prefixes: Iterable[str], currency: str) -> list[ShownCost]:
    """The costs of the lines, by the prefixes of their forms in the order of the draft."""
    return [_shown(costed, prefix, line, currency) for prefix, line in zip(prefixes, costed.roll_up.lines, strict=True)]


def _shown(costed: CostedBom, prefix: str, line: LineCost, currency: str) -> ShownCost:
    draft = costed.draft.lines[line.number - 1]
    inside = []
    phantom = next((one for one in costed.phantoms.values() if one.item.code == draft.item), None)
    if line.phantom:
        for one in line.taken:
            item = costed.items[one.item]
            inside.append(
                Component(item.code, item.name, item.pk, exact(one.quantity), item.stock_unit.symbol, exact(one.cost))
            )
    return ShownCost(
        prefix=prefix,
        cost=exact(line.running) if not line.gaps or line.running else "–",
        besides=besides_of(costed, line, currency),
        phantom=str(phantom) if phantom and line.phantom else "",
        phantom_url=reverse("bom", args=[phantom.pk]) if phantom else "",
        inside=inside,
    )


def _noted(form: forms.Form) -> str:
    told = [
        f"{words}: {value}"
        for name, words, idle in _NOTED
        if (value := str(form[name].value() or "").strip()) not in idle
    ]
    setup = str(form["setup_quantity"].value() or "").strip()
    return " · ".join([*told, *([f"{setup} per setup"] if setup else [])])


def _field(bound: BoundField) -> SafeString:
    """Label and control. Faults stand below the row, where a sentence has room; the control names them."""
    label, identity = escape(bound.label), bound.id_for_label
    help_text = str(bound.help_text)
    told = f'<span class="help" id="{identity}_helptext">{escape(help_text)}</span>' if help_text else ""
    tick = " tick" if isinstance(bound.field, forms.BooleanField) else ""
    return mark_safe(  # noqa: S308  every part is escaped where it is put in
        f'<div class="field{tick}"><label for="{identity}">{label}</label>{_control(bound)}{told}</div>'
    )


def _control(bound: BoundField) -> SafeString:
    widget = bound.field.widget
    value = bound.value()
    names = f'name="{bound.html_name}" id="{bound.auto_id}"'
    if widget.is_hidden:
        return mark_safe(f'<input type="hidden" {names} value="{_text(value)}">')  # noqa: S308
    faulty = ' aria-invalid="true"' if bound.form.is_bound and bound.name in bound.form.errors else ""
    described = [
        *([f"{bound.auto_id}_helptext"] if bound.help_text else []),
        *([f"{bound.auto_id}_error"] if faulty else []),
    ]
    names += faulty + (f' aria-describedby="{" ".join(described)}"' if described else "")
    if isinstance(bound.field, forms.BooleanField):
        return mark_safe(f'<input type="checkbox" {names}{" checked" * bool(value)}>')  # noqa: S308
    if isinstance(bound.field, forms.ChoiceField):
        chosen = str(value if value is not None else "")
        options = "".join(
            f'<option value="{escape(key)}"{" selected" * (str(key) == chosen)}>{escape(words)}</option>'
            for key, words in cast(list[tuple[str, str]], bound.field.choices)
        )
        return mark_safe(f"<select {names}>{options}</select>")  # noqa: S308
    given = {"maxlength": getattr(bound.field, "max_length", None), **widget.attrs}
    attributes = "".join(f' {name}="{escape(str(one))}"' for name, one in given.items() if one is not None)
    return mark_safe(f'<input type="text" {names}{attributes} value="{_text(value)}">')  # noqa: S308


def _text(value: Any) -> str:
    return "" if value is None else escape(str(value))
