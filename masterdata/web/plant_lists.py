"""Plain tables of the plant: reason codes, bins, lines, suppliers; each with its form, and every row with its history."""

from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from masterdata.models import Bin, BinService, Device, Person, ProductionLine, ReasonCode, Supplier
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, the_site
from masterdata.pages.figures import words
from masterdata.pages.histories import history_of
from masterdata.rules.duties import Duty
from masterdata.rules.vocabulary import BinKind, ReasonKind

KINDS: dict[str, tuple[type[models.Model], str, str]] = {
    "reason": (ReasonCode, "Reasons", "reasons"),
    "bin": (Bin, "Bins", "bins"),
    "line": (ProductionLine, "Lines", "lines"),
    "supplier": (Supplier, "Suppliers", "suppliers"),
    "device": (Device, "Devices", "devices"),
    "person": (Person, "People", "people"),
}


def _of_history(person: Person, kind: str, pk: int) -> tuple[Duty, ...]:
    return (Duty.READ_PEOPLE,) if kind == "person" else ()


@desk_page(_of_history)
def record_history(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Who changed one of these records, when and why."""
    if kind not in KINDS:
        raise Http404(f"There is no history of {kind}.")
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


def _change(request: HttpRequest, kind: str) -> list[lists.Column]:
    """A link that begins a change request, for those who may."""
    if not can(request, Duty.PROPOSE_CHANGE):
        return []
    return [lists.Column("", lambda row: lists.text("Change", reverse("change-of", args=[kind, row.pk])))]


def by_code_or_name(rows: models.QuerySet, text: str) -> models.QuerySet:
    """The rows that have the text in their code or name; all of them where nothing is asked for."""
    return rows.filter(models.Q(code__icontains=text) | models.Q(name__icontains=text)) if text else rows


def _new(request: HttpRequest, label: str, address: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": reverse(address), "primary": True}] if can(request, Duty.PROPOSE_CHANGE) else []


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
            *_change(request, "reason"),
            lists.Column("", lambda row: history_cell("reason", row.pk)),
        ],
        context={
            "title": "Reasons",
            "intro": "Every return, scrap, adjustment and reversal names one. “Miscellaneous” does not exist.",
            "actions": _new(request, "New reason", "reason-new"),
        },
    )
    return lists.show_list(request, listing)


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
            *_change(request, "bin"),
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
            *_change(request, "production_line"),
            lists.Column("", lambda row: history_cell("line", row.pk)),
        ],
        context={"title": "Lines", "actions": _new(request, "New line", "line-new")},
    )
    return lists.show_list(request, listing)


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
            *_change(request, "supplier"),
            lists.Column("", lambda row: history_cell("supplier", row.pk)),
        ],
        context={"title": "Suppliers", "actions": _new(request, "New supplier", "supplier-new")},
    )
    return lists.show_list(request, listing)
