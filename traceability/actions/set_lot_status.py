"""QA decides about a lot; whoever is using the lot right now is waited for, and nobody uses it afterwards."""

from datetime import datetime

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person, ReasonCode
from masterdata.rules.duties import Duty, may
from masterdata.rules.refusal import Refusal
from traceability.actions.ledger import lock_balances_of_lot
from traceability.models import LotStatusChange, MaterialLot
from traceability.queries.quality import undecided_ncmrs
from traceability.rules.lot_status import ncmr_refusals, status_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import LotStatus


def set_lot_status(
    *,
    lot: MaterialLot,
    status: str,
    actor: Person,
    now: datetime,
    reason: ReasonCode | None = None,
    note: str = "",
) -> MaterialLot:
    """Give a lot a status from now on; returns it as it stands.

    To hold a lot, whoever handles stock may; every other change is QA's. Raises Refused with
    `not_your_duty`, `status_not_allowed`, `lot_incomplete`, `reason_missing`, `ncmr_undecided`.
    """
    if status not in list(LotStatus):
        known = ", ".join(LotStatus)
        refuse_if([Refusal("status_unknown", f"“{status}” is no status of a lot.", lot.code, f"Use one of {known}.")])
    # whoever works with a lot may stop it; what becomes of it is decided by QA
    stops_it = status == LotStatus.HELD and may(actor.roles, Duty.HANDLE_STOCK)
    require(actor, Duty.HANDLE_STOCK if stops_it else Duty.DISPOSE_OF_LOT)
    with acting(actor), connection.cursor() as cursor:
        lock_balances_of_lot(cursor, lot.pk)
        locked = MaterialLot.objects.select_for_update(no_key=True).get(pk=lot.pk)
        refuse_if(
            [
                *status_refusals(
                    locked.status,
                    status,
                    lot_code=locked.code,
                    complete=locked.complete,
                    reason_given=reason is not None or bool(note.strip()),
                ),
                *(ncmr_refusals(locked.code, undecided_ncmrs(locked.pk)) if status == LotStatus.RELEASED else []),
            ]
        )
        locked.status = status
        locked.released_since = now if status == LotStatus.RELEASED else None
        locked.save(update_fields=["status", "released_since"])
        LotStatusChange.objects.create(
            lot=locked, status=status, at=now, person=actor, reason=reason, note=note.strip()
        )
    return locked
