"""Which trigger definition applies to an operation at a time."""

from datetime import datetime

from django.db.models import F, Q

from masterdata.models import Item, ProductionLine, TriggerDefinition
from masterdata.rules.vocabulary import RecordState


def effective_trigger(
    item: Item, operation_number: str, at: datetime, line: ProductionLine | None = None
) -> TriggerDefinition | None:
    """The approved definition at `at`; one that names the production line goes before one that names none."""
    return (
        TriggerDefinition.objects.filter(
            Q(line=line) | Q(line__isnull=True),
            item=item,
            operation_number=operation_number,
            state=RecordState.APPROVED,
            effective_from__lte=at,
        )
        .filter(Q(effective_to__isnull=True) | Q(effective_to__gt=at))
        .order_by(F("line").asc(nulls_last=True), "-effective_from", "-version")
        .first()
    )
