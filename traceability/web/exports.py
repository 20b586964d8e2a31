"""Exports: items, operations, unit factors, BOMs and stock, each as CSV or XLSX, in the form that an import reads."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from masterdata.models import BomVersion, Item, Operation, UnitFactor
from masterdata.pages.access import can, desk_page, the_site
from masterdata.pages.figures import figure
from masterdata.pages.sheet_writers import FORMATS, sheet_answer
from masterdata.queries.plant_sheets import exported_rows
from masterdata.rules.duties import Duty
from masterdata.rules.sheet_cells import CellKind
from masterdata.rules.sheet_columns import BOMS, ITEMS, KINDS, OPERATIONS, UNIT_FACTORS
from masterdata.rules.vocabulary import RecordState
from traceability.models import StockBalance
from traceability.queries import stock_sheet

STOCK = "stock"


@desk_page()
def exports(request: HttpRequest) -> HttpResponse:
    """What there is to export, and how much of it."""
    approved = {"state": RecordState.APPROVED}
    counts = {
        ITEMS: Item.objects.count(),
        OPERATIONS: Operation.objects.count(),
        UNIT_FACTORS: UnitFactor.objects.filter(**approved).count(),
        BOMS: BomVersion.objects.filter(**approved).count(),
        STOCK: StockBalance.objects.filter(site_id=the_site(request).pk, quantity__gt=0).count(),
    }
    told = {
        ITEMS: ("Items", "Every item with all its figures and flags."),
        OPERATIONS: ("Operations", "Every route: its operations with their names, usual lines and flags."),
        UNIT_FACTORS: ("Unit factors", "Every approved version of every item's own factors, with its times."),
        BOMS: ("BOMs", "Every approved version with its lines, steps, alternates, outputs, losses and times."),
        STOCK: ("Stock", "What is in the bins of this site now. It is not imported: stock moves by scans and counts."),
    }
    kinds = [
        {
            "title": told[kind][0],
            "words": told[kind][1],
            "count": figure(count),
            "files": [{"label": one.upper(), "url": reverse("export", args=[kind, one])} for one in FORMATS],
        }
        for kind, count in counts.items()
    ]
    context = {"title": "Exports", "kinds": kinds, "may_import": can(request, Duty.IMPORT_MASTER_DATA)}
    return render(request, "traceability/exports.html", context)


@desk_page()  # type: ignore[arg-type]  # the answer is a file
def export(request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
    """One sheet as a file."""
    if form not in FORMATS or kind not in (*KINDS, STOCK):
        raise Http404
    if kind == STOCK:
        rows = stock_sheet.stock_rows(the_site(request))
        return sheet_answer(STOCK, stock_sheet.HEADER, stock_sheet.NUMBERS, rows, form)
    sheet = KINDS[kind]
    numbers = frozenset(column.name for column in sheet.columns if column.kind == CellKind.NUMBER)
    return sheet_answer(kind, sheet.header, numbers, exported_rows(kind), form)
