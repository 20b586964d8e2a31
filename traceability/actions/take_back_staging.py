"""The last scan was a mistake: what it moved goes back where it came from, and is unbound."""

from datetime import datetime

from django.db import IntegrityError, transaction

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.holding import keep_order_open
from traceability.actions.ledger import record_moves
from traceability.models import UNBOUND, StagingScan, WorkOrder
from traceability.rules.moves import Move
from traceability.rules.staging import order_refusals
from traceability.rules.vocabulary import EntryKind, StagingKind


def take_back_staging(*, scan: StagingScan, actor: Person, now: datetime) -> StagingScan:
    """Undo one staging scan, once; returns the scan that undid it.

    Raises Refused: already_taken_back, not_a_staging, order_not_open, and `short` where some of it was issued since.
    """
    require(actor, Duty.HANDLE_STOCK)
    if scan.kind != StagingKind.STAGE:
        raise Refused(
            Refusal(
                "not_a_staging",
                f"Only a staging scan can be taken back, not a {scan.kind.replace('_', ' ')}.",
                scan.lot.code,
                "Return the material instead.",
            )
        )
    with acting(actor):
        keep_order_open(scan.order_id)
        entry = record_moves(
            site_id=scan.order.site_id,
            kind=EntryKind.RETURN,
            moves=[
                Move(
                    scan.lot_id,
                    scan.lot.item_id,
                    scan.to_bin_id,
                    scan.order_id,
                    scan.from_bin_id,
                    UNBOUND,
                    scan.quantity,
                )
            ],
            actor=actor,
            occurred_at=now,
            now=now,
            order_id=scan.order_id,
            note=f"takes back staging scan {scan.pk}",
            judge=lambda: _why_not(scan),
        )
        try:
            with transaction.atomic():
                return StagingScan.objects.create(
                    order=scan.order,
                    lot=scan.lot,
                    kind=StagingKind.TAKE_BACK,
                    from_bin=scan.to_bin,
                    to_bin=scan.from_bin,
                    quantity=scan.quantity,
                    person=actor,
                    at=now,
                    entry_id=entry.id,
                    undoes=scan,
                )
        except IntegrityError as error:
            raise Refused(_taken_back(scan)) from error


def _why_not(scan: StagingScan) -> list[Refusal]:
    state = WorkOrder.objects.values_list("state", flat=True).get(pk=scan.order_id)
    refusals = order_refusals(scan.order.number, state)
    if StagingScan.objects.filter(undoes=scan).exists():
        refusals.append(_taken_back(scan))
    return refusals


def _taken_back(scan: StagingScan) -> Refusal:
    return Refusal(
        "already_taken_back",
        f"This scan of lot {scan.lot.code} was taken back before.",
        scan.lot.code,
        "Look at what is still bound to the order.",
    )
