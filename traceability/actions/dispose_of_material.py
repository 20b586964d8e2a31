"""QA decides under signature what becomes of material that does not conform, and it becomes that in the same moment."""

from datetime import datetime

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.sign import sign
from masterdata.models import Bin, Person, ReasonCode, SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import UNCOUNTED_BINS, BinKind
from traceability.actions.ledger import lock_balances_of_lot, open_balances, record_moves
from traceability.actions.put_away import put_away
from traceability.actions.review_quality_record import hold_record
from traceability.actions.scrap_stock import scrap_stock
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import UNBOUND, MaterialLot, QualityNote, QualityRecord
from traceability.queries.bins import end_bin
from traceability.queries.quality import disposition_content, lot_of
from traceability.queries.stock import Held, stock_of
from traceability.rules.moves import BalanceKey, Move
from traceability.rules.places import same_site_refusals
from traceability.rules.quality_flow import STATUS_AFTER, disposition_refusals, flow_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import Disposition, EntryKind, QualityState


def dispose_of_material(
    *,
    row: QualityRecord,
    disposition: str,
    ticket: SigningTicket,
    note: str,
    now: datetime,
    reason: ReasonCode | None = None,
    to_bin: Bin | None = None,
) -> QualityRecord:
    """Decide on the lot of an NCMR in review; the ticket is given over `disposition_content`.

    `reason`: of the scrap. `to_bin`: where released stock goes from quarantine. Each is done by the action that people use
    for it, so that its own refusals hold here too. Nothing is done where one of them refuses.
    """
    person = ticket.person
    require(person, Duty.DISPOSE_OF_LOT)
    with acting(person, reason=note):
        held = hold_record(row)
        lot = lot_of(held)
        if lot is None:
            raise Refused(Refusal("lot_missing", f"{held.number} names no lot.", held.number, "Close it instead."))
        with connection.cursor() as cursor:
            if to_bin is not None and to_bin.site_id == lot.site_id and to_bin.kind not in UNCOUNTED_BINS:
                # made before anything is locked: everybody locks balances in one order, and this one may come first in it
                open_balances(cursor, lot.site_id, {BalanceKey(to_bin.pk, lot.pk, UNBOUND): lot.item_id})
            lock_balances_of_lot(cursor, lot.pk)
        stock = stock_of(lot)
        loose = [one for one in stock if one.order is None and one.quantity > 0]
        refuse_if(
            [
                *flow_refusals(held.kind, held.state, QualityState.DISPOSED, number=held.number),
                *disposition_refusals(
                    disposition,
                    note=note,
                    scrap_reason=(reason.code, reason.kind, reason.active) if reason else None,
                    from_supplier=lot.supplier_id is not None,
                    has_unbound=any(one.bin.kind == BinKind.QUARANTINE for one in loose),
                    bound_to={one.order.number for one in stock if one.order and one.quantity > 0},
                    store_kind=to_bin.kind if to_bin else "",
                    lot_code=lot.code,
                ),
                *same_site_refusals(held.site_id, [(to_bin.code, to_bin.site_id)] if to_bin else []),
            ]
        )
        _sign(held, disposition, ticket, note, reason, to_bin, now)
        _carry_out(Disposition(disposition), lot, loose, person, f"{held.number}: {note.strip()}", now, reason, to_bin)
    return held


def _sign(
    held: QualityRecord,
    disposition: str,
    ticket: SigningTicket,
    note: str,
    reason: ReasonCode | None,
    to_bin: Bin | None,
    now: datetime,
) -> None:
    words = f"disposition: {disposition.replace('_', ' ')}"
    held.disposition_signature = sign(
        ticket=ticket,
        meaning=words,
        subject_kind="quality_record",
        subject_key=held.number,
        content=disposition_content(
            held,
            disposition=disposition,
            note=note,
            reason=reason.code if reason else "",
            to_bin=to_bin.code if to_bin else "",
        ),
        now=now,
    )
    held.state, held.disposition, held.disposed_at = QualityState.DISPOSED, disposition, now
    fields = ["state", "disposition", "disposed_at", "disposition_signature"]
    record(held, actor=ticket.person, reason=note, changed=fields)
    QualityNote.objects.create(record=held, at=now, person=ticket.person, step=words, text=note.strip())


def _carry_out(
    disposition: Disposition,
    lot: MaterialLot,
    loose: list[Held],
    person: Person,
    note: str,
    now: datetime,
    reason: ReasonCode | None,
    to_bin: Bin | None,
) -> None:
    status = STATUS_AFTER[disposition]
    if MaterialLot.objects.get(pk=lot.pk).status != status:
        set_lot_status(lot=lot, status=status, actor=person, now=now, reason=reason, note=note[:500])
    if disposition == Disposition.RELEASE and to_bin is not None:
        for one in loose:
            if one.bin.kind == BinKind.QUARANTINE:
                put_away(lot=lot, from_bin=one.bin, to_bin=to_bin, quantity=one.quantity, actor=person, now=now)
    elif disposition == Disposition.SCRAP and reason is not None:
        for one in loose:
            scrap_stock(
                lot=lot, from_bin=one.bin, quantity=one.quantity, reason=reason, actor=person, now=now, note=note[:200]
            )
    elif disposition == Disposition.RETURN_TO_SUPPLIER and loose:
        end = end_bin(lot.site_id, BinKind.SUPPLIER)
        record_moves(
            site_id=lot.site_id,
            kind=EntryKind.RETURN,
            moves=[Move(lot.pk, lot.item_id, one.bin.pk, UNBOUND, end.pk, UNBOUND, one.quantity) for one in loose],
            actor=person,
            occurred_at=now,
            now=now,
            note=note[:200],
        )
