"""The BOM editor's forms: the head, a row for each line, output and operation loss; and the draft that they say."""

from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from masterdata.models import Item, Unit
from masterdata.pages.figures import raw, words
from masterdata.rules import vocabulary as v
from masterdata.rules.bom import BomDraft, LineDraft, OutputDraft, ScrapDraft
from masterdata.rules.bom_text import UnreadableError, read_alternates, read_steps, write_alternates, write_steps

LINES, OUTPUTS, LOSSES = "lines", "outputs", "losses"


def _choices(enumeration: Any, *, empty: str | None = None) -> list[tuple[str, str]]:
    found = [(one.value, words(one)) for one in enumeration]
    return found if empty is None else [("", empty), *found]


def _number(label: str, *, required: bool = False, initial: str = "") -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "size": "8", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, required=required, initial=initial, max_digits=27, decimal_places=9, min_value=0, widget=widget
    )


def _item(label: str = "Item") -> forms.CharField:
    return forms.CharField(label=label, max_length=60, widget=forms.TextInput(attrs={"list": "items", "size": "14"}))


def _unit() -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "units", "size": "5"})
    return forms.CharField(label="Unit", max_length=3, required=False, widget=widget)


def _operation() -> forms.CharField:
    widget = forms.TextInput(attrs={"list": "operations", "size": "4"})
    return forms.CharField(label="Operation", max_length=10, initial="10", widget=widget)


def _short(label: str, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, **options)


class HeadForm(forms.Form):
    """What the version is made for, and why there is a new one."""

    reason = forms.CharField(
        label="Why this version?", max_length=500, required=False, help_text="Needed to submit it."
    )
    base_quantity = _number("Base quantity", required=True, initial="1")
    base_unit = _unit()
    phantom = forms.BooleanField(label="Phantom: exploded where it is used, never stocked", required=False)
    assembly_percent = _number("Assembly scrap %")
    assembly_convention = forms.ChoiceField(label="Convention", choices=_choices(v.Convention), required=False)
    assembly_loss = forms.ChoiceField(label="Loss", choices=_choices(v.Loss), required=False)
    assembly_source = forms.ChoiceField(
        label="Source", choices=_choices(v.FigureSource), required=False, initial=v.FigureSource.ENGINEERING
    )
    assembly_note = _short("Source note", max_length=300)


class _ItemRow(forms.Form):
    """A row that names an item, which must exist."""

    def clean_item(self) -> str:
        code = self.cleaned_data["item"].strip()
        found = Item.objects.filter(code__iexact=code).values_list("code", flat=True).first()
        if found is None:
            raise forms.ValidationError(f"There is no item {code}.")
        return found

    def clean_unit(self) -> str:
        code = self.cleaned_data["unit"].strip().upper()
        if code and not Unit.objects.filter(code=code).exists():
            raise forms.ValidationError(f"There is no unit {code}.")
        return code


class LineForm(_ItemRow):
    """One component."""

    identity = forms.UUIDField(required=False, widget=forms.HiddenInput)
    item = _item()
    quantity = _number("Quantity", required=False)
    unit = _unit()
    operation = _operation()
    per = forms.ChoiceField(label="Per", choices=_choices(v.Per), initial=v.Per.BASE)
    method = forms.ChoiceField(label="Method", choices=_choices(v.PostingMethod))
    scrap_percent = _number("Scrap %")
    setup_quantity = _number("Per setup")
    scrap_convention = forms.ChoiceField(label="Scrap convention", choices=_choices(v.Convention), required=False)
    scrap_loss = forms.ChoiceField(label="Scrap is", choices=_choices(v.Loss), required=False)
    scrap_source = forms.ChoiceField(
        label="Scrap figure from", choices=_choices(v.FigureSource), required=False, initial=v.FigureSource.ENGINEERING
    )
    scrap_note = _short("Which study, period or supplier", max_length=300)
    pieces = _number("Pieces", initial="1")
    tolerance = _number("Scan tolerance %", initial="0")
    handling_unit_kind = forms.ChoiceField(
        label="Handling unit", choices=_choices(v.HandlingUnitKind, empty="–"), required=False
    )
    strategy = forms.ChoiceField(
        label="Alternates by", choices=_choices(v.AlternateStrategy, empty="–"), required=False
    )
    alternates = _short("Alternates", help_text="ITEM factor; with share: ITEM factor 40%", max_length=600)
    whole_assemblies = forms.BooleanField(label="Whole assemblies only (mix)", required=False)
    steps = _short("Steps by order size", help_text="0: 1; 1000: 2", max_length=300)

    def clean_alternates(self) -> Any:
        try:
            found = read_alternates(self.cleaned_data["alternates"])
        except UnreadableError as error:
            raise forms.ValidationError(str(error)) from error
        codes = {one.item for one in found}
        missing = codes - set(Item.objects.filter(code__in=codes).values_list("code", flat=True))
        if missing:
            raise forms.ValidationError(f"There is no item {', '.join(sorted(missing))}.")
        return found

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
    cost_share = _number("Cost share %", initial="0")


class LossForm(forms.Form):
    """A loss of output at one operation."""

    operation = _operation()
    percent = _number("Percent", required=True)
    convention = forms.ChoiceField(label="Convention", choices=_choices(v.Convention))
    net = forms.BooleanField(label="Net: in place of assembly scrap", required=False)
    loss = forms.ChoiceField(label="Loss", choices=_choices(v.Loss))
    source = forms.ChoiceField(label="Source", choices=_choices(v.FigureSource), initial=v.FigureSource.ENGINEERING)
    source_note = _short("Source note", max_length=300)


def sets_of(data: Any = None, draft: BomDraft | None = None, *, more: str = "") -> dict[str, Any]:
    """The editor's forms, from what was sent or from a draft; `more` names the rows to which an empty one is added."""
    made = {}
    for prefix, form, rows in (
        (LINES, LineForm, [_line_values(line) for line in draft.lines] if draft else []),
        (OUTPUTS, OutputForm, [_output_values(one) for one in draft.outputs] if draft else []),
        (LOSSES, LossForm, [_loss_values(one) for one in draft.operation_scrap] if draft else []),
    ):
        extra = 1 if data is None and prefix == LINES and not rows else 0
        factory = formset_factory(form, extra=extra, can_delete=True, max_num=500, absolute_max=500)
        rows_of = factory(_with_one_more(data, prefix) if more == prefix else data, initial=rows, prefix=prefix)
        for row in rows_of:
            row.fields["DELETE"].label = "Take it out"
        made[prefix] = rows_of
    return made


def _with_one_more(data: Any, prefix: str) -> Any:
    grown = data.copy()
    total = grown.get(f"{prefix}-TOTAL_FORMS", "0")
    grown[f"{prefix}-TOTAL_FORMS"] = str(min(int(total) + 1, 500) if total.isdigit() else 1)
    return grown


def head_values(draft: BomDraft, reason: str = "") -> dict[str, Any]:
    values = {
        "reason": reason,
        "base_quantity": raw(draft.base_quantity),
        "base_unit": draft.base_unit,
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


def drafted(item: Item, head: HeadForm, sets: dict[str, Any]) -> BomDraft:
    """What valid forms say. Rows that were ticked to be taken out, and empty ones, are left out."""
    said = head.cleaned_data
    assembly = None
    if said["assembly_percent"]:
        assembly = ScrapDraft(
            percent=said["assembly_percent"],
            convention=v.Convention(said["assembly_convention"] or v.Convention.GROSS_UP),
            loss=v.Loss(said["assembly_loss"] or v.Loss.STRUCTURAL),
            source=v.FigureSource(said["assembly_source"] or v.FigureSource.ENGINEERING),
            source_note=said["assembly_note"],
        )
    return BomDraft(
        item=item.code,
        base_quantity=said["base_quantity"],
        base_unit=said["base_unit"].strip().upper() or item.stock_unit.code,
        phantom=said["phantom"],
        lines=tuple(_line(row) for row in _kept(sets[LINES])),
        outputs=tuple(_output(row) for row in _kept(sets[OUTPUTS])),
        assembly_scrap=assembly,
        operation_scrap=tuple(_loss(row) for row in _kept(sets[LOSSES])),
    )


def _kept(rows: BaseFormSet) -> list[dict[str, Any]]:
    return [form.cleaned_data for form in rows if form.cleaned_data and not form.cleaned_data.get("DELETE")]


def _line(row: dict[str, Any]) -> LineDraft:
    source = v.FigureSource(row["scrap_source"] or v.FigureSource.ENGINEERING)
    loss = v.Loss(row["scrap_loss"] or v.Loss.STRUCTURAL)
    scrap = setup = None
    if row["scrap_percent"]:
        convention = v.Convention(row["scrap_convention"] or v.Convention.GROSS_UP)
        scrap = ScrapDraft(
            percent=row["scrap_percent"], convention=convention, loss=loss, source=source, source_note=row["scrap_note"]
        )
    if row["setup_quantity"]:
        setup = ScrapDraft(quantity=row["setup_quantity"], loss=loss, source=source, source_note=row["scrap_note"])
    return LineDraft(
        item=row["item"],
        quantity=row["quantity"] or Decimal(0),
        unit=row["unit"],
        operation=row["operation"].strip(),
        per=v.Per(row["per"]),
        handling_unit_kind=row["handling_unit_kind"],
        method=v.PostingMethod(row["method"]),
        pieces=row["pieces"] if row["pieces"] is not None else Decimal(1),
        tolerance=row["tolerance"] or Decimal(0),
        scrap=scrap,
        setup=setup,
        steps=row["steps"],
        strategy=v.AlternateStrategy(row["strategy"]) if row["strategy"] else "",
        whole_assemblies=row["whole_assemblies"],
        alternates=row["alternates"],
        identity=row["identity"],
    )


def _output(row: dict[str, Any]) -> OutputDraft:
    return OutputDraft(
        item=row["item"],
        quantity=row["quantity"],
        unit=row["unit"],
        operation=row["operation"].strip(),
        kind=v.OutputKind(row["kind"]),
        cost_share=row["cost_share"] or Decimal(0),
        identity=row["identity"],
    )


def _loss(row: dict[str, Any]) -> ScrapDraft:
    return ScrapDraft(
        percent=row["percent"],
        operation=row["operation"].strip(),
        convention=v.Convention(row["convention"]),
        net=row["net"],
        loss=v.Loss(row["loss"]),
        source=v.FigureSource(row["source"]),
        source_note=row["source_note"],
    )


def _line_values(line: LineDraft) -> dict[str, Any]:
    figures = line.scrap or line.setup
    return {
        "identity": line.identity,
        "item": line.item,
        "quantity": raw(line.quantity),
        "unit": line.unit,
        "operation": line.operation,
        "per": line.per,
        "method": line.method,
        "scrap_percent": raw(line.scrap.percent) if line.scrap else "",
        "setup_quantity": raw(line.setup.quantity) if line.setup else "",
        "scrap_convention": line.scrap.convention if line.scrap else v.Convention.GROSS_UP,
        "scrap_loss": figures.loss if figures else v.Loss.STRUCTURAL,
        "scrap_source": figures.source if figures else v.FigureSource.ENGINEERING,
        "scrap_note": figures.source_note if figures else "",
        "pieces": raw(line.pieces),
        "tolerance": raw(line.tolerance),
        "handling_unit_kind": line.handling_unit_kind,
        "strategy": line.strategy,
        "alternates": write_alternates(line.alternates),
        "whole_assemblies": line.whole_assemblies,
        "steps": write_steps(line.steps),
    }


def _output_values(output: OutputDraft) -> dict[str, Any]:
    return {
        "identity": output.identity,
        "item": output.item,
        "quantity": raw(output.quantity),
        "unit": output.unit,
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
