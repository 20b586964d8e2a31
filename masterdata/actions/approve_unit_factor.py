"""Approve an item's unit factor with a signature."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.approve_record import approve_record
from masterdata.models import Item, SigningTicket, UnitFactor


def approve_unit_factor(
    *, factor: UnitFactor, ticket: SigningTicket, effective_from: datetime | None, now: datetime
) -> UnitFactor:
    """Signed by somebody other than the author; used from its effective time on. None: at once."""
    with acting(ticket.person):
        Item.objects.select_for_update(no_key=True).get(pk=factor.item_id)
        row = UnitFactor.objects.select_for_update(no_key=True, of=("self",)).get(pk=factor.pk)
        rivals = UnitFactor.objects.filter(
            item_id=row.item_id, from_unit_id=row.from_unit_id, to_unit_id=row.to_unit_id
        )
        approve_record(row, rivals, ticket=ticket, effective_from=effective_from, now=now)
    factor.refresh_from_db()
    return factor
