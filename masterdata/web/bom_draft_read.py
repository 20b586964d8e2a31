"""The draft that the BOM editor's forms say, also where some of their fields could not be read."""

from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet

from masterdata.models import Item
from masterdata.rules import vocabulary as v
from masterdata.rules.bom import BomDraft, LineDraft, OutputDraft, ScrapDraft
from masterdata.web.bom_forms import LINES, LOSSES, OUTPUTS, HeadForm

#: What stands in for a field that could not be read: nothing that a rule would find fault with.
_STAND_INS: dict[str, Any] = {
    "base_quantity": Decimal(1),
    "quantity": Decimal(1),
    "pieces": Decimal(1),
    "setup_quantity": Decimal(1),
    "percent": Decimal(0),
    "per": v.Per.BASE,
    "method": v.PostingMethod.BACKFLUSH,
    "kind": v.OutputKind.BY_PRODUCT,
    "convention": v.Convention.GROSS_UP,
    "loss": v.Loss.STRUCTURAL,
    "source": v.FigureSource.ENGINEERING,
    "alternates": (),
    "steps": (),
    **dict.fromkeys(("assembly_percent", "scrap_percent", "tolerance", "cost_share", "identity", "place")),
    **dict.fromkeys(("unit", "base_unit", "operation", "reason", "strategy", "handling_unit_kind"), ""),
    **dict.fromkeys(("assembly_convention", "assembly_loss", "assembly_source", "assembly_note"), ""),
    **dict.fromkeys(
        ("scrap_convention", "scrap_loss", "scrap_source", "scrap_note", "setup_source", "setup_note", "source_note"),
        "",
    ),
    **dict.fromkeys(("phantom", "net", "whole_assemblies"), False),
}


def drafted(item: Item, head: HeadForm, sets: dict[str, Any]) -> BomDraft:
    """What the forms say. Rows that were ticked to be taken out, and empty ones, are left out.

    Where a field could not be read, something harmless stands in, so that the rest can be judged all the same.
    """
    said = {**_STAND_INS, **head.cleaned_data}
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
        base_unit=said["base_unit"] or item.stock_unit.code,
        phantom=said["phantom"],
        lines=tuple(_line(row) for row in _kept(sets[LINES])),
        outputs=tuple(_output(row) for row in _kept(sets[OUTPUTS])),
        assembly_scrap=assembly,
        operation_scrap=tuple(_loss(row) for row in _kept(sets[LOSSES])),
    )


def kept_rows(rows: BaseFormSet) -> list[forms.Form]:
    """The forms of the rows that count, in the order in which rules number them."""
    return [
        form
        for form in in_order(rows)
        if form.is_bound and not (form.empty_permitted and not form.has_changed()) and not is_taken_out(form)
    ]


def is_taken_out(form: forms.Form) -> bool:
    """Whether the row was ticked to be taken out; it is shown until the draft is saved, so that it can be put back."""
    return form.is_bound and bool(form["DELETE"].value())


def in_order(rows: BaseFormSet) -> list[forms.Form]:
    """The rows as they are read: lines by the place that they were moved to, and those without one, added last, behind."""
    return [form for _, form in sorted(enumerate(rows), key=lambda one: (_place(one[1]), one[0]))]


def _place(form: forms.Form) -> int:
    told = str(form["place"].value() or "") if "place" in form.fields else ""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 7 else 10**7


def _kept(rows: BaseFormSet) -> list[dict[str, Any]]:
    return [
        {**_STAND_INS, "item": form["item"].value() if "item" in form.fields else "", **form.cleaned_data}
        for form in kept_rows(rows)
    ]


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
        measured = v.FigureSource(row["setup_source"] or v.FigureSource.ENGINEERING)
        setup = ScrapDraft(quantity=row["setup_quantity"], loss=loss, source=measured, source_note=row["setup_note"])
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
