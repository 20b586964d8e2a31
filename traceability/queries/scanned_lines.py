"""Which operations of an order take components by scan: weighed ones, serials."""

from datetime import datetime

from masterdata.models import Item
from masterdata.rules.usage import BomFact
from masterdata.rules.vocabulary import PostingMethod, Tracking
from traceability.models import WorkOrder
from traceability.queries.pinned_boms import pin_at, pinned_boms


def scanned_operations(order: WorkOrder, at: datetime) -> dict[str, set[str]]:
    """By operation number: `weigh` where something is dispensed or fetched by scan, `assemble` where serials are built in."""
    pin = pin_at(order.pk, at)
    if pin is None:
        return {}
    (pinned,) = pinned_boms([pin])
    scanned: set[tuple[str, int]] = set()

    def descend(bom: BomFact, operation: str | None) -> None:
        for line in bom.lines:
            here = operation or line.operation
            inner = pinned.bom_of(line.item)
            if inner is not None:
                descend(inner, here)
            elif line.method != PostingMethod.BACKFLUSH:
                scanned.add((here, line.item))

    descend(pinned.bom, None)
    tracking = dict(Item.objects.filter(pk__in={item for _, item in scanned}).values_list("pk", "tracking"))
    found: dict[str, set[str]] = {}
    for operation, item in scanned:
        found.setdefault(operation, set()).add("assemble" if tracking[item] == Tracking.SERIAL else "weigh")
    return found
