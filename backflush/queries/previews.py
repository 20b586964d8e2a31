"""What a report would take, from which lots, with its arithmetic, and the reasons it would block. Writes nothing."""

import json
from datetime import datetime
from typing import Any

from backflush.queries.batch import Batch, ReportRow
from backflush.queries.explanations import plan_as_data
from backflush.queries.recipes import RecipeBook
from backflush.rules.decide import decide
from backflush.rules.report import Report, canonical_body
from masterdata.models import Device, Person
from masterdata.rules.refusal import Refusal
from traceability.models import WorkOrder


def preview_usage(
    *, site_id: int, report: Report, now: datetime, device: Device | None = None, person: Person | None = None
) -> dict[str, Any]:
    """The plan for a report as it would be decided now: lines, outputs and reasons, as data."""
    order_id = WorkOrder.objects.filter(site_id=site_id, number=report.order).values_list("id", flat=True).first()
    row = ReportRow(
        id=0,
        site_id=site_id,
        order_id=order_id or 0,
        order_number=report.order,
        operation=report.operation,
        kind=report.kind,
        device_id=device.pk if device else None,
        person_id=person.pk if person else None,
        occurred_at=report.occurred_at,
        received_at=now,
        body=json.loads(canonical_body(report)),
    )
    if order_id is None:
        refusal = Refusal("order_not_open", f"Order {report.order} is not known.", report.order, "Check the number.")
        return {"reasons": [refusal.as_dict()], "note": "", "lines": [], "outputs": []}
    batch = Batch(RecipeBook(), [order_id], [row])
    recipe = batch.recipe(row)
    if recipe is None:
        refusal = Refusal(
            "operation_unknown",
            f"Order {report.order} has no operation {report.operation}.",
            report.operation,
            "Choose an operation of the order.",
        )
        return {"reasons": [refusal.as_dict()], "note": "", "lines": [], "outputs": []}
    batch.load_stock([recipe], lock=False)
    order = batch.order_fact(row, recipe)
    plan = decide(batch.report_fact(row, recipe), order, recipe, batch.progress(row), batch.stock())
    return plan_as_data(plan, order, recipe)
