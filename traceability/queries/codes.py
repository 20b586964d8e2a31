"""Any code that the plant knows, and what it opens."""

import re

from masterdata.models import Site
from masterdata.queries import Found
from masterdata.queries import find_code as find_master_data
from traceability.models import HandlingUnit, MaterialLot, WorkOrder
from traceability.queries.scan import read_scan
from traceability.rules.gs1 import Scan

_POSTING = re.compile(r"P-?0*([1-9]\d{0,17})", re.IGNORECASE)


def find_code(site: Site | None, text: str) -> list[Found]:
    """Everything that a scanned or typed text may mean, best first; empty where nobody knows it.

    Kinds: lot, handlingunit, workorder, posting (`key` is its number), and those of master data (item, bin,
    productionline, device, supplier, reason, person). `site` narrows what belongs to one; None looks everywhere.
    """
    scan = read_scan(text[:400])
    if scan.code:
        found = _by_plain_code(site, scan.code)
        posting = _POSTING.fullmatch(scan.code)
        if posting and site is not None:
            number = int(posting[1])
            found.append(Found("posting", number, posting_code(number), "Posting", site.code))
        found += [one for one in find_master_data(scan.code) if site is None or one.site in ("", site.code)]
        return found
    return _by_label(site, scan)


def posting_code(number: int) -> str:
    """How a posting's number is written and scanned."""
    return f"P-{number:06d}"


def lots_of_scan(site: Site | None, scan: Scan) -> list[MaterialLot]:
    """The lots that a scan names: by GTIN and lot or serial, or by a plain code; supplier's codes count too.

    A code in other letters than the lot's is taken where exactly one lot is called so.
    """
    lots = MaterialLot.objects.select_related("item__stock_unit", "site")
    if site is not None:
        lots = lots.filter(site=site)
    wanted = scan.serial or scan.lot or scan.code
    if not wanted or "\x00" in wanted:
        return []
    if scan.gtin and not scan.code:
        lots = lots.filter(item__gtin=scan.gtin)
    own = list(lots.filter(code=wanted).order_by("item__code")[:50])
    own = own or list(lots.filter(supplier_lot=wanted).order_by("item__code", "code")[:50])
    if own:
        return own
    # typed by hand in other letters: only where that can mean one lot
    alike = list(lots.filter(code__iexact=wanted)[:2])
    return alike if len(alike) == 1 else []


def _by_plain_code(site: Site | None, code: str) -> list[Found]:
    if "\x00" in code:
        return []
    within = {} if site is None else {"site": site}
    found = [_lot(lot) for lot in lots_of_scan(site, Scan(code, code=code))]
    orders = WorkOrder.objects.filter(number__iexact=code, **within).select_related("item", "site")
    found += [Found("workorder", one.pk, one.number, one.item.name, one.site.code) for one in orders[:20]]
    return found + _handling_units(site, code)


def _by_label(site: Site | None, scan: Scan) -> list[Found]:
    found: list[Found] = []
    if scan.sscc:
        found += _handling_units(site, scan.sscc)
    if scan.lot or scan.serial:
        found += [_lot(lot) for lot in lots_of_scan(site, scan)]
    if not found and scan.order_number:
        found += _by_plain_code(site, scan.order_number)
    if not found and scan.gtin:
        found += [one for one in find_master_data(scan.gtin) if one.kind == "item"]
    return found


def _handling_units(site: Site | None, sscc: str) -> list[Found]:
    within = {} if site is None else {"site": site}
    units = HandlingUnit.objects.filter(sscc=sscc, **within).select_related("order", "site")
    return [Found("handlingunit", one.pk, one.sscc, f"{one.kind} of order {one.order}", one.site.code) for one in units]


def _lot(lot: MaterialLot) -> Found:
    return Found("lot", lot.pk, lot.code, f"{lot.item.code} {lot.item.name}", lot.site.code)
