"""The ledger lines behind a figure of WIP or stock at a moment, with signs, and a foot that ends at that figure."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from backflush.queries.postings import posting_number
from masterdata.models import Item, Site
from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import when, words
from masterdata.rules.duties import Duty
from traceability.models import MaterialLot, WorkOrder
from variance.queries.value import ValueLine, lines_of_order_value, lines_of_stock_value

USED_AND_MADE = "Used counts +, given back −; made counts −, taken back +."
IN_AND_OUT = "What came in counts +, what left −; moves within the figure are left out."


@desk_page(Duty.READ_VARIANCE)
def value_lines(request: HttpRequest) -> HttpResponse:
    """Lines of one order (`order`), or of an item's stock (`item`, with `bin` and `lot` where one is meant), until `at`."""
    site = the_site(request)
    at = lists.as_moment(lists.asked(request, "at")) or timezone.now()
    told, lines, of_order = _asked_for(request, site, at)
    listing = lists.Listing(
        name="ledger lines",
        rows=lines,
        order="recorded",
        file="value_lines",
        empty="No ledger line stands behind this figure.",
        per_page=100,
        columns=_columns(site),
        foot=lambda rows: _foot(rows, site, of_order=of_order),
        context={
            "title": "Ledger lines",
            "intro": f"{told} Until {when(at, seconds=True)}. {USED_AND_MADE if of_order else IN_AND_OUT}",
            "trail": [{"label": "WIP and stock", "url": reverse("value")}, {"label": "Ledger lines"}],
        },
    )
    return lists.show_list(request, listing)


def _asked_for(request: HttpRequest, site: Site, at: datetime) -> tuple[str, list[ValueLine], bool]:
    """What the lines stand behind in words, the lines, and whether they are an order's."""
    order_id = _id(request, "order")
    if order_id:
        order = get_object_or_404(WorkOrder, site=site, pk=order_id)
        return f"Work in process of order {order.number}.", lines_of_order_value(site.pk, at, order.pk), True
    item = Item.objects.filter(pk=_id(request, "item")).first()
    if item is None:
        raise Http404("There is no such figure.")
    place, lot_id = lists.asked(request, "bin"), _id(request, "lot") or None
    told = f"Stock of {item.code}"
    if lot_id:
        told += f", lot {get_object_or_404(MaterialLot, site=site, pk=lot_id).code}"
    told += f", in {place}." if place else "."
    return told, lines_of_stock_value(site.pk, at, item.pk, place, lot_id), False


def _id(request: HttpRequest, name: str) -> int:
    text = lists.asked(request, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _columns(site: Site) -> list[lists.Column]:
    def amount(name: str) -> Any:
        return lambda row: lists.amount(getattr(row, name), decimals=site.currency_decimals)

    return [
        lists.Column(
            "Recorded",
            lambda row: lists.moment(row.recorded_at),
            sort="recorded",
            by=lambda row: (row.recorded_at, row.line_id),
        ),
        lists.Column("Movement", lambda row: lists.text(words(row.kind)), sort="kind", by=lambda row: row.kind),
        lists.Column(
            "Posting",
            lambda row: lists.text(
                posting_number(row.posting) if row.posting else "",
                reverse("posting", args=[posting_number(row.posting)]) if row.posting else "",
                code=True,
            ),
            sort="posting",
            by=lambda row: row.posting,
        ),
        lists.Column("Item", lambda row: lists.text(row.item, reverse("item", args=[row.item_id]), code=True)),
        lists.Column("Lot", lambda row: lists.text(row.lot, reverse("lot", args=[row.lot_id]), code=True)),
        lists.Column("From", lambda row: lists.text(row.from_bin, code=True)),
        lists.Column("To", lambda row: lists.text(row.to_bin, code=True)),
        lists.Column("Quantity", lambda row: lists.number(row.quantity, row.unit), number=True),
        lists.Column("At standard", amount("standard"), number=True, unit=site.currency),
        lists.Column("Actual", amount("actual"), number=True, unit=site.currency),
    ]


def _foot(lines: list[ValueLine], site: Site, *, of_order: bool) -> list[list[lists.Cell]]:
    """The sum of all lines; of an order, less what its variance took at the close, is its work in process."""

    def row(told: str, rows: list[ValueLine], sign: int = 1) -> list[lists.Cell]:
        sums = [
            lists.amount(sign * sum(getattr(one, name) for one in rows), decimals=site.currency_decimals)
            for name in ("standard", "actual")
        ]
        return [*[lists.text("")] * 6, lists.text(told), lists.text(""), *sums]

    settled = [one for one in lines if one.settled]
    if not of_order or not settled:
        return [row("total", lines)]
    return [
        row("total", lines),
        row("taken by the variance at close", settled, -1),
        row("work in process", [one for one in lines if not one.settled]),
    ]
