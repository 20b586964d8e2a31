"""Where a scan of stock to be moved stands: the lot, the bin that it is taken from, and what may be taken there."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest

from masterdata.models import Bin, Site
from masterdata.rules.refusal import Refusal, Refused
from traceability.models import MaterialLot, WorkOrder
from traceability.queries import stock_of
from traceability.queries.stock import Held


@dataclass(slots=True)
class Taking:
    """What was scanned so far. `there`: what of the lot may be taken from `place` (stock unit)."""

    lot: MaterialLot | None = None
    place: Bin | None = None
    there: Decimal = Decimal(0)
    places: tuple[Held, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.lot is not None and self.place is not None and self.there > 0


def taking_of(request: HttpRequest, site: Site) -> Taking:
    """What the page's hidden fields say was scanned so far."""
    lot = MaterialLot.objects.select_related("item__stock_unit", "site").filter(pk=_id(request, "lot"), site=site)
    place = Bin.objects.filter(pk=_id(request, "from_bin"), site=site)
    return Taking(lot.first(), place.first())


def settle(taking: Taking, *, order: WorkOrder | None = None, kinds: frozenset[str] | None = None) -> Taking:
    """Find out where the lot can be taken from: unbound stock, or what is bound to `order`.

    One place is taken as scanned; of several the scanned one. Refused('nothing_there') where the scanned bin holds none of it, or
    no bin does. `kinds`: only bins of these kinds.
    """
    if taking.lot is None:
        return taking
    held = [one for one in stock_of(taking.lot) if (one.order.pk if one.order else 0) == (order.pk if order else 0)]
    places = tuple(one for one in held if kinds is None or one.bin.kind in kinds)
    if not places:
        raise Refused(_nothing(taking.lot, held, order))
    if taking.place is None and len(places) == 1:
        taking.place = places[0].bin
    if taking.place is not None:
        here = [one for one in places if one.bin.pk == taking.place.pk]
        if not here:
            named = " and ".join(one.bin.code for one in places[:4])
            code = taking.place.code
            taking.place = None
            raise Refused(
                Refusal(
                    "nothing_there",
                    f"Bin {code} holds nothing of lot {taking.lot.code} that can be taken.",
                    code,
                    f"It lies in {named}: scan the bin that you take it from.",
                )
            )
        taking.there = here[0].quantity
    taking.places = places
    return taking


def _nothing(lot: MaterialLot, held: list[Held], order: WorkOrder | None) -> Refusal:
    if order is not None:
        return Refusal(
            "nothing_there",
            f"Nothing of lot {lot.code} is bound to order {order.number}.",
            lot.code,
            "Scan a lot of the list below.",
        )
    where = " and ".join(f"{one.bin.code} ({one.bin.kind})" for one in held[:4])
    everywhere = [one for one in stock_of(lot) if one.order]
    if where:
        return Refusal(
            "nothing_there",
            f"Lot {lot.code} lies in {where}, from where it is not taken.",
            lot.code,
            "Take another lot, or ask who decides about that bin.",
        )
    if everywhere:
        orders = " and ".join(sorted({str(one.order) for one in everywhere})[:3])
        return Refusal(
            "nothing_there",
            f"All of lot {lot.code} is bound to {orders}.",
            lot.code,
            "Take another lot, or return it from that order first.",
        )
    return Refusal("nothing_there", f"Nothing of lot {lot.code} is in stock.", lot.code, "Take another lot.")


def _id(request: HttpRequest, field: str) -> int:
    value = request.POST.get(field, "")
    return int(value) if value.isdecimal() and len(value) < 18 else 0
