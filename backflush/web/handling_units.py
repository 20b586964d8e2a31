"""Handling units at the desk: the list of all, and what is in one, where it stands, and everything that happened to it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.models import Posting
from backflush.queries.postings import posting_number
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import figure, when
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from masterdata.rules.vocabulary import HandlingUnitKind
from traceability.actions.pack_handling_unit import disaggregate
from traceability.models import HandlingUnit, MaterialLot
from traceability.queries.labels import sscc_barcode
from traceability.queries.packing import handling_units as units_of
from traceability.queries.packing import packing_history, units_inside


@desk_page()
def handling_units(request: HttpRequest) -> HttpResponse:
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "SSCC or order"),
            lists.Filter("kind", "Kind", [(one.value, one.value) for one in HandlingUnitKind]),
            lists.Filter("state", "State", [("open", "open"), ("closed", "closed")]),
        ],
    )
    asked = lists.values(filters)
    rows = units_of(the_site(request).pk)
    if asked["q"]:
        rows = rows.filter(sscc=asked["q"]) | rows.filter(order__number__iexact=asked["q"])
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["state"]:
        rows = rows.filter(closed_at__isnull=asked["state"] == "open")
    listing = lists.Listing(
        name="handling units",
        rows=rows,
        order="-opened",
        file="handling_units",
        filters=filters,
        empty="No handling unit fits."
        if any(one.value for one in filters)
        else "No handling unit has been opened yet.",
        empty_hint="They are opened where an order is packed.",
        columns=[
            lists.Column(
                "SSCC",
                lambda row: lists.text(row.sscc, reverse("handling-unit", args=[row.sscc]), code=True),
                sort="sscc",
                by="sscc",
            ),
            lists.Column("Kind", lambda row: lists.text(row.kind), sort="kind"),
            lists.Column(
                "Order",
                lambda row: lists.text(row.order.number, reverse("order", args=[row.order_id]), code=True),
                sort="order",
                by="order__number",
            ),
            lists.Column("Product", lambda row: lists.text(row.order.item.name)),
            lists.Column("In", lambda row: lists.text(row.parent.sscc if row.parent else "", code=True)),
            lists.Column("Opened", lambda row: lists.moment(row.opened_at), sort="opened", by="opened_at"),
            lists.Column("Closed", lambda row: lists.moment(row.closed_at), sort="closed", by="closed_at"),
        ],
        context={"title": "Handling units", "intro": "Units, cases and pallets by SSCC, and what is in them."},
    )
    return lists.show_list(request, listing)


@desk_page(to_change=Duty.REPORT_OUTPUT)
def handling_unit(request: HttpRequest, sscc: str) -> HttpResponse:
    """One handling unit. Sent with a note, it is taken out of the one that it stands in."""
    found = units_of(the_site(request).pk).filter(sscc=sscc).first()
    if found is None:
        raise Http404(f"There is no handling unit {sscc} at this site.")
    if request.method != "POST":
        return _page(request, found)
    note = request.POST.get("note", "")[:500]
    try:
        disaggregate(child=found, actor=person_of(request), now=timezone.now(), note=note)
    except Refused as refused:
        return _page(request, found, refused)
    messages.success(request, f"{found.kind.capitalize()} {sscc} was taken out.")
    return redirect("handling-unit", sscc)


def _page(request: HttpRequest, found: HandlingUnit, refused: Refused | None = None) -> HttpResponse:
    inside = units_inside([found.pk]).get(found.pk, {})
    lots = MaterialLot.objects.filter(site_id=found.site_id, item_id=found.order.item_id, code__in=inside)
    ids = {lot.code: lot.pk for lot in lots}
    children = list(HandlingUnit.objects.filter(parent=found).order_by("sscc"))
    measure = found.order.unit.symbol or found.order.unit.code
    context: dict[str, Any] = {
        "unit": found,
        "facts": _facts(found),
        "lots": [
            {"code": code, "quantity": quantity, "url": reverse("lot", args=[ids[code]]) if code in ids else ""}
            for code, quantity in inside.items()
        ],
        "children": children,
        "measure": measure,
        "barcode": sscc_barcode(found),
        "history": [_happened(one, measure) for one in packing_history(found)],
        "may_take_out": found.parent is not None and can(request, Duty.REPORT_OUTPUT),
        "refusals": refused.refusals if refused else (),
        "trail": [{"label": "Handling units", "url": reverse("handling-units")}, {"label": found.sscc}],
    }
    status = status_of(refused.refusals) if refused else 200
    return render(request, "backflush/handling_unit.html", context, status=status)


def _facts(found: HandlingUnit) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"name": "Kind", "value": found.kind},
        {"name": "Order", "value": found.order.number, "url": reverse("order", args=[found.order_id]), "code": True},
        {"name": "Product", "value": found.order.item.name},
        {"name": "Opened", "value": when(found.opened_at)},
        {"name": "Closed", "value": when(found.closed_at) or "open"},
    ]
    if found.parent:
        url = reverse("handling-unit", args=[found.parent.sscc])
        facts.append({"name": "Stands in", "value": found.parent.sscc, "url": url, "code": True})
    posting = _closed_by(found)
    if posting is not None:
        number = posting_number(posting.number)
        facts.append({"name": "Counted by", "value": number, "url": reverse("posting", args=[number]), "code": True})
    return facts


def _closed_by(found: HandlingUnit) -> Posting | None:
    """The posting that closed it: of its order, recorded when it was closed, naming it."""
    if found.closed_at is None:
        return None
    return Posting.objects.filter(
        order_id=found.order_id, recorded_at=found.closed_at, facts__contains=f'"handling_unit":"{found.sscc}"'
    ).first()


def _happened(one: Any, measure: str) -> dict[str, Any]:
    what = f"{one.child.kind} {one.child.sscc}" if one.child else f"{figure(one.quantity)} {measure} of {one.lot_code}"
    did = "went in" if one.act == "packed" else "came out"
    return {"at": when(one.at, seconds=True), "who": one.person.name, "what": f"{what} {did}", "why": one.note}
