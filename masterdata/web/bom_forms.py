"""The BOM editor's forms: the head, a row for each line, output and operation loss."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models.functions import Upper
from django.forms import formset_factory
from django.urls import reverse_lazy

from masterdata.models import Item
from masterdata.pages.figures import raw, words
from masterdata.pages.number_fields import DecimalNumber
from masterdata.queries import unit_names
from masterdata.rules import vocabulary as v
from masterdata.rules.bom import BomDraft, LineDraft, OutputDraft, ScrapDraft
from masterdata.rules.bom_text import UnreadableError, read_alternates, read_steps, write_alternates, write_steps
from masterdata.rules.refusal import Refusal
from masterdata.rules.unit_names import UnitName, read_unit, write_unit

LINES, OUTPUTS, LOSSES = "lines", "outputs", "losses"
MOST_ROWS = 500
_TOO_MANY = (
    f"There are more than {MOST_ROWS} rows, which is the most that one version has. Take some out, or make a phantom."
)


def _choices(enumeration: Any, *, empty: str | None = None) -> list[tuple[str, str]]:
    found = [(one.value, words(one)) for one in enumeration]
    return found if empty is None else [("", empty), *found]


def _number(label: str, *, required: bool = False, initial: str = "") -> DecimalNumber:
    return DecimalNumber(
        label=label, required=required, initial=_decimal(initial), whole=18, places=9, least=0, size="8"
    )


def _percent(label: str, *, required: bool = False, initial: str = "") -> DecimalNumber:
    return DecimalNumber(
        label=label, required=required, initial=_decimal(initial), whole=3, places=6, least=0, size="8"
    )


def _decimal(initial: str) -> Decimal | None:
    """As a number, so that a row that was added and left as it is counts as unchanged."""
    return Decimal(initial) if initial else None


def _item(label: str = "Item") -> forms.CharField:
    """Filled by typing its code or its name: the page asks for what fits, since a plant may have thousands."""
    return forms.CharField(label=label, max_length=60, widget=forms.TextInput(attrs=_suggesting(size="14")))


def _suggesting(**attributes: str) -> dict[str, Any]:
    # lazily: forms are read before addresses are
    return {
        "data-suggest": reverse_lazy("item-suggestions"),
        "autocomplete": "off",
        "spellcheck": "false",
        **attributes,
    }


def _unit() -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "units", "size": "5"})
    return forms.CharField(label="Unit", max_length=30, required=False, widget=widget)


def _operation() -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "operations", "size": "4"})
    return forms.CharField(label="Operation", max_length=10, initial="10", widget=widget)


def _short(label: str, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, **options)


class _WithUnits(forms.Form):
    """A form whose units are written by symbol or code. `units`: the names of all."""

    def __init__(self, *args: Any, units: Sequence[UnitName], **options: Any) -> None:
        super().__init__(*args, **options)
        self._units = units

    def read_unit(self, typed: str) -> str:
        """The code; empty for the stock unit."""
        read = read_unit(typed, self._units) if typed.strip() else ""
        if isinstance(read, Refusal):
            raise forms.ValidationError(f"{read.sentence} {read.remedy}")
        return read


class HeadForm(_WithUnits):
    """What the version is made for, and why there is a new one."""

    reason = forms.CharField(
        label="Why this version?",
        max_length=500,
        required=False,
        help_text="Needed to submit it; a draft may be saved without.",
    )
    base_quantity = _number("Base quantity", required=True, initial="1")
    base_unit = _unit()
    phantom = forms.BooleanField(label="Phantom: exploded where it is used, never stocked", required=False)
    assembly_percent = _percent("Assembly scrap %")
    assembly_convention = forms.ChoiceField(label="Convention", choices=_choices(v.Convention), required=False)
    assembly_loss = forms.ChoiceField(label="Loss", choices=_choices(v.Loss), required=False)
    assembly_source = forms.ChoiceField(
        label="Source", choices=_choices(v.FigureSource), required=False, initial=v.FigureSource.ENGINEERING
    )
    assembly_note = _short("Source note", max_length=300)

    def clean_base_quantity(self) -> Decimal:
        quantity: Decimal = self.cleaned_data["base_quantity"]
        if quantity <= 0:
            raise forms.ValidationError("The base quantity must be above zero. Write the quantity that is made.")
        return quantity

    def clean_base_unit(self) -> str:
        return self.read_unit(self.cleaned_data["base_unit"])


class _ItemRow(_WithUnits):
    """A row that names an item, which must exist. `codes`: those of all items that the page names, by their capitals."""

    def __init__(self, *args: Any, codes: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._codes = codes

    def clean_item(self) -> str:
        code = self.cleaned_data["item"].strip()
        found = self._codes.get(code.upper())
        if found is None:
            raise forms.ValidationError(f"There is no item {code}. Type a part of its code or name, and choose.")
        return found

    def clean_unit(self) -> str:
        return self.read_unit(self.cleaned_data["unit"])


class LineForm(_ItemRow):
    """One component."""

    identity = forms.UUIDField(required=False, widget=forms.HiddenInput)
    place = forms.IntegerField(required=False, min_value=0, max_value=100_000, widget=forms.HiddenInput)
    item = _item()
    quantity = _number("Quantity", required=False)
    unit = _unit()
    operation = _operation()
    per = forms.ChoiceField(label="Per", choices=_choices(v.Per), initial=v.Per.BASE)
    method = forms.ChoiceField(label="Method", choices=_choices(v.PostingMethod), initial=v.PostingMethod.BACKFLUSH)
    scrap_percent = _percent("Scrap %")
    setup_quantity = _number("Per setup")
    scrap_convention = forms.ChoiceField(
        label="Convention", choices=_choices(v.Convention), required=False, initial=v.Convention.GROSS_UP
    )
    scrap_loss = forms.ChoiceField(
        label="Scrap is", choices=_choices(v.Loss), required=False, initial=v.Loss.STRUCTURAL
    )
    scrap_source = forms.ChoiceField(
        label="Figure from", choices=_choices(v.FigureSource), required=False, initial=v.FigureSource.ENGINEERING
    )
    scrap_note = _short("Which study, period or supplier", max_length=300)
    setup_source = forms.ChoiceField(
        label="Setup figure from", choices=_choices(v.FigureSource), required=False, initial=v.FigureSource.ENGINEERING
    )
    setup_note = _short("Which one, of the setup", max_length=300)
    pieces = _number("Pieces", initial="1")
    tolerance = _percent("Scan tolerance %", initial="0")
    handling_unit_kind = forms.ChoiceField(
        label="Handling unit", choices=_choices(v.HandlingUnitKind, empty="–"), required=False
    )
    strategy = forms.ChoiceField(
        label="Alternates by", choices=_choices(v.AlternateStrategy, empty="–"), required=False
    )
    alternates = _short(
        "Alternates",
        help_text="ITEM factor; with share: ITEM factor 40%; with a limit: max 500",
        max_length=600,
        widget=forms.TextInput(attrs=_suggesting() | {"data-suggest-after": ";"}),
    )
    whole_assemblies = forms.BooleanField(label="Whole assemblies only (mix)", required=False)
    steps = _short("Steps by order size", help_text="0: 1; 1000: 2", max_length=300)

    def has_changed(self) -> bool:
        """Where a row stands and at which operation says nothing yet: it may be an empty one that was added."""
        return bool(set(self.changed_data) - {"place", "operation"})

    def clean_alternates(self) -> Any:
        try:
            found = read_alternates(self.cleaned_data["alternates"])
        except UnreadableError as error:
            raise forms.ValidationError(str(error)) from error
        missing = {one.item for one in found if one.item.upper() not in self._codes}
        if missing:
            raise forms.ValidationError(f"There is no item {', '.join(sorted(missing))}.")
        return tuple(replace(one, item=self._codes[one.item.upper()]) for one in found)

    def clean_steps(self) -> Any:
        try:
            return read_steps(self.cleaned_data["steps"])
        except UnreadableError as error:
            raise forms.ValidationError(str(error)) from error


class OutputForm(_ItemRow):
    """A by- or co-product."""

    identity = forms.UUIDField(required=False, widget=forms.HiddenInput)
    item = _item()
    quantity = _number("Quantity", required=True)
    unit = _unit()
    operation = _operation()
    kind = forms.ChoiceField(label="Kind", choices=_choices(v.OutputKind))
    cost_share = _percent("Cost share %", initial="0")


class LossForm(_WithUnits):
    """A loss of output at one operation."""

    operation = _operation()
    percent = _percent("Percent", required=True)
    convention = forms.ChoiceField(label="Convention", choices=_choices(v.Convention))
    net = forms.BooleanField(label="Net: in place of assembly scrap", required=False)
    loss = forms.ChoiceField(label="Loss", choices=_choices(v.Loss))
    source = forms.ChoiceField(label="Source", choices=_choices(v.FigureSource), initial=v.FigureSource.ENGINEERING)
    source_note = _short("Source note", max_length=300)


def sets_of(data: Any = None, draft: BomDraft | None = None, *, more: str = "") -> dict[str, Any]:
    """The editor's forms, from what was sent or from a draft; `more` names the rows to which an empty one is added."""
    made = {}
    units = unit_names()
    codes = _codes(data) if data is not None else {}
    for prefix, form, rows in (
        (LINES, LineForm, _line_rows(draft.lines, units) if draft else []),
        (OUTPUTS, OutputForm, [_output_values(one, units) for one in draft.outputs] if draft else []),
        (LOSSES, LossForm, [_loss_values(one) for one in draft.operation_scrap] if draft else []),
    ):
        extra = 1 if data is None and prefix == LINES and not rows else 0
        factory = formset_factory(
            form, extra=extra, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
        )
        rows_of = factory(
            _with_one_more(data, prefix) if more == prefix else data,
            initial=rows,
            prefix=prefix,
            error_messages={"too_many_forms": _TOO_MANY},
            form_kwargs={"units": units} if form is LossForm else {"units": units, "codes": codes},
        )
        for row in rows_of:
            row.fields["DELETE"].label = "Take it out"
        made[prefix] = rows_of
    return made


def _codes(data: Any) -> dict[str, str]:
    """Every item that the rows name, as its code is written, by its capitals; asked for at once, not row by row."""
    typed: set[str] = set()
    for name, value in data.items():
        if name.endswith("-item"):
            typed.add(value.strip().upper())
        elif name.endswith("-alternates"):
            typed.update(part.split()[0].upper() for part in value.split(";") if part.split())
    rows = Item.objects.annotate(capitals=Upper("code")).filter(capitals__in=typed)
    return {code.upper(): code for code in rows.values_list("code", flat=True)}


def by_operation(lines: Iterable[LineDraft]) -> tuple[LineDraft, ...]:
    """Lines as the editor opens with them: by operation, in the order that they have there."""
    return tuple(sorted(lines, key=lambda line: (len(line.operation), line.operation)))


def _line_rows(lines: Iterable[LineDraft], units: Sequence[UnitName]) -> list[dict[str, Any]]:
    return [{**_line_values(line, units), "place": place} for place, line in enumerate(by_operation(lines), start=1)]


def _with_one_more(data: Any, prefix: str) -> Any:
    grown = data.copy()
    total = grown.get(f"{prefix}-TOTAL_FORMS", "0")
    grown[f"{prefix}-TOTAL_FORMS"] = str(min(int(total) + 1, MOST_ROWS) if total.isdigit() else 1)
    return grown


def head_values(draft: BomDraft, units: Sequence[UnitName], reason: str = "") -> dict[str, Any]:
    values = {
        "reason": reason,
        "base_quantity": raw(draft.base_quantity),
        "base_unit": write_unit(draft.base_unit, units),
        "phantom": draft.phantom,
    }
    if draft.assembly_scrap is not None:
        values |= {
            "assembly_percent": raw(draft.assembly_scrap.percent),
            "assembly_convention": draft.assembly_scrap.convention,
            "assembly_loss": draft.assembly_scrap.loss,
            "assembly_source": draft.assembly_scrap.source,
            "assembly_note": draft.assembly_scrap.source_note,
        }
    return values


def _line_values(line: LineDraft, units: Sequence[UnitName]) -> dict[str, Any]:
    figures = line.scrap or line.setup
    return {
        "identity": line.identity,
        "item": line.item,
        "quantity": raw(line.quantity),
        "unit": write_unit(line.unit, units),
        "operation": line.operation,
        "per": line.per,
        "method": line.method,
        "scrap_percent": raw(line.scrap.percent) if line.scrap else "",
        "setup_quantity": raw(line.setup.quantity) if line.setup else "",
        "scrap_convention": line.scrap.convention if line.scrap else v.Convention.GROSS_UP,
        "scrap_loss": figures.loss if figures else v.Loss.STRUCTURAL,
        "scrap_source": line.scrap.source if line.scrap else v.FigureSource.ENGINEERING,
        "scrap_note": line.scrap.source_note if line.scrap else "",
        "setup_source": line.setup.source if line.setup else v.FigureSource.ENGINEERING,
        "setup_note": line.setup.source_note if line.setup else "",
        "pieces": raw(line.pieces),
        "tolerance": raw(line.tolerance),
        "handling_unit_kind": line.handling_unit_kind,
        "strategy": line.strategy,
        "alternates": write_alternates(line.alternates),
        "whole_assemblies": line.whole_assemblies,
        "steps": write_steps(line.steps),
    }


def _output_values(output: OutputDraft, units: Sequence[UnitName]) -> dict[str, Any]:
    return {
        "identity": output.identity,
        "item": output.item,
        "quantity": raw(output.quantity),
        "unit": write_unit(output.unit, units),
        "operation": output.operation,
        "kind": output.kind,
        "cost_share": raw(output.cost_share),
    }


def _loss_values(loss: ScrapDraft) -> dict[str, Any]:
    return {
        "operation": loss.operation,
        "percent": raw(loss.percent),
        "convention": loss.convention,
        "net": loss.net,
        "loss": loss.loss,
        "source": loss.source,
        "source_note": loss.source_note,
    }
