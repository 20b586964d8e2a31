"""The units of one item: what links them, drawn and listed, and a calculator that shows every step of its path."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from masterdata.models import Item, Unit, UnitFactor
from masterdata.pages.access import can, desk_page, the_site
from masterdata.pages.figures import all_digits, figure, fraction, when, words
from masterdata.pages.forms import local_time
from masterdata.pages.number_fields import DecimalNumber
from masterdata.queries import unit_facts, unit_names
from masterdata.queries.units import item_factors
from masterdata.rules.conversion_steps import Contradiction, Step
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.unit_graph import Drawing, drawing
from masterdata.rules.unit_names import read_unit
from traceability.models import MaterialLot
from traceability.queries.conversions import Answer, Question, answer, factors_in_force, lots_to_choose

MARGIN = 12


@desk_page()
def item_units(request: HttpRequest, pk: int) -> HttpResponse:
    """One item's unit graph at a time, and what an amount of it is in another unit."""
    item = get_object_or_404(Item.objects.select_related("stock_unit"), pk=pk)
    site_id = the_site(request).pk
    asked = "amount" in request.GET
    form = CalculatorForm(request.GET if asked else None, item=item, site_id=site_id)
    valid = asked and form.is_valid()
    at = (form.cleaned_data.get("at") if asked and hasattr(form, "cleaned_data") else None) or timezone.now()
    facts, names = unit_facts(), dict(Unit.objects.values_list("code", "symbol"))
    in_force = factors_in_force(item, at)
    context = {
        "item": item,
        "form": form,
        "at": at if asked else None,
        "answer": _answered(request, item, form, at, names) if valid else None,
        "graph": _graph(drawing(item.stock_unit.code, facts, item_factors([item.pk], at)[item.pk]), names),
        "factors": [_row(one) for one in in_force],
        "waiting": item.unit_factors.filter(state__in=["draft", "submitted"]).select_related("from_unit", "to_unit"),
        "units": Unit.objects.order_by("dimension", "code").values_list("code", "symbol", "name", "dimension"),
        "lots": lots_to_choose(item, site_id),
        "may_draft": can(request, Duty.DRAFT_MASTER_DATA),
        "trail": [
            {"label": "Items", "url": reverse("items")},
            {"label": item.code, "url": reverse("item", args=[pk])},
            {"label": "Units"},
        ],
    }
    return render(request, "traceability/item_units.html", context, status=200 if valid or not asked else 422)


class CalculatorForm(forms.Form):
    """What to convert. Sent by its address, so that an answer can be kept and passed on."""

    amount = DecimalNumber(whole=18, places=9, label="Quantity", initial="1")
    from_unit = forms.CharField(max_length=20, label="Unit", widget=forms.TextInput(attrs={"list": "units"}))
    to_unit = forms.CharField(max_length=20, label="In unit", widget=forms.TextInput(attrs={"list": "units"}))
    at = local_time("At", required=False, help_text="")
    lot = forms.CharField(max_length=60, required=False, label="Lot", widget=forms.TextInput(attrs={"list": "lots"}))
    temperature = DecimalNumber(whole=4, places=3, required=False, label="Temperature, °C")

    def __init__(self, *args: Any, item: Item, site_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.site_id = item, site_id
        self.fields["to_unit"].initial = item.stock_unit.code
        self.names = unit_names()

    def _unit(self, name: str) -> str:
        read = read_unit(self.cleaned_data[name], self.names)
        if isinstance(read, Refusal):
            raise forms.ValidationError(f"{read.sentence} {read.remedy}")
        return read

    def clean_from_unit(self) -> str:
        return self._unit("from_unit")

    def clean_to_unit(self) -> str:
        return self._unit("to_unit")

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and not 1900 <= at.year <= 2999:
            raise forms.ValidationError("Write a time between 1900 and 2999.")
        return at

    def clean_lot(self) -> MaterialLot | None:
        code = self.cleaned_data["lot"].strip()
        if not code:
            return None
        lot = MaterialLot.objects.filter(item=self.item, site_id=self.site_id, code=code).first()
        if lot is None:
            raise forms.ValidationError(
                f"There is no lot {code} of {self.item.code} here. Scan or choose one of its lots."
            )
        return lot


def _answered(
    request: HttpRequest, item: Item, form: CalculatorForm, at: datetime, names: dict[str, str]
) -> dict[str, Any]:
    asked = form.cleaned_data
    heat = asked["temperature"]
    question = Question(
        item,
        Fraction(asked["amount"]),
        asked["from_unit"],
        asked["to_unit"],
        at,
        asked["lot"],
        None if heat is None else Fraction(heat),
    )
    found = answer(question)
    worked = found.worked
    of = f" of lot {question.lot.code}" if question.lot else f" of {item.code}"
    told = f"{all_digits(question.amount)} {names[question.from_unit]}{of}"
    return {
        **_result(told, worked.result, names[question.to_unit]),
        "refusals": worked.refusals,
        "draft_url": _draft_url(item, worked.missing) if can(request, Duty.DRAFT_MASTER_DATA) else "",
        "steps": [_step(one, found, names) for one in worked.steps],
        "temperature": None if worked.temperature is None else f"{all_digits(worked.temperature)} °C",
        "notes": found.notes,
        "contradictions": [_contradiction(one, found, names) for one in worked.contradictions],
        "api": f"/api/v1/items/{item.code}/conversion",
    }


def _result(told: str, result: Fraction | None, unit: str) -> dict[str, str]:
    """The answer as people want to read it; where no decimal ends, what it is about, and exactly below."""
    if result is None:
        return {"sentence": ""}
    fraction_text, is_about, about = all_digits(result).partition(" ≈ ")
    if not is_about:
        return {"sentence": f"{told} = {fraction_text} {unit}"}
    return {"sentence": f"{told} ≈ {about} {unit}", "exactly": f"exactly {fraction_text} {unit}"}


def _draft_url(item: Item, missing: tuple[str, str] | None) -> str:
    if missing is None:
        return ""
    query = urlencode({"item": item.code, "from_unit": missing[0], "to_unit": missing[1]})
    return f"{reverse('unit-factor-new')}?{query}"


def _step(one: Step, found: Answer, names: dict[str, str]) -> dict[str, Any]:
    record = found.factors.get(one.source.reference) if one.source else None
    start, end = names.get(one.from_unit, one.from_unit), names.get(one.to_unit, one.to_unit)
    return {
        "factor": f"1 {start} = {fraction(one.factor)} {end}",
        "about": all_digits(one.factor) if one.factor.denominator != 1 else "",
        "result": f"{all_digits(one.result)} {end}",
        "source": _source(one, record),
        "url": reverse("unit-factor", args=[record.pk]) if record else "",
        "correction": _correction(one, found) if one.corrected else "",
    }


def _source(one: Step, record: UnitFactor | None) -> str:
    if one.source is None:
        return "unit table"
    if record is None:
        heat = one.source.reference_temperature
        at = f" at {all_digits(heat)} °C" if heat is not None else ""
        return f"measured density of lot {one.source.reference.removeprefix('lot:')}{at}"
    signer = f", signed by {record.signature.printed_name}" if record.signature else ""
    return f"factor version {record.version}, from {when(record.effective_from)}{signer}"


def _correction(one: Step, found: Answer) -> str:
    source, heat = one.source, found.worked.temperature
    assert source is not None
    assert source.reference_temperature is not None
    assert source.coefficient is not None
    assert heat is not None
    anchor = found.worked.reference
    assert anchor is not None
    sign, size = ("−" if source.coefficient < 0 else "+"), all_digits(abs(source.coefficient))

    def growth(to: Fraction) -> str:
        return f"(1 {sign} {size} × ({all_digits(to)} − {all_digits(anchor)}))"

    parts = [f"÷ {growth(heat)}"] if heat != anchor else []
    if source.reference_temperature != anchor:
        parts.insert(0, f"× {growth(source.reference_temperature)}")
    return f"its density {' '.join(parts)}"


def _contradiction(one: Contradiction, found: Answer, names: dict[str, str]) -> str:
    factor = one.factor
    start, end = names.get(factor.from_unit, factor.from_unit), names.get(factor.to_unit, factor.to_unit)
    return (
        f"1 {start} = {all_digits(factor.factor)} {end}, but the other factors make it {all_digits(one.others)} {end}"
    )


def _row(one: UnitFactor) -> dict[str, Any]:
    value = Fraction(int(one.numerator), int(one.denominator))
    return {
        "record": one,
        "says": f"1 {one.from_unit.symbol} = {fraction(value)} {one.to_unit.symbol}",
        "about": all_digits(value) if value.denominator != 1 else "",
        "temperature": f"{figure(one.reference_temperature)} °C" if one.reference_temperature is not None else "",
        "coefficient": figure(one.temperature_coefficient) if one.temperature_coefficient is not None else "",
    }


def _graph(drawn: Drawing, names: dict[str, str]) -> dict[str, Any]:
    return {
        "width": drawn.width + 2 * MARGIN,
        "height": drawn.height + 2 * MARGIN,
        "view": f"{-MARGIN} {-MARGIN} {drawn.width + 2 * MARGIN} {drawn.height + 2 * MARGIN}",
        "boxes": [
            {
                "x": box.x,
                "y": box.y,
                "width": box.width,
                "height": box.height,
                "name": "package" if box.units == (box.name,) and box.name not in _DIMENSIONS else words(box.name),
                "name_y": box.y + 22,
                "units": [
                    {"text": f"{names.get(code, code)}  ({code})", "y": box.y + 46 + place * 22}
                    for place, code in enumerate(box.units)
                ],
                "text_x": box.x + 12,
            }
            for box in drawn.boxes
        ],
        "links": [
            {
                "link": link,
                "middle": link.x1 != link.x2,
                "words": f"1 {names.get(link.factor.from_unit, link.factor.from_unit)} = {fraction(link.factor.factor)}"
                f" {names.get(link.factor.to_unit, link.factor.to_unit)}",
            }
            for link in drawn.links
        ],
    }


_DIMENSIONS = {"mass", "volume", "length", "area", "count", "time"}
