"""Lots: found by search, each leading to its page."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.pages.figures import words
from traceability.models import MaterialLot
from traceability.queries.days import site_day
from traceability.queries.lot_search import search_lots
from traceability.rules.vocabulary import LotOrigin, LotStatus

TONES = {"released": "good", "quarantine": "held", "held": "held", "rejected": "blocked", "recalled": "blocked"}
SOON = timedelta(days=30)


@desk_page()
def lots(request: HttpRequest) -> HttpResponse:
    """Every lot of the site that fits, newest first."""
    site = the_site(request)
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Lot, supplier lot or item"),
            lists.Filter("status", "Status", [(one.value, words(one)) for one in LotStatus]),
            lists.Filter("origin", "Origin", [(one.value, words(one)) for one in LotOrigin]),
            lists.Filter("stock", "Stock", [("yes", "on hand")]),
        ],
    )
    asked = lists.values(filters)
    rows = search_lots(
        site, text=asked["q"], status=asked["status"], origin=asked["origin"], stocked=asked["stock"] == "yes"
    )

    listing = lists.Listing(
        name="lots",
        rows=rows,
        order="-received",
        file="lots",
        filters=filters,
        empty="No lot fits.",
        empty_hint="Search by a part of the lot's code, its supplier's lot, or its item.",
        columns=_columns(site_day(site, timezone.now())),
        context={"title": "Lots", "intro": "Every lot shows what is in it and where it went."},
    )
    return lists.show_list(request, listing)


def _columns(today: date) -> list[lists.Column]:
    return [
        lists.Column("Lot", lambda lot: lists.text(lot.code, reverse("lot", args=[lot.pk]), code=True), sort="code"),
        lists.Column(
            "Item",
            lambda lot: lists.text(lot.item.code, reverse("item", args=[lot.item_id]), code=True),
            sort="item",
            by="item__code",
        ),
        lists.Column("Name", lambda lot: lists.text(lot.item.name)),
        lists.Column("Status", lambda lot: lists.text(words(lot.status), tone=TONES[lot.status]), sort="status"),
        lists.Column(
            "On hand",
            lambda lot: lists.number(lot.on_hand, lot.item.stock_unit.symbol),
            sort="on_hand",
            number=True,
        ),
        lists.Column("Expires", lambda lot: _expiry(lot, today), sort="expires", by="expires_on"),
        lists.Column(
            "Supplier lot",
            lambda lot: lists.text(lot.supplier_lot, code=bool(lot.supplier_lot)),
            sort="supplier_lot",
        ),
        lists.Column("Origin", lambda lot: lists.text(words(lot.origin)), sort="origin"),
        lists.Column("Received", lambda lot: lists.moment(lot.received_at), sort="received", by="received_at"),
    ]


def _expiry(lot: MaterialLot, today: date) -> lists.Cell:
    cell = lists.day(lot.expires_on)
    if lot.expires_on and lot.expires_on < today:
        cell |= {"tone": "blocked", "text": f"expired {cell['text']}"}
    elif lot.expires_on and lot.expires_on < today + SOON:
        cell["tone"] = "soon"
    return cell
