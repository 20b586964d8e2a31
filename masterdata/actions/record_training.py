"""Record that a person is trained for an operation of a product."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Item, Person, Training
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def record_training(
    *,
    person: Person,
    item: Item,
    actor: object,
    now: datetime,
    operation_number: str = "",
    valid_until: datetime | None = None,
) -> Training:
    """For one operation, or for all of the product's where none is named. Nobody records their own training."""
    require(actor, Duty.RECORD_TRAINING)
    if isinstance(actor, Person) and actor.pk == person.pk:
        raise Refused(Refusal("own_training", "Nobody records their own training.", person.name, "Ask a supervisor."))
    if valid_until is not None and valid_until <= now:
        raise Refused(Refusal("training_ended", "The training would already be over.", person.name, "Mend the date."))
    row = Training(person=person, item=item, operation_number=operation_number, trained_at=now, valid_until=valid_until)
    with acting(actor):
        return record(row, actor=actor)
