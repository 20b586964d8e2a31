"""Shortages of a movement, in words."""

from collections.abc import Sequence

from masterdata.models import Bin
from masterdata.rules.refusal import Refusal
from traceability.models import MaterialLot, WorkOrder
from traceability.rules.moves import Shortage, plain


def explain_shortages(short: Sequence[Shortage]) -> list[Refusal]:
    """One refusal for each balance that has too little: where, of what lot, how much is there and how much is needed."""
    if not short:
        return []
    bins = dict(Bin.objects.filter(id__in={one.key.bin_id for one in short}).values_list("id", "code"))
    orders = dict(WorkOrder.objects.filter(id__in={one.key.order_id for one in short}).values_list("id", "number"))
    lots = {
        lot.pk: lot
        for lot in MaterialLot.objects.filter(id__in={one.key.lot_id for one in short}).select_related(
            "item__stock_unit"
        )
    }
    refusals = []
    for one in short:
        lot = lots[one.key.lot_id]
        unit = lot.item.stock_unit.symbol
        bound = f" bound to order {orders[one.key.order_id]}" if one.key.order_id else ""
        there = f"{plain(one.there)} {unit}" if one.there else "nothing"
        refusals.append(
            Refusal(
                "short",
                f"Bin {bins[one.key.bin_id]} holds {there} of lot {lot.code}{bound};"
                f" {plain(one.needed)} {unit} are needed.",
                f"{lot.item.code} {lot.code}",
                f"Take at most {there}, or scan another lot or bin."
                if one.there
                else "Scan the bin that the lot lies in, or another lot.",
            )
        )
    return refusals
