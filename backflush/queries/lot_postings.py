"""The postings that a lot took part in: what drew it, and what received it."""

from collections.abc import Iterable
from typing import Any

from backflush.models import Posting
from backflush.queries.postings import ledger_of_entries, posting_number
from masterdata.models import Bin
from masterdata.rules.vocabulary import BinKind
from traceability.models import LedgerLine, WorkOrder

MOST = 500


def postings_of_lot(lot_id: int) -> list[dict[str, Any]]:
    """Newest first: number, kind, order, operation, when, and what of the lot it drew or received."""
    entries = list(
        LedgerLine.objects.filter(lot_id=lot_id)
        .order_by("-entry_id")
        .values_list("entry_id", flat=True)
        .distinct()[:MOST]
    )
    postings = list(Posting.objects.filter(entry_id__in=entries).defer("facts").order_by("-number"))
    orders = dict(WorkOrder.objects.filter(pk__in={one.order_id for one in postings}).values_list("id", "number"))
    reversed_ids = set(
        Posting.objects.filter(reversal_of__in=[one.pk for one in postings]).values_list("reversal_of", flat=True)
    )
    lines = ledger_of_entries([one.entry_id for one in postings])
    found = []
    for one in postings:
        for line in lines.get(one.entry_id, []):
            if line["lot_id"] != lot_id:
                continue
            found.append(
                {
                    "number": posting_number(one.number),
                    "kind": one.kind,
                    "order_id": one.order_id,
                    "order": orders.get(one.order_id, ""),
                    "operation": one.operation_number,
                    "occurred_at": one.occurred_at,
                    "from": line["from_bin"],
                    "to": line["to_bin"],
                    "quantity": line["quantity"],
                    "unit": line["unit"],
                    "drawn": line["to_kind"] == "consumed",
                    "reversed": one.pk in reversed_ids,
                }
            )
    return found


def issued_lots(lot_ids: Iterable[int]) -> set[int]:
    """Those of these lots that an order consumed some of."""
    ends = list(Bin.objects.filter(kind=BinKind.CONSUMED).values_list("id", flat=True))
    lines = LedgerLine.objects.filter(lot_id__in=list(lot_ids), order_id__isnull=False, to_bin_id__in=ends)
    return set(lines.values_list("lot_id", flat=True).distinct())


def numbers_of_entries(entry_ids: Iterable[int]) -> dict[int, str]:
    """Posting numbers by ledger entry."""
    rows = Posting.objects.filter(entry_id__in=list(entry_ids)).values_list("entry_id", "number")
    return {entry: posting_number(number) for entry, number in rows}
