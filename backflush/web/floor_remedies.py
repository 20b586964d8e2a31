"""Where a refusal's remedy is done by whoever stands at the line: the same reasons with the tablet's screen beside them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from backflush.web.explained import unit_symbols
from backflush.web.gathered_reasons import gathered, one_per_item
from masterdata.pages.figures import as_read
from traceability.models import OrderOperation, WorkOrder

#: Reasons that staging mends.
_STAGE = frozenset({"not_staged", "short", "expired", "wrong_bin"})


def floor_remedies(
    reasons: Iterable[Mapping[str, Any]], order: WorkOrder | None, operation: OrderOperation | None
) -> list[dict[str, Any]]:
    """Reasons as the `refusals` component takes them: one for each item, and one button for all that staging mends."""
    symbols = unit_symbols()
    return gathered(
        [
            {
                **reason,
                "sentence": as_read(reason["sentence"], symbols),
                "remedy": as_read(reason["remedy"], symbols),
                **_link(reason["code"], order, operation),
            }
            for reason in one_per_item(reasons)
        ]
    )


def _link(code: str, order: WorkOrder | None, operation: OrderOperation | None) -> dict[str, str]:
    if order is None or operation is None:
        return {}
    if code in _STAGE:
        return {"url": reverse("stage", args=[order.pk]), "link_label": "Stage"}
    if code == "line_not_clear":
        return {"url": reverse("line-clearance", args=[order.pk, operation.line_id]), "link_label": "Clear the line"}
    if code == "serials_missing":
        return {"url": reverse("assemble", args=[order.pk, operation.number]), "link_label": "Scan serials"}
    if code == "over_tolerance":
        return {"url": reverse("weigh", args=[order.pk, operation.number]), "link_label": "Weigh again"}
    return {}
