"""Scanned replenishment of a line-side supermarket: the stock stays unbound, the scan says which lot came when."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Bin, Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from traceability.actions.ledger import record_moves
from traceability.models import UNBOUND, LedgerEntry, MaterialLot
from traceability.queries.bins import bin_fact
from traceability.queries.days import site_day
from traceability.queries.precision import counted
from traceability.rules.lot_status import use_refusals
from traceability.rules.moves import Move
from traceability.rules.places import same_site_refusals, supermarket_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import EntryKind


def fill_supermarket(
    *, lot: MaterialLot, from_bin: Bin, to_bin: Bin, quantity: object, actor: Person, now: datetime
) -> LedgerEntry:
    """Move `quantity` of a released, unexpired lot (in its stock unit) into a supermarket bin. Raises Refused."""
    require(actor, Duty.HANDLE_STOCK)
    amount = counted(quantity, lot.item)
    refuse_if(
        [
            *same_site_refusals(lot.site_id, [(from_bin.code, from_bin.site_id), (to_bin.code, to_bin.site_id)]),
            *supermarket_refusals(
                bin_fact(from_bin), bin_fact(to_bin), item_code=lot.item.code, item_allowed=lot.item.supermarket
            ),
        ]
    )
    with acting(actor):
        return record_moves(
            site_id=lot.site_id,
            kind=EntryKind.TRANSFER,
            moves=[Move(lot.pk, lot.item_id, from_bin.pk, UNBOUND, to_bin.pk, UNBOUND, amount)],
            actor=actor,
            occurred_at=now,
            now=now,
            judge=lambda: _why_not(lot, now),
        )


def _why_not(lot: MaterialLot, now: datetime) -> list[Refusal]:
    standing = MaterialLot.objects.select_related("item", "site").get(pk=lot.pk)
    return use_refusals(
        lot_code=standing.code,
        item_code=standing.item.code,
        status=standing.status,
        expires_on=standing.expires_on,
        today=site_day(standing.site, now),
    )
