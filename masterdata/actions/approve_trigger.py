"""Approve a trigger definition with a signature."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.approve_record import approve_record
from masterdata.models import Item, SigningTicket, TriggerDefinition


def approve_trigger(
    *, definition: TriggerDefinition, ticket: SigningTicket, effective_from: datetime | None, now: datetime
) -> TriggerDefinition:
    """Signed by somebody other than the author; reports from its effective time on are judged by it. None: at once."""
    with acting(ticket.person):
        Item.objects.select_for_update(no_key=True).get(pk=definition.item_id)
        row = TriggerDefinition.objects.select_for_update(no_key=True, of=("self",)).get(pk=definition.pk)
        rivals = TriggerDefinition.objects.filter(
            item_id=row.item_id, operation_number=row.operation_number, line_id=row.line_id
        )
        approve_record(row, rivals, ticket=ticket, effective_from=effective_from, now=now)
    definition.refresh_from_db()
    return definition
