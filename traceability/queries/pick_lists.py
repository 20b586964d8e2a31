"""The pick list of an order: what each operation still needs, from which bins and lots, and what is missing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from masterdata.models import Bin, Item
from masterdata.queries import item_factors, unit_facts
from masterdata.rules.exact import Fraction
from masterdata.rules.explosion import explode
from masterdata.rules.units import conversion
from masterdata.rules.usage import UsageLine
from masterdata.rules.vocabulary import BinKind
from traceability.models import UNBOUND, LedgerLine, MaterialLot, StockBalance, WorkOrder
from traceability.queries.bins import end_bin
from traceability.queries.days import site_day
from traceability.queries.pinned_boms import PinnedBom, items_of, pin_at, pinned_boms
from traceability.queries.precision import rounding_rule
from traceability.rules.allocation import NO_EXPIRY
from traceability.rules.orders import operation_key
from traceability.rules.picking import Pick, Shelf, order_need, picks_for
from traceability.rules.vocabulary import LotStatus


@dataclass(frozen=True, slots=True)
class PickLine:
    """What one operation needs of an item for the whole order, in its stock unit, and where to fetch what is not bound.

    `bound` is the item's stock bound to the order, `issued` what postings took of it, both counted to its first operation:
    what stands in neither is fetched. `supermarket`: it is drawn at the line, and
    need not be fetched. `alternates`: items that may take its place.
    """

    operation_number: str
    item: Item
    method: str
    needed: Decimal
    bound: Decimal
    issued: Decimal
    picks: tuple[Pick, ...]
    missing: Decimal
    supermarket: bool
    alternates: tuple[Item, ...]


def pick_list(order: WorkOrder, now: datetime) -> list[PickLine]:
    """By operation, then item; empty where the order is not released. Lots are ranked by the order's own strategy."""
    pin = pin_at(order.pk, now)
    if pin is None:
        return []
    (pinned,) = pinned_boms([pin])
    items = Item.objects.select_related("stock_unit").in_bulk(items_of(pinned) | {order.item_id})
    grouped: dict[tuple[str, int], list[UsageLine]] = defaultdict(list)
    output, lines = _usage(order, pinned, items, now)
    for line in lines:
        grouped[(line.operation, line.item)].append(line)
    bound, issued = _bound(order), _issued(order)
    shelves = _shelves(order, {item_id for _, item_id in grouped}, now)
    found = []
    for operation, item_id in sorted(grouped, key=lambda key: (operation_key(key[0]), items[key[1]].code)):
        item, own = items[item_id], grouped[(operation, item_id)]
        there, used = bound.pop(item_id, Fraction(0)), issued.pop(item_id, Fraction(0))
        needed, picks, missing = picks_for(
            sum((order_need(line, output) for line in own), Fraction(0)),
            there + used,
            shelves.get(item_id, []),
            rounding_rule(item),
            order.allocation,
        )
        if item.supermarket:
            picks, missing = [], Fraction(0)
        found.append(
            PickLine(
                operation_number=operation,
                item=item,
                method=own[0].method,
                needed=_decimal(needed),
                bound=_decimal(there),
                issued=_decimal(used),
                picks=tuple(picks),
                missing=_decimal(missing),
                supermarket=item.supermarket,
                alternates=tuple(items[one.item] for line in own for one in line.alternates),
            )
        )
    return found


def _usage(
    order: WorkOrder, pinned: PinnedBom, items: dict[int, Item], now: datetime
) -> tuple[Fraction, tuple[UsageLine, ...]]:
    """The order's quantity in base units, and the exploded lines. Nothing where a unit factor is missing."""
    units = unit_facts()
    factors = item_factors(items.keys(), now)

    def convert(item_id: int, from_unit: str, to_unit: str) -> Fraction | None:
        path = conversion(from_unit, to_unit, units, factors.get(item_id, []))
        return path.factor if path else None

    factor = convert(order.item_id, order.unit.code, pinned.bom.base_unit)
    if factor is None:
        return Fraction(0), ()
    usage = explode(
        pinned.bom,
        pinned.bom_of,
        {pk: item.stock_unit.code for pk, item in items.items()},
        convert,
        {code: unit.dimension for code, unit in units.items()},
    )
    return Fraction(order.quantity) * factor, usage.lines


def _bound(order: WorkOrder) -> dict[int, Fraction]:
    """Stock bound to the order by item id."""
    found: dict[int, Fraction] = {}
    rows = StockBalance.objects.filter(site_id=order.site_id, order_id=order.pk, quantity__gt=0)
    for item_id, quantity in rows.values_list("item_id", "quantity"):
        found[item_id] = found.get(item_id, Fraction(0)) + Fraction(quantity)
    return found


def _issued(order: WorkOrder) -> dict[int, Fraction]:
    """What postings of the order took, by item id; what reversals gave back is taken off."""
    lines = LedgerLine.objects.filter(order_id=order.pk)
    taken = lines.filter(to_bin_id=_consumed(order), mirrors__isnull=True)
    given_back = lines.filter(from_bin_id=_consumed(order), mirrors__isnull=False)
    found: dict[int, Fraction] = {}
    for sign, rows in ((1, taken), (-1, given_back)):
        for item_id, quantity in rows.values_list("item_id").annotate(quantity=Sum("quantity")):
            found[item_id] = found.get(item_id, Fraction(0)) + sign * Fraction(quantity)
    return found


def _consumed(order: WorkOrder) -> int:
    return end_bin(order.site_id, BinKind.CONSUMED).pk


def _shelves(order: WorkOrder, item_ids: Collection[int], now: datetime) -> dict[int, list[tuple[Shelf, Fraction]]]:
    """Unbound stock of released lots in date, in store and finished bins, by item id."""
    bins = Bin.objects.filter(site_id=order.site_id, kind__in=(BinKind.STORE, BinKind.FINISHED)).in_bulk()
    rows = list(
        StockBalance.objects.filter(
            site_id=order.site_id, item_id__in=item_ids, order_id=UNBOUND, quantity__gt=0, bin_id__in=bins
        )
    )
    today = site_day(order.site, now)
    lots = MaterialLot.objects.filter(status=LotStatus.RELEASED).in_bulk({row.lot_id for row in rows})
    found: dict[int, list[tuple[Shelf, Fraction]]] = {}
    for row in rows:
        lot, place = lots.get(row.lot_id), bins[row.bin_id]
        if lot is None or (lot.expires_on is not None and lot.expires_on < today):
            continue
        shelf = Shelf(
            lot=lot.pk,
            bin=place.pk,
            lot_code=lot.code,
            bin_code=place.code,
            walking_order=place.walking_order,
            expires_on=lot.expires_on.isoformat() if lot.expires_on else NO_EXPIRY,
            received_at=lot.received_at.isoformat(),
            potency=None if lot.potency is None else Fraction(lot.potency),
        )
        found.setdefault(row.item_id, []).append((shelf, Fraction(row.quantity)))
    return found


def _decimal(value: Fraction) -> Decimal:
    """Rounded quantities have finite decimals."""
    return Decimal(value.numerator) / Decimal(value.denominator)
