"""One box for any code that the plant knows: one hit opens it, several are listed, none says what was tried."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode

from backflush.models import Posting
from backflush.queries.postings import posting_number
from masterdata.pages.access import desk_page, site_of
from masterdata.queries.codes import Found
from traceability.queries import find_code, read_scan
from variance.web.navigation import address

KINDS = {
    "lot": "Lot",
    "handlingunit": "Handling unit",
    "workorder": "Order",
    "posting": "Posting",
    "item": "Item",
    "bin": "Bin",
    "productionline": "Line",
    "device": "Device",
    "supplier": "Supplier",
    "person": "Person",
    "reason": "Reason",
}
#: Kinds whose page is called by the record's id.
_PAGES = {"lot": "lot", "workorder": "order", "item": "item", "person": "person", "device": "device"}
#: Kinds that are found in a list.
_LISTS = {"bin": "bins", "supplier": "suppliers", "productionline": "lines", "reason": "reasons"}


@desk_page()
def find(request: HttpRequest) -> HttpResponse:
    """`?code=` as scanned or typed; GS1 labels too."""
    typed = request.GET.get("code", "").strip()[:400]
    if not typed:
        return render(request, "variance/find.html", {"typed": "", "hits": []})
    site = site_of(request)
    hits = [hit for found in find_code(site, typed) if (hit := _hit(found, site.pk if site else 0))]
    if len(hits) == 1:
        return redirect(hits[0]["url"])
    scan = read_scan(typed)
    context = {
        "typed": typed,
        "hits": hits,
        "tried": _tried(typed),
        "refusals": scan.faults,
        "site": site,
    }
    return render(request, "variance/find.html", context, status=200 if hits else 404)


def _hit(found: Found, site_id: int) -> dict[str, Any] | None:
    url = _url(found, site_id)
    return {"kind": KINDS[found.kind], "code": found.code, "name": found.name, "url": url} if url else None


def _url(found: Found, site_id: int) -> str:
    if found.kind == "posting":
        there = Posting.objects.filter(site_id=site_id, number=found.key).exists()
        return address("posting", posting_number(found.key)) if there else ""
    if found.kind == "handlingunit":
        return address("handling-unit", found.code)
    if found.kind in _PAGES:
        return address(_PAGES[found.kind], found.key)
    listed = address(_LISTS.get(found.kind, ""))
    return f"{listed}?{urlencode({'q': found.code})}" if listed else ""


def _tried(typed: str) -> list[str]:
    """What the text was taken for, in words."""
    scan = read_scan(typed)
    parts = [("SSCC", scan.sscc), ("GTIN", scan.gtin), ("lot", scan.lot), ("serial", scan.serial)]
    parts.append(("order", scan.order_number))
    read = [f"{name} {value}" for name, value in parts if value]
    if scan.code:
        plain = ["lot or supplier's lot", "order", "SSCC", "posting", "item or GTIN", "bin", "line", "device"]
        return [*plain, "supplier", "reason", "badge, user name or name"]
    return read
