"""A consumer says how far it has come in the outbox. Shown to people; it moves nothing and holds nothing up."""

from datetime import datetime

from backflush.models import OutboxConsumer
from backflush.queries.outbox import head_of
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused

LONGEST_NAME = 60


def acknowledge_movements(
    *, site_id: int, consumer: str, position: int, actor: Person, now: datetime
) -> OutboxConsumer:
    """Keep the consumer's position. Saying the same again is fine; beyond the head, or back, is refused."""
    require(actor, Duty.ACKNOWLEDGE_OUTBOX)
    with acting(actor):
        head = head_of(site_id)
        if position > head:
            raise Refused(
                Refusal(
                    "after_is_beyond_head",
                    f"Position {position} is not given out yet: the outbox ends at {head}.",
                    consumer,
                    "Acknowledge what was read here.",
                )
            )
        row, made = OutboxConsumer.objects.select_for_update(no_key=True).get_or_create(
            site_id=site_id, name=consumer, defaults={"position": position, "acknowledged_at": now, "person": actor}
        )
        if position < row.position:
            raise Refused(
                Refusal(
                    "acknowledged_further",
                    f"{consumer} has acknowledged position {row.position} already.",
                    consumer,
                    "To read again, ask with a lower position; there is nothing to take back.",
                )
            )
        if not made:
            row.position, row.acknowledged_at, row.person = position, now, actor
            row.save(update_fields=["position", "acknowledged_at", "person"])
        return row
