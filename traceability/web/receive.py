"""Goods receipt on the floor: the delivery's label is scanned, the rest is typed, and the plant's own label comes out."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe

from masterdata.models import Bin, Item, Supplier, Unit
from masterdata.pages.access import person_of, status_of, the_site
from masterdata.pages.figures import day, figure, raw
from masterdata.pages.floor import floor_page
from masterdata.pages.once import form_number, once
from masterdata.queries import find_code, item_factors, unit_facts
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.units import conversion
from masterdata.rules.vocabulary import BinKind, Dimension, Tracking
from traceability.actions.receive_lot import receive_lot
from traceability.models import MaterialLot
from traceability.queries import read_scan, stock_of
from traceability.queries.labels import label_of_lot, lot_barcode
from traceability.rules.lot_codes import code_refusals
from traceability.rules.places import RECEIVING_BINS

_ORDER = {BinKind.STORE: 0, BinKind.QUARANTINE: 1, BinKind.FINISHED: 2, BinKind.SUPERMARKET: 3}

#: Rec 20 codes of the units that suppliers usually deliver in
_USUAL = frozenset({"KGM", "GRM", "MGM", "TNE", "LTR", "MLT", "MTR", "MMT", "CMT", "MTK", "C62", "MIL", "DZN"})


class Delivery(forms.Form):
    """What is typed or read from label and certificate. Quantities are judged by the action, which knows the item."""

    # no length of the field: a browser would cut a longer code without a word
    code = forms.CharField(label="Our lot code")
    supplier_lot = forms.CharField(label="Supplier's lot code", required=False)
    supplier = forms.ModelChoiceField(
        Supplier.objects.order_by("name"), label="Supplier", required=False, empty_label="not named"
    )
    expires_on = forms.DateField(
        label="Expires on", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    quantity = forms.CharField(label="Quantity", max_length=25)
    unit = forms.ChoiceField(label="Unit")
    bin = forms.ModelChoiceField(Bin.objects.none(), label="Bin")
    potency = forms.CharField(label="Potency, % (certificate)", max_length=12, required=False)
    density = forms.CharField(label="Density, kg per litre (certificate)", max_length=12, required=False)
    density_temperature = forms.CharField(label="Density measured at, °C", max_length=8, required=False)

    def __init__(self, item: Item, site_id: int, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["unit"] = forms.ChoiceField(label="Unit", choices=_unit_choices(item))
        bins = Bin.objects.filter(site_id=site_id, kind__in=[str(kind) for kind in RECEIVING_BINS])
        self.fields["bin"] = forms.ModelChoiceField(bins.order_by("walking_order", "code"), label="Bin")
        if item.shelf_life_days:
            self.fields["expires_on"].required = True
            self.fields["expires_on"].help_text = "As on the label or the certificate."
        if not item.potency_controlled:
            del self.fields["potency"]
        if not has_density(item):
            del self.fields["density"], self.fields["density_temperature"]

    def clean_supplier_lot(self) -> str:
        code = str(self.cleaned_data["supplier_lot"])
        faults = code_refusals(code) if code else []
        if faults:
            raise forms.ValidationError([f"{one.sentence} {one.remedy}" for one in faults])
        return code

    def clean_potency(self) -> Decimal | None:
        percent = _decimal(self.cleaned_data["potency"])
        return None if percent is None else percent / 100

    def clean_density(self) -> Decimal | None:
        return _decimal(self.cleaned_data["density"])

    def clean_density_temperature(self) -> Decimal | None:
        return _decimal(self.cleaned_data["density_temperature"], negative=True)


@floor_page(Duty.HANDLE_STOCK)
def receive(request: HttpRequest) -> HttpResponse:
    """`?scan=`: the label or item code; then the form for that item."""
    site = the_site(request)
    text = (request.POST.get("scan") or request.GET.get("scan") or "").strip()[:400]
    try:
        item, found = _item(text) if text else (None, {})
    except Refused as refused:
        return _page(request, None, None, text, refused.refusals)
    if item is None:
        return _page(request, None, None, "")
    if request.method != "POST":
        return _page(request, item, Delivery(item, site.pk, initial=_first(item, found, site.pk)), text)
    form = Delivery(item, site.pk, request.POST)
    if not form.is_valid():
        return _page(request, item, form, text)
    try:
        with once(request):
            lot = receive_lot(site=site, item=item, actor=person_of(request), now=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        return _page(request, item, form, text, refused.refusals)
    return redirect("lot-received", lot.pk)


@floor_page()
def lot_received(request: HttpRequest, pk: int) -> HttpResponse:
    """The lot that came in, with the label to put on it."""
    lot = (
        MaterialLot.objects.filter(pk=pk, site=the_site(request))
        .select_related("item__stock_unit", "supplier", "site")
        .first()
    )
    if lot is None:
        raise Http404("There is no such lot at this site.")
    held = stock_of(lot)
    unit = lot.item.stock_unit.symbol
    context = {
        "lot": lot,
        "label": label_of_lot(lot).text,
        "barcode": mark_safe(lot_barcode(lot)),  # noqa: S308 - drawn by us, its title escaped
        "quantity": f"{figure(sum(one.quantity for one in held))} {unit}",
        "bins": ", ".join(one.bin.code for one in held),
        "expires": day(lot.expires_on),
        "facts": [
            {"name": "Item", "value": f"{lot.item.code} {lot.item.name}"},
            {"name": "Quantity", "value": f"{figure(sum(one.quantity for one in held))} {unit}"},
            {"name": "Bin", "value": ", ".join(one.bin.code for one in held), "code": True},
            {
                "name": "Status",
                "value": lot.get_status_display(),
                "tone": "held" if lot.status != "released" else "good",
            },
            {"name": "Expires", "value": day(lot.expires_on)},
            {"name": "Supplier", "value": lot.supplier.name if lot.supplier else ""},
            {"name": "Supplier's lot", "value": lot.supplier_lot, "code": True},
            *([{"name": "Potency", "value": f"{figure(lot.potency * 100)} %"}] if lot.potency else []),
            *([{"name": "Density", "value": f"{figure(lot.density)} kg/l"}] if lot.density else []),
        ],
    }
    return render(request, "traceability/lot_received.html", context)


def units_of(item: Item) -> list[Unit]:
    """The units that a delivery of the item may be entered in, its own first."""
    facts, factors = unit_facts(), item_factors([item.pk], timezone.now())[item.pk]
    units = Unit.objects.exclude(pk=item.stock_unit_id).order_by("code")
    return [
        item.stock_unit,
        *(unit for unit in units if conversion(unit.code, item.stock_unit.code, facts, factors)),
    ]


def _unit_choices(item: Item) -> list[Any]:
    """The item's own unit and what deliveries are usually entered in; the rest under a heading of its own."""
    own, *others = [(unit.code, f"{unit.symbol} {unit.name}") for unit in units_of(item)]
    usual = [choice for choice in others if choice[0] in _USUAL]
    rest = [choice for choice in others if choice[0] not in _USUAL]
    return [own, *usual, *([("Other units", rest)] if rest else [])]


def has_density(item: Item) -> bool:
    """Whether mass and volume of the item are converted into one another, so that a certificate's density counts."""
    units = unit_facts()
    return any(
        {units[factor.from_unit].dimension, units[factor.to_unit].dimension} == {Dimension.MASS, Dimension.VOLUME}
        for factor in item_factors([item.pk], timezone.now())[item.pk]
    )


def _item(text: str) -> tuple[Item, dict[str, Any]]:
    """The item that a label or code names, and what else the label says."""
    scan = read_scan(text)
    if scan.faults:
        raise Refused(*scan.faults)
    hits = [one for one in find_code(scan.gtin or scan.code) if one.kind == "item"]
    if len(hits) != 1:
        shown = scan.gtin or scan.code or text[:60]
        raise Refused(
            Refusal(
                "item_unknown",
                f"No item has the code or GTIN {shown}.",
                shown,
                "Type the item's code from the delivery note, or ask an engineer to enter the item.",
            )
        )
    said: dict[str, Any] = {
        "supplier_lot": scan.lot or scan.serial,
        "expires_on": scan.expires_on or scan.best_before,
        "code": scan.lot or scan.serial,
    }
    if scan.measure:
        said |= {"quantity": raw(scan.measure.quantity), "unit": scan.measure.unit}
    elif scan.count:
        said["quantity"] = str(scan.count)
    return Item.objects.select_related("stock_unit").get(pk=hits[0].key), {k: v for k, v in said.items() if v}


def _first(item: Item, found: dict[str, Any], site_id: int) -> dict[str, Any]:
    """What the form begins with."""
    bins = Bin.objects.filter(site_id=site_id, kind__in=[str(kind) for kind in RECEIVING_BINS])
    first = min(bins, key=lambda one: (_ORDER[BinKind(one.kind)], one.walking_order, one.code), default=None)
    values: dict[str, Any] = {"unit": item.stock_unit.code, "bin": first.pk if first else None, **found}
    if item.tracking == Tracking.SERIAL:
        values["quantity"] = "1"
    return values


def _page(
    request: HttpRequest, item: Item | None, form: Delivery | None, text: str, refusals: Any = ()
) -> HttpResponse:
    context = {"item": item, "form": form, "scan": text, "refusals": refusals, "form_number": form_number()}
    status = status_of(refusals) if refusals else 422 if form is not None and form.errors else 200
    return render(request, "traceability/receive.html", context, status=status)


def _decimal(text: str, *, negative: bool = False) -> Decimal | None:
    below = negative and text.strip().startswith("-")
    digits = _read(text.strip().removeprefix("-") if below else text)
    if not digits:
        return None
    whole, _, part = digits.partition(".")
    if len(whole) > 5 or len(part) > 6:
        raise forms.ValidationError("Enter a number such as 98.4.")
    return -Decimal(digits) if below else Decimal(digits)


def _read(text: str) -> str:
    """A number of the form; what speaks against it stands at its field."""
    try:
        return typed_number(text)
    except Refused as refused:
        (why,) = refused.refusals
        raise forms.ValidationError(f"{why.sentence} {why.remedy}") from refused
