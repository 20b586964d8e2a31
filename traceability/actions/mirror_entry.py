"""Mirrors a ledger entry: every line goes back the way it came, same lot, bin, binding, quantity and cost."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.models import Person, ReasonCode
from traceability.actions.ledger import record_empty_entry, record_moves
from traceability.models import LedgerEntry, LedgerLine
from traceability.rules.moves import Move
from traceability.rules.vocabulary import EntryKind

_CLASSES = ("base", "loss", "setup", "avoidable", "structural", "rework", "rounding")


def mirror_entry(*, entry_id: int, actor: Person, reason: ReasonCode, now: datetime, note: str = "") -> LedgerEntry:
    """Record the mirror of an entry. Held and expired lots get their quantity back too; they just stay ineligible.

    Raises Refused('short') where something received by the entry is no longer there.
    """
    with acting(actor, reason=reason.code):
        entry = LedgerEntry.objects.get(pk=entry_id)
        moves = [_mirror(line) for line in LedgerLine.objects.filter(entry_id=entry_id).order_by("id")]
        if moves:
            return record_moves(
                site_id=entry.site_id,
                kind=EntryKind.REVERSAL,
                moves=moves,
                actor=actor,
                occurred_at=now,
                now=now,
                order_id=entry.order_id,
                reason=reason,
                note=note,
            )
        return record_empty_entry(
            site_id=entry.site_id,
            kind=EntryKind.REVERSAL,
            actor=actor,
            now=now,
            order_id=entry.order_id,
            reason=reason,
            note=note,
        )


def _mirror(line: LedgerLine) -> Move:
    return Move(
        lot_id=line.lot_id,
        item_id=line.item_id,
        from_bin_id=line.to_bin_id,
        from_order=line.to_order,
        to_bin_id=line.from_bin_id,
        to_order=line.from_order,
        quantity=line.quantity,
        order_id=line.order_id,
        component=line.component,
        output_lot_id=line.output_lot_id,
        standard_amount=line.standard_amount,
        actual_amount=line.actual_amount,
        mirrors=line.pk,
        standard_quantity=line.standard_quantity,
        classes=tuple(getattr(line, f"{name}_quantity") for name in _CLASSES),
    )
