"""Corrections: what the right report would post once the wrong posting is reversed.

The event is judged as it was when it first posted: its device, clock, training and line clearance were found good then and
are no part of what was wrong. Quantities, codes, lots and stock are judged anew.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from backflush.models import OperationReport, Posting, ReversalRequest
from backflush.queries.batch import Batch, ReportRow
from backflush.queries.explanations import plan_as_data
from backflush.queries.recipes import RecipeBook
from backflush.queries.standing_progress import without_posting
from backflush.rules.decide import decide
from backflush.rules.facts import BalanceKey, OrderFact, ReportFact
from backflush.rules.recipe import Recipe
from backflush.rules.report import Report, canonical_body, parse_report
from backflush.rules.stored_facts import read_facts
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused


@dataclass(slots=True)
class Judged:
    """A corrected report with everything it is decided on."""

    batch: Batch
    row: ReportRow
    recipe: Recipe
    report: ReportFact
    order: OrderFact


def corrected_report(request: ReversalRequest) -> Report:
    """The report that the request would have instead, with its own event id."""
    found = parse_report({**json.loads(request.corrected), "event_id": str(request.corrected_event)})
    if isinstance(found, Report):
        return found
    raise Refused(*(Refusal(fault.code, fault.detail, fault.field, "Ask for the correction anew.") for fault in found))


def judge_correction(
    posting: Posting,
    corrected: Report,
    *,
    report_id: int = 0,
    person_id: int,
    lock: bool = False,
    returned: Mapping[BalanceKey, Fraction] | None = None,
) -> Judged:
    """Gather what the corrected report is decided on. `returned`: quantities to look at as if they were back already."""
    original = OperationReport.objects.get(pk=posting.report_id)
    was, stood, _, _ = read_facts(posting.facts)
    row = ReportRow(
        id=report_id,
        site_id=posting.site_id,
        order_id=posting.order_id,
        order_number=original.order_number,
        operation=original.operation_number,
        kind=original.kind,
        device_id=None,
        person_id=person_id,
        occurred_at=original.occurred_at,
        received_at=datetime.fromisoformat(was.received_at),
        body=json.loads(canonical_body(corrected)),
    )
    batch = Batch(RecipeBook(), [posting.order_id], [row])
    recipe = batch.recipe(row)
    if recipe is None:
        raise Refused(
            Refusal(
                "operation_unknown",
                f"Order {row.order_number} has no operation {row.operation} any more.",
                row.operation,
                "Have the posting reversed, and report anew.",
            )
        )
    batch.load_stock([recipe], lock=lock, returned=returned or {})
    report = replace(
        batch.report_fact(row, recipe),
        received_at=was.received_at,
        device=was.device,
        device_enabled=was.device_enabled,
        clock_offset_ms=was.clock_offset_ms,
        trained=was.trained,
    )
    found = batch.order_fact(row, recipe)
    return Judged(batch, row, recipe, report, replace(found, line_clear=found.line_clear or stood.line_clear))


def preview_correction(posting: Posting, corrected: Report, *, person_id: int) -> dict[str, Any]:
    """What the corrected report would post if the posting were reversed now: reasons, lines, outputs. Writes nothing."""
    judged = judge_correction(posting, corrected, person_id=person_id, returned=_given_back(posting))
    without = without_posting(posting)
    batch, row, recipe = judged.batch, judged.row, judged.recipe
    if without is not None:
        batch.orders[row.order_id].progress[row.operation] = without.progress
    plan = decide(judged.report, judged.order, recipe, batch.progress(row), batch.stock())
    return plan_as_data(plan, judged.order, recipe)


def _given_back(posting: Posting) -> dict[BalanceKey, Fraction]:
    """What the mirror of a posting's lines brings back, by balance."""
    found: dict[BalanceKey, Fraction] = defaultdict(Fraction)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.from_bin_id, l.lot_id, l.from_order, l.quantity FROM traceability_ledgerline l"
            " JOIN masterdata_bin b ON b.id = l.to_bin_id AND b.kind = 'consumed' WHERE l.entry_id = %s",
            [posting.entry_id],
        )
        for bin_id, lot_id, order_id, quantity in cursor.fetchall():
            found[(bin_id, lot_id, order_id)] += Fraction(quantity)
    return dict(found)
