"""Where lots are, what is bound to orders, and every movement of a lot."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, OuterRef, QuerySet, Subquery

from masterdata.models import Bin, Device, Person, ReasonCode
from masterdata.rules.vocabulary import BinKind
from traceability.models import UNBOUND, LedgerEntry, LedgerLine, MaterialLot, StockBalance, WorkOrder
from traceability.rules.vocabulary import EntryKind


@dataclass(frozen=True, slots=True)
class Held:
    """A quantity of a lot (stock unit) in a bin, bound to an order (`order` None: unbound)."""

    lot: MaterialLot
    bin: Bin
    order: WorkOrder | None
    quantity: Decimal
    staged_at: datetime | None
    rank: int


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the ledger as people read it. `quantity` in the item's stock unit; `reversed`: a later line mirrors it.

    `kind` is the entry's; `what` is what this line of it did, since a posting both issues and receives.
    """

    entry_id: int
    line_id: int
    kind: str
    what: str
    occurred_at: datetime
    recorded_at: datetime
    lot_id: int
    from_bin: str
    to_bin: str
    from_order: str
    to_order: str
    order_number: str
    quantity: Decimal
    output_lot_id: int | None
    person: str
    device: str
    reason: str
    note: str
    reversed: bool


def stock_of(lot: MaterialLot) -> list[Held]:
    """Where a lot is now, bin by bin and binding by binding."""
    return _held(StockBalance.objects.filter(lot_id=lot.pk))


def bound_stock(order: WorkOrder) -> list[Held]:
    """What is bound to an order now."""
    return _held(StockBalance.objects.filter(site_id=order.site_id, order_id=order.pk))


def stock_in_bin(place: Bin) -> list[Held]:
    """What lies in a bin now."""
    return _held(StockBalance.objects.filter(site_id=place.site_id, bin_id=place.pk))


def stock_of_lots(lot_ids: Collection[int]) -> list[Held]:
    """Where these lots are now; for a recall."""
    return _held(StockBalance.objects.filter(lot_id__in=list(lot_ids)))


def shipped(lot_ids: Collection[int]) -> dict[int, Decimal]:
    """What of these lots has left to customers, by lot id; returns to the plant are taken off."""
    ends = list(Bin.objects.filter(kind=BinKind.CUSTOMER).values_list("id", flat=True))
    found: dict[int, Decimal] = {}
    lines = LedgerLine.objects.filter(lot_id__in=list(lot_ids))
    for lot_id, quantity in lines.filter(to_bin_id__in=ends).values_list("lot_id", "quantity"):
        found[lot_id] = found.get(lot_id, Decimal(0)) + quantity
    for lot_id, quantity in lines.filter(from_bin_id__in=ends).values_list("lot_id", "quantity"):
        found[lot_id] = found.get(lot_id, Decimal(0)) - quantity
    return {lot_id: quantity for lot_id, quantity in found.items() if quantity}


def lot_movements(lot: MaterialLot, *, limit: int = 500) -> list[Movement]:
    """The movements of a lot that were recorded latest, the last one first."""
    recorded = LedgerEntry.objects.filter(pk=OuterRef("entry_id")).values("recorded_at")
    lines = list(
        LedgerLine.objects.filter(lot_id=lot.pk)
        .annotate(recorded=Subquery(recorded))
        .order_by("-recorded", "-entry_id", "-id")[:limit]
    )
    return _movements(lines)


def entry_movements(entry_id: int) -> list[Movement]:
    """The lines of one entry in the order they were written."""
    return _movements(list(LedgerLine.objects.filter(entry_id=entry_id).order_by("id")))


def _held(balances: QuerySet[StockBalance]) -> list[Held]:
    rows = list(balances.filter(quantity__gt=0).order_by("bin_id", "lot_id", "order_id"))
    lots = MaterialLot.objects.select_related("item__stock_unit").in_bulk({row.lot_id for row in rows})
    bins = Bin.objects.in_bulk({row.bin_id for row in rows})
    orders = WorkOrder.objects.in_bulk({row.order_id for row in rows} - {UNBOUND})
    found = [
        Held(lots[row.lot_id], bins[row.bin_id], orders.get(row.order_id), row.quantity, row.staged_at, row.rank)
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.bin.walking_order, one.bin.code, one.lot.item.code, one.lot.code))


def _movements(lines: Sequence[LedgerLine]) -> list[Movement]:
    entries = LedgerEntry.objects.in_bulk({line.entry_id for line in lines})
    ends = Bin.objects.in_bulk({end for line in lines for end in (line.from_bin_id, line.to_bin_id)})
    bins = {key: place.code for key, place in ends.items()}
    named = {order for line in lines for order in (line.from_order, line.to_order)}
    named |= {entry.order_id for entry in entries.values() if entry.order_id}
    orders = dict(WorkOrder.objects.filter(id__in=named).values_list("id", "number"))
    people = dict(
        Person.objects.filter(id__in={entry.person_id for entry in entries.values()}).values_list("id", "name")
    )
    devices = dict(
        Device.objects.filter(id__in={entry.device_id for entry in entries.values()}).values_list("id", "code")
    )
    reasons = dict(
        ReasonCode.objects.filter(id__in={entry.reason_id for entry in entries.values()}).values_list("id", "code")
    )
    mirrored = set(
        LedgerLine.objects.filter(mirrors__in=[line.pk for line in lines]).values_list(F("mirrors"), flat=True)
    )
    return [
        Movement(
            entry_id=line.entry_id,
            line_id=line.pk,
            kind=entry.kind,
            what=_what(entry.kind, ends.get(line.from_bin_id)),
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            lot_id=line.lot_id,
            from_bin=bins.get(line.from_bin_id, ""),
            to_bin=bins.get(line.to_bin_id, ""),
            from_order=orders.get(line.from_order, ""),
            to_order=orders.get(line.to_order, ""),
            order_number=orders.get(entry.order_id or 0, ""),
            quantity=line.quantity,
            output_lot_id=line.output_lot_id,
            person=people.get(entry.person_id or 0, ""),
            device=devices.get(entry.device_id or 0, ""),
            reason=reasons.get(entry.reason_id or 0, ""),
            note=entry.note,
            reversed=line.pk in mirrored,
        )
        for line in lines
        if (entry := entries.get(line.entry_id)) is not None
    ]


def _what(kind: str, from_bin: Bin | None) -> str:
    """The entry's kind in words; what a posting brings out of consumption, it received from production."""
    if kind == EntryKind.GOODS_ISSUE and from_bin is not None and from_bin.kind == BinKind.CONSUMED:
        return "goods receipt from production"
    return kind.replace("_", " ")
