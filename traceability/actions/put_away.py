"""Unbound stock goes from one shelf to another."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Bin, Person
from masterdata.rules.duties import Duty, may
from traceability.actions.ledger import record_moves
from traceability.models import UNBOUND, LedgerEntry, MaterialLot
from traceability.queries.bins import bin_fact
from traceability.queries.precision import counted
from traceability.rules.moves import Move
from traceability.rules.places import put_away_refusals, same_site_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import EntryKind


def put_away(
    *, lot: MaterialLot, from_bin: Bin, to_bin: Bin, quantity: object, actor: Person, now: datetime
) -> LedgerEntry:
    """Move unbound stock of a lot (in its stock unit) between store, quarantine and finished bins. Raises Refused."""
    may_dispose = may(actor.roles, Duty.DISPOSE_OF_LOT)
    require(actor, Duty.DISPOSE_OF_LOT if may_dispose else Duty.HANDLE_STOCK)
    amount = counted(quantity, lot.item)
    refuse_if(
        [
            *same_site_refusals(lot.site_id, [(from_bin.code, from_bin.site_id), (to_bin.code, to_bin.site_id)]),
            *put_away_refusals(bin_fact(from_bin), bin_fact(to_bin), may_dispose=may_dispose),
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
        )
