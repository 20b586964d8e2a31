"""Items' own unit factors: the list, one factor with its signature, drafting, and a calculator that shows its path."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.models import Item, Unit, UnitFactor
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of
from masterdata.pages.figures import figure, when, words
from masterdata.pages.forms import form_page, labelled
from masterdata.pages.number_fields import DecimalNumber
from masterdata.queries import item_factors, unit_facts, unit_names
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.unit_names import read_unit, tell_unit
from masterdata.rules.units import conversion, parse_decimal
from masterdata.rules.vocabulary import RecordState
from masterdata.web.approvals import approval_page

TONES = {"draft": "idle", "submitted": "soon", "approved": "good", "rejected": "blocked"}
STATES = [
    (state.value, "waits for approval" if state == RecordState.SUBMITTED else state.value) for state in RecordState
]


@desk_page()
def unit_factors(request: HttpRequest) -> HttpResponse:
    """Every factor; above the list a calculator."""
    filters = lists.filtered(request, [lists.Filter("q", "Item"), lists.Filter("state", "State", STATES)])
    asked = lists.values(filters)
    rows = UnitFactor.objects.select_related("item", "from_unit", "to_unit", "author", "signature")
    if asked["q"]:
        rows = rows.filter(Q(item__code__icontains=asked["q"]) | Q(item__name__icontains=asked["q"]))
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    draft = can(request, Duty.DRAFT_MASTER_DATA)
    listing = lists.Listing(
        name="factors",
        rows=rows,
        order="item",
        file="unit_factors",
        filters=filters,
        empty="No factor fits.",
        empty_hint="Factors say how an item converts across dimensions: density, pieces per case.",
        columns=[
            lists.Column(
                "Item",
                lambda row: lists.text(row.item.code, reverse("item", args=[row.item_id]), code=True),
                sort="item",
                by="item__code",
            ),
            lists.Column("Factor", lambda row: lists.text(shown(row), reverse("unit-factor", args=[row.pk]))),
            lists.Column("Version", lambda row: lists.number(row.version), number=True, sort="version"),
            lists.Column("State", lambda row: lists.text(dict(STATES)[row.state], tone=TONES[row.state]), sort="state"),
            lists.Column(
                "Effective from", lambda row: lists.moment(row.effective_from), sort="from", by="effective_from"
            ),
            lists.Column("Effective to", lambda row: lists.moment(row.effective_to), sort="to", by="effective_to"),
            lists.Column("Written by", lambda row: lists.text(row.author.name)),
            lists.Column("Signed by", lambda row: lists.text(row.signature.printed_name if row.signature else "")),
        ],
        context={
            "title": "Unit factors",
            "intro": "Across dimensions only an approved factor of the item converts; inside one, the unit table does.",
            "actions": [
                {"label": "All units", "url": reverse("units")},
                *([{"label": "Draft a factor", "url": reverse("unit-factor-new"), "primary": True}] if draft else []),
            ],
            "calculated": _calculated(request),
            "typed": {name: lists.asked(request, name) for name in ("amount", "unit_from", "unit_to", "item")},
            "units": Unit.objects.order_by("code").values_list("code", "symbol", "name"),
            "items": Item.objects.order_by("code").values_list("code", "name"),
        },
    )
    return lists.show_list(request, listing, template="masterdata/unit_factors.html")


def shown(factor: UnitFactor) -> str:
    """1 l = 28/25 kg"""
    under = f"/{figure(factor.denominator)}" if factor.denominator != 1 else ""
    return f"1 {factor.from_unit.symbol} = {figure(factor.numerator)}{under} {factor.to_unit.symbol}"


def _calculated(request: HttpRequest) -> dict[str, Any] | None:
    """What the calculator found, with the path, or why it found none."""
    amount, start, end = (lists.asked(request, name) for name in ("amount", "unit_from", "unit_to"))
    if not (amount and start and end):
        return None
    code = lists.asked(request, "item").strip()
    item = Item.objects.filter(code__iexact=code).first() if code else None
    if code and item is None:
        return {
            "sentence": f"There is no item {code}.",
            "kind": "refused",
            "remedy": "Choose one of the list, or leave the item out.",
        }
    try:
        value = parse_decimal(amount)
    except ValueError:
        return {
            "sentence": f"{amount} is no decimal number.",
            "kind": "refused",
            "remedy": "Write digits with a point, such as 1250.5.",
        }
    names = unit_names()
    read = [read_unit(text, names) for text in (start, end)]
    unread = next((one for one in read if isinstance(one, Refusal)), None)
    if unread is not None:
        return {"sentence": unread.sentence, "kind": "refused", "remedy": unread.remedy}
    start, end = (str(one) for one in read)
    factors = item_factors([item.pk], timezone.now())[item.pk] if item else []
    found = conversion(start, end, unit_facts(), factors)
    of = f" of {item.code}" if item else ""
    if found is None:
        return {
            "sentence": f"Nothing converts {tell_unit(start, names)}{of} to {tell_unit(end, names)}.",
            "kind": "refused",
            "remedy": "Draft a factor of the item, and have it approved."
            if item
            else "Name the item: across dimensions only an item's own factor converts.",
        }
    result = value * found.factor
    path = " → ".join(tell_unit(one, names) for one in found.path)
    return {
        "sentence": f"{figure(amount)} {tell_unit(start, names)}{of} = {_exact(result)} {tell_unit(end, names)}",
        "kind": "good",
        "detail": f"by {path}, factor {_exact(found.factor)}",
    }


def _exact(value: Fraction) -> str:
    if value.denominator == 1 or (10**9) % value.denominator == 0:
        return figure(f"{value.numerator * 10**9 // value.denominator}e-9")
    return f"{value.numerator}/{value.denominator} ≈ {float(value):.6g}"


@desk_page()
def unit_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """One factor, and the change request that decides on it."""
    found = get_object_or_404(
        UnitFactor.objects.select_related("item", "from_unit", "to_unit", "author", "signature"), pk=pk
    )

    def show(refusals: Sequence[Refusal] = ()) -> HttpResponse:
        rows = UnitFactor.objects.filter(item=found.item, from_unit=found.from_unit, to_unit=found.to_unit)
        return approval_page(
            request,
            UnitFactor.objects.select_related("item", "from_unit", "to_unit", "author", "signature").get(pk=pk),
            title=f"{found.item.code}: {shown(found)}",
            facts=_facts(found),
            trail=[
                {"label": "Unit factors", "url": reverse("unit-factors")},
                {"label": f"{found.item.code} v{found.version}"},
            ],
            versions=[
                {"record": row, "name": f"version {row.version}", "url": reverse("unit-factor", args=[row.pk])}
                for row in rows.order_by("-version")
            ],
            refusals=refusals,
        )

    return show()


def _facts(found: UnitFactor) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"name": "Item", "value": found.item.code, "url": reverse("item", args=[found.item_id]), "code": True},
        {"name": "Factor", "value": shown(found)},
        {"name": "Written by", "value": found.author.name},
        {"name": "Effective from", "value": when(found.effective_from)},
        {"name": "Effective to", "value": when(found.effective_to)},
    ]
    if found.reference_temperature is not None:
        facts.append({"name": "At", "value": f"{figure(found.reference_temperature)} °C"})
    if found.temperature_coefficient is not None:
        facts.append({"name": "Expansion per °C", "value": figure(found.temperature_coefficient)})
    return facts


class FactorForm(forms.Form):
    """1 of one unit is how much of another, exactly."""

    item = forms.ModelChoiceField(Item.objects.none(), to_field_name="code", label="Item")
    from_unit = forms.ModelChoiceField(Unit.objects.none(), to_field_name="code", label="1 of this unit")
    value = forms.CharField(
        max_length=60, label="Is so much", help_text="A decimal such as 1.12, or a fraction such as 1/12."
    )
    to_unit = forms.ModelChoiceField(Unit.objects.none(), to_field_name="code", label="Of this unit")
    reference_temperature = DecimalNumber(required=False, whole=4, places=3, label="Reference temperature in °C")
    temperature_coefficient = DecimalNumber(
        required=False, whole=3, places=9, label="Expansion per °C", help_text="How much its volume grows for each °C."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = Item.objects.order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["item"], lambda item: f"{item.code}  {item.name}")
        for name in ("from_unit", "to_unit"):
            self.fields[name].queryset = Unit.objects.order_by("dimension", "code")  # type: ignore[attr-defined]
            labelled(self.fields[name], lambda unit: f"{unit.symbol} ({unit.name}, {words(unit.dimension)})")

    def clean_value(self) -> Fraction:
        top, slash, bottom = self.cleaned_data["value"].partition("/")
        try:
            value = parse_decimal(top) / (parse_decimal(bottom) if slash else 1)
        except (ValueError, ZeroDivisionError) as error:
            raise forms.ValidationError("Enter a decimal such as 1.12, or a fraction such as 1/12.") from error
        if value <= 0:
            raise forms.ValidationError("A factor is above zero.")
        return value


@desk_page(Duty.DRAFT_MASTER_DATA)
def unit_factor_new(request: HttpRequest) -> HttpResponse:
    """Draft a factor, or the next version of one."""

    def draft(asked: dict[str, Any]) -> HttpResponse:
        value = asked.pop("value")
        if max(value.numerator, value.denominator) >= 10**40:
            raise Refused(Refusal("factor_too_fine", "The factor has too many digits.", "", "Round it."))
        made = draft_unit_factor(
            **asked,
            numerator=value.numerator,
            denominator=value.denominator,
            author=person_of(request),
            now=timezone.now(),
        )
        messages.success(request, "The factor is drafted. Ask for its approval.")
        return redirect("unit-factor", made.pk)

    form = FactorForm(
        request.POST or None, initial={name: lists.asked(request, name) for name in ("item", "from_unit", "to_unit")}
    )
    trail = [{"label": "Unit factors", "url": reverse("unit-factors")}, {"label": "Draft a factor"}]
    return form_page(request, form, draft, title="Draft a unit factor", trail=trail, action="Draft it")
