"""What somebody scanned or typed on a floor screen: lots, a bin, a quantity; and what is wrong with it, in words."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from masterdata.models import Bin, Site
from masterdata.rules.refusal import Refusal, Refused
from traceability.models import MaterialLot
from traceability.queries import lots_of_scan, read_scan
from traceability.rules.gs1 import Scan


@dataclass(frozen=True, slots=True)
class Scanned:
    """The lots and the bin of this site that a scan may mean. `quantity`: a net measure or count that stood on the label."""

    text: str
    lots: tuple[MaterialLot, ...] = ()
    bin: Bin | None = None
    quantity: Decimal | None = None
    unit: str = ""

    @property
    def lot(self) -> MaterialLot | None:
        """The lot, where the scan means exactly one."""
        return self.lots[0] if len(self.lots) == 1 else None


#: what to do about a code that nobody knows, where lots come in or are moved
_RECEIVE_FIRST = "Scan the label of the lot or of the bin; a lot that is not known yet is received first."


def scanned(site: Site, text: str, *, items: Collection[int] | None = None, remedy: str = _RECEIVE_FIRST) -> Scanned:
    """What the text means. `items`: ids of those that are expected; a code that several items share then means theirs.

    `remedy`: what is done here about a code that nobody knows.

    Raises Refused: label_unreadable, code_unknown.
    """
    scan = read_scan(text[:400])
    if scan.faults:
        raise Refused(*scan.faults)
    lots = tuple(lots_of_scan(site, scan))
    if items is not None and len(lots) > 1:
        lots = tuple(lot for lot in lots if lot.item_id in items) or lots
    place = bin_named(site, scan.code) if scan.code else None
    if not lots and place is None:
        shown = scan.serial or scan.lot or scan.sscc or scan.code or text[:60]
        raise Refused(
            Refusal(
                "code_unknown",
                f"No lot or bin of this site is called {shown}.",
                shown,
                remedy,
            )
        )
    return _with_quantity(Scanned(text, lots=lots, bin=place), scan)


def bin_named(site: Site, code: str) -> Bin | None:
    wanted = code.strip()
    if not wanted or "\x00" in wanted:
        return None
    return Bin.objects.filter(site=site, code__iexact=wanted).first()


def the_lot(lots: Collection[MaterialLot], text: str) -> MaterialLot:
    """The one lot of these; Refused('code_ambiguous') where a code means lots of several items."""
    if len(lots) == 1:
        return next(iter(lots))
    named = ", ".join(lot.item.code for lot in lots)
    raise Refused(
        Refusal(
            "code_ambiguous",
            f"Several lots are called {text}: of {named}.",
            text,
            "Scan the GS1 label, which names the item too, or choose the lot in the list.",
        )
    )


def _with_quantity(found: Scanned, scan: Scan) -> Scanned:
    """The label's own quantity, where it is in the lot's stock unit."""
    lot = found.lot
    if lot is None:
        return found
    if scan.measure is not None and scan.measure.unit == lot.item.stock_unit.code:
        return replace(found, quantity=scan.measure.quantity, unit=scan.measure.unit)
    if scan.count and lot.item.stock_unit.dimension == "count":
        return replace(found, quantity=Decimal(scan.count), unit=lot.item.stock_unit.code)
    return found
