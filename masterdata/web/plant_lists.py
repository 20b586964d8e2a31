"""Plain tables of the plant: reason codes, bins, lines, suppliers; each with its form, and every row with its history."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from masterdata.actions.define_bin import define_bin
from masterdata.actions.define_production_line import define_production_line
from masterdata.actions.define_reason import define_reason
from masterdata.actions.define_supplier import define_supplier
from masterdata.actions.serve_line import serve_line
from masterdata.models import Bin, BinService, Device, Person, ProductionLine, ReasonCode, Supplier
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, require_duty, the_site
from masterdata.pages.figures import words
from masterdata.pages.forms import form_page, labelled
from masterdata.pages.histories import history_of
from masterdata.pages.number_fields import WholeNumber
from masterdata.rules.duties import Duty
from masterdata.rules.vocabulary import UNCOUNTED_BINS, BinKind, CopqCategory, Loss, ReasonKind

KINDS: dict[str, tuple[type[models.Model], str, str]] = {
    "reason": (ReasonCode, "Reasons", "reasons"),
    "bin": (Bin, "Bins", "bins"),
    "line": (ProductionLine, "Lines", "lines"),
    "supplier": (Supplier, "Suppliers", "suppliers"),
    "device": (Device, "Devices", "devices"),
    "person": (Person, "People", "people"),
}


@desk_page()
def record_history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Who changed one of these records, when and why."""
    if kind not in KINDS:
        raise Http404(f"There is no history of {kind}.")
    if kind == "person":
        require_duty(request, Duty.READ_PEOPLE)
    model, title, address = KINDS[kind]
    found = get_object_or_404(model, pk=pk)
    related = [("service", BinService.history.filter(bin_id=pk))] if kind == "bin" else []
    context = {
        "title": f"{found}",
        "record": found,
        "entries": history_of(found, related=related),
        "trail": [{"label": title, "url": reverse(address)}, {"label": str(found)}],
    }
    return render(request, "masterdata/record_history.html", context)


def history_cell(kind: str, pk: int) -> lists.Cell:
    return lists.text("History", reverse("record-history", args=[kind, pk]))


def by_code_or_name(rows: models.QuerySet, text: str) -> models.QuerySet:
    """The rows that have the text in their code or name; all of them where nothing is asked for."""
    return rows.filter(models.Q(code__icontains=text) | models.Q(name__icontains=text)) if text else rows


def _new(request: HttpRequest, label: str, address: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": reverse(address), "primary": True}] if can(request, Duty.SET_UP_PLANT) else []


@desk_page()
def reasons(request: HttpRequest) -> HttpResponse:
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Code or name"),
            lists.Filter("kind", "For", [(one.value, words(one)) for one in ReasonKind]),
        ],
    )
    asked = lists.values(filters)
    rows = by_code_or_name(ReasonCode.objects.all(), asked["q"])
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    listing = lists.Listing(
        name="reasons",
        rows=rows,
        order="code",
        file="reasons",
        filters=filters,
        empty="No reason fits.",
        columns=[
            lists.Column("Code", lambda row: lists.text(row.code, code=True), sort="code"),
            lists.Column("Reason", lambda row: lists.text(row.name), sort="name"),
            lists.Column("For", lambda row: lists.text(words(row.kind)), sort="kind"),
            lists.Column("Loss", lambda row: lists.text(row.loss)),
            lists.Column(
                "Cost of poor quality",
                lambda row: lists.text(words(row.copq_category)),
                sort="copq",
                by="copq_category",
            ),
            lists.Column("Owner", lambda row: lists.text(row.owner), sort="owner"),
            lists.Column(
                "State",
                lambda row: lists.text(
                    "in use" if row.active else "not used any more", tone="good" if row.active else "idle"
                ),
            ),
            lists.Column("", lambda row: history_cell("reason", row.pk)),
        ],
        context={
            "title": "Reasons",
            "intro": "Every return, scrap, adjustment and reversal names one. “Miscellaneous” does not exist.",
            "actions": _new(request, "New reason", "reason-new"),
        },
    )
    return lists.show_list(request, listing)


class ReasonForm(forms.Form):
    code = forms.CharField(max_length=30, label="Code")
    name = forms.CharField(max_length=160, label="What happened")
    kind = forms.ChoiceField(choices=[(one.value, words(one)) for one in ReasonKind], label="For")
    loss = forms.ChoiceField(
        choices=[("", "–"), *((one.value, one.value) for one in Loss)],
        required=False,
        label="Loss",
        help_text="For scrap: structural or avoidable.",
    )
    copq_category = forms.ChoiceField(
        choices=[(one.value, words(one)) for one in CopqCategory],
        initial=CopqCategory.INTERNAL_FAILURE,
        label="Cost of poor quality",
    )
    owner = forms.CharField(max_length=80, label="Owner", help_text="The function that answers for it.")


@desk_page(Duty.SET_UP_PLANT)
def reason_new(request: HttpRequest) -> HttpResponse:
    def define(asked: dict[str, Any]) -> HttpResponse:
        made = define_reason(actor=person_of(request), **asked)
        messages.success(request, f"Reason {made.code} is defined.")
        return redirect("reasons")

    trail = [{"label": "Reasons", "url": reverse("reasons")}, {"label": "New reason"}]
    return form_page(request, ReasonForm(request.POST or None), define, title="New reason", trail=trail)


@desk_page()
def bins(request: HttpRequest) -> HttpResponse:
    site = the_site(request)
    filters = lists.filtered(
        request,
        [lists.Filter("q", "Code or name"), lists.Filter("kind", "Kind", [(one.value, words(one)) for one in BinKind])],
    )
    asked = lists.values(filters)
    rows = by_code_or_name(Bin.objects.filter(site=site).prefetch_related("services__line"), asked["q"])
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    listing = lists.Listing(
        name="bins",
        rows=rows,
        order="code",
        file="bins",
        filters=filters,
        empty="No bin fits.",
        columns=[
            lists.Column("Bin", lambda row: lists.text(row.code, code=True), sort="code"),
            lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
            lists.Column("Kind", lambda row: lists.text(words(row.kind)), sort="kind"),
            lists.Column("Operations draw from it at", lambda row: lists.text(_served(row))),
            lists.Column(
                "Walking order", lambda row: lists.number(row.walking_order), sort="walking_order", number=True
            ),
            lists.Column("", lambda row: history_cell("bin", row.pk)),
        ],
        context={
            "title": "Bins",
            "intro": "Where lots are, and which bins an operation may draw from.",
            "actions": [
                *_new(request, "New bin", "bin-new"),
                *[{**one, "primary": False} for one in _new(request, "Let a line draw from a bin", "bin-serve")],
            ],
        },
    )
    return lists.show_list(request, listing)


def _served(row: Bin) -> str:
    served = [
        f"{one.line.code}{f' op. {one.operation_number}' if one.operation_number else ''}" for one in row.services.all()
    ]
    return ", ".join(sorted(served))


class BinForm(forms.Form):
    code = forms.CharField(max_length=40, label="Code", help_text="As on its label.")
    name = forms.CharField(max_length=120, required=False, label="Name")
    kind = forms.ChoiceField(
        choices=[(one.value, words(one)) for one in BinKind if one not in UNCOUNTED_BINS], label="Kind"
    )
    walking_order = WholeNumber(least=0, most=1_000_000, initial=0, label="Walking order")


@desk_page(Duty.SET_UP_PLANT)
def bin_new(request: HttpRequest) -> HttpResponse:
    def define(asked: dict[str, Any]) -> HttpResponse:
        made = define_bin(site=the_site(request), actor=person_of(request), **asked)
        messages.success(request, f"Bin {made.code} is defined.")
        return redirect("bins")

    trail = [{"label": "Bins", "url": reverse("bins")}, {"label": "New bin"}]
    return form_page(request, BinForm(request.POST or None), define, title="New bin", trail=trail)


class ServiceForm(forms.Form):
    bin = forms.ModelChoiceField(Bin.objects.none(), label="Bin")
    line = forms.ModelChoiceField(ProductionLine.objects.none(), label="Line")
    operation_number = forms.CharField(
        max_length=10, required=False, label="Operation", help_text="Empty: every operation at the line."
    )

    def __init__(self, *args: Any, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drawn_from = Bin.objects.filter(site=site, kind__in=[BinKind.STAGING, BinKind.SUPERMARKET])
        self.fields["bin"].queryset = drawn_from.order_by("code")  # type: ignore[attr-defined]
        self.fields["line"].queryset = ProductionLine.objects.filter(site=site).order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["line"], lambda line: f"{line.code}  {line.name}")


@desk_page(Duty.SET_UP_PLANT)
def bin_serve(request: HttpRequest) -> HttpResponse:
    def serve(asked: dict[str, Any]) -> HttpResponse:
        serve_line(actor=person_of(request), **asked)
        messages.success(request, f"{asked['line'].code} may draw from {asked['bin'].code}.")
        return redirect("bins")

    form = ServiceForm(request.POST or None, site=the_site(request))
    trail = [{"label": "Bins", "url": reverse("bins")}, {"label": "Let a line draw from a bin"}]
    return form_page(request, form, serve, title="Let a line draw from a bin", trail=trail)


@desk_page()
def lines(request: HttpRequest) -> HttpResponse:
    filters = lists.filtered(request, [lists.Filter("q", "Code or name")])
    rows = ProductionLine.objects.filter(site=the_site(request)).prefetch_related("bin_services__bin", "device_set")
    rows = by_code_or_name(rows, lists.values(filters)["q"])
    listing = lists.Listing(
        name="lines",
        rows=rows,
        order="code",
        file="lines",
        filters=filters,
        empty="No line fits.",
        columns=[
            lists.Column("Line", lambda row: lists.text(row.code, code=True), sort="code"),
            lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
            lists.Column(
                "Draws from",
                lambda row: lists.text(", ".join(sorted({one.bin.code for one in row.bin_services.all()}))),
            ),
            lists.Column(
                "Devices", lambda row: lists.text(", ".join(sorted(one.code for one in row.device_set.all())))
            ),
            lists.Column("", lambda row: history_cell("line", row.pk)),
        ],
        context={"title": "Lines", "actions": _new(request, "New line", "line-new")},
    )
    return lists.show_list(request, listing)


class CodeAndName(forms.Form):
    code = forms.CharField(max_length=30, label="Code")
    name = forms.CharField(max_length=120, label="Name")


@desk_page(Duty.SET_UP_PLANT)
def line_new(request: HttpRequest) -> HttpResponse:
    def define(asked: dict[str, Any]) -> HttpResponse:
        made = define_production_line(site=the_site(request), actor=person_of(request), **asked)
        messages.success(request, f"Line {made.code} is defined.")
        return redirect("lines")

    trail = [{"label": "Lines", "url": reverse("lines")}, {"label": "New line"}]
    return form_page(request, CodeAndName(request.POST or None), define, title="New line", trail=trail)


@desk_page()
def suppliers(request: HttpRequest) -> HttpResponse:
    filters = lists.filtered(request, [lists.Filter("q", "Code or name")])
    listing = lists.Listing(
        name="suppliers",
        rows=by_code_or_name(Supplier.objects.all(), lists.values(filters)["q"]),
        filters=filters,
        order="code",
        file="suppliers",
        empty="No supplier fits.",
        columns=[
            lists.Column("Supplier", lambda row: lists.text(row.code, code=True), sort="code"),
            lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
            lists.Column("", lambda row: history_cell("supplier", row.pk)),
        ],
        context={"title": "Suppliers", "actions": _new(request, "New supplier", "supplier-new")},
    )
    return lists.show_list(request, listing)


@desk_page(Duty.SET_UP_PLANT)
def supplier_new(request: HttpRequest) -> HttpResponse:
    def define(asked: dict[str, Any]) -> HttpResponse:
        made = define_supplier(actor=person_of(request), **asked)
        messages.success(request, f"Supplier {made.code} is defined.")
        return redirect("suppliers")

    trail = [{"label": "Suppliers", "url": reverse("suppliers")}, {"label": "New supplier"}]
    return form_page(request, CodeAndName(request.POST or None), define, title="New supplier", trail=trail)
