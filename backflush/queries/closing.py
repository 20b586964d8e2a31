"""What stands between an order and its close, gathered now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from backflush.models import OperationReport, OrderClose, OrderReopening, Posting
from backflush.queries.batch import Batch, ReportRow
from backflush.queries.postings import plain_decimal
from backflush.queries.recipes import RecipeBook
from backflush.rules.order_close import CloseFacts, LabelCount, close_refusals
from backflush.rules.vocabulary import ReportState
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from traceability.models import HandlingUnit, QualityLink, QualityRecord, WorkOrder
from traceability.rules.vocabulary import QualityState


def close_findings(order: WorkOrder, now: datetime) -> list[Refusal]:
    """Every finding at once; empty where the order may close."""
    return close_refusals(close_facts(order, now))


def close_content(order: WorkOrder, findings: Sequence[Refusal], accepted: Mapping[str, str]) -> dict[str, Any]:
    """Exactly what is shown and signed where an order closes with what was posted beyond its need."""
    return {
        "record": "order_close",
        "order": order.number,
        "accepted": [{"finding": one.sentence, "why": accepted.get(one.code, "")} for one in findings],
    }


def reopening_content(reopening: OrderReopening) -> dict[str, Any]:
    """Exactly what QA and finance are shown and sign."""
    return {
        "record": "reopening",
        "order": WorkOrder.objects.values_list("number", flat=True).get(pk=reopening.close.order_id),
        "revision": reopening.close.revision,
        "closed_at": reopening.close.closed_at.astimezone(UTC).isoformat(),
        "why": reopening.why,
        "requested_by": reopening.requested_by.username,
    }


def closes_of(order_id: int) -> list[OrderClose]:
    """An order's closes, the latest first, each with its reopening, if it was asked for."""
    return list(
        OrderClose.objects.filter(order_id=order_id)
        .select_related(
            "closed_by",
            "signature",
            "reopening__requested_by",
            "reopening__qa_signature",
            "reopening__finance_signature",
        )
        .order_by("-revision")
    )


def close_facts(order: WorkOrder, now: datetime) -> CloseFacts:
    """Residuals, unsettled reports, rework, handling units, quality records, and each operation's recipe with its progress."""
    batch = Batch(RecipeBook(), [order.pk], [])
    operations = []
    for operation in batch.orders[order.pk].operations:
        row = ReportRow(
            0, order.site_id, order.pk, order.number, operation.number, "order_close", None, None, now, now, {}
        )
        recipe = batch.recipe(row)
        if recipe is not None:
            operations.append((recipe, batch.progress(row)))
    unsettled = OperationReport.objects.filter(
        order_id=order.pk, state__in=[ReportState.RECEIVED, ReportState.BLOCKED]
    ).values_list("event_id", flat=True)
    return CloseFacts(
        number=order.number,
        quantity=Fraction(order.quantity),
        operations=operations,
        residuals=_residuals(order.pk),
        unsettled=[str(event_id) for event_id in unsettled],
        rework=_open_rework(order.pk),
        handling_units=list(HandlingUnit.objects.filter(order=order, closed_at=None).values_list("sscc", flat=True)),
        quality=open_records(order),
        labels=_labels(order.pk),
    )


def open_records(order: WorkOrder) -> list[str]:
    """Numbers of the quality records that are not closed: about the order, what it made, its reports or postings."""
    reports = OperationReport.objects.filter(order_id=order.pk).values("event_id")
    postings = Posting.objects.filter(order_id=order.pk, site_id=order.site_id).values("number")
    links = QualityLink.objects.filter(
        Q(order=order) | Q(lot__order_id=order.pk) | Q(event_id__in=reports) | Q(posting_number__in=postings)
    )
    rows = QualityRecord.objects.filter(site_id=order.site_id, pk__in=links.values("record")).exclude(
        state=QualityState.CLOSED
    )
    return list(rows.order_by("opened_at", "id").values_list("number", flat=True))


def _residuals(order_id: int) -> list[tuple[str, str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.code, l.code, b.quantity, p.code FROM traceability_stockbalance b"
            " JOIN traceability_materiallot l ON l.id = b.lot_id JOIN masterdata_item i ON i.id = b.item_id"
            " JOIN masterdata_bin p ON p.id = b.bin_id WHERE b.order_id = %s AND b.quantity > 0"
            " ORDER BY i.code, l.code, p.code",
            [order_id],
        )
        return [(item, lot, plain_decimal(quantity), place) for item, lot, quantity, place in cursor.fetchall()]


# what went to the order, and what became of it, for each lot of labels that was ever bound to it
_LABELS = """
SELECT i.code, l.code,
    coalesce(sum(x.quantity) FILTER (WHERE x.to_order = %(order)s AND start.kind <> 'consumed'), 0),
    coalesce(sum(CASE WHEN x.from_order = %(order)s THEN x.quantity ELSE -x.quantity END)
        FILTER (WHERE 'consumed' IN (start.kind, goal.kind)), 0),
    coalesce(sum(x.quantity) FILTER (WHERE x.from_order = %(order)s AND goal.kind NOT IN ('consumed', 'scrap')), 0),
    coalesce(sum(x.quantity) FILTER (WHERE x.from_order = %(order)s AND goal.kind = 'scrap'), 0)
FROM traceability_materiallot l
JOIN masterdata_item i ON i.id = l.item_id AND i.label_controlled
JOIN traceability_ledgerline x ON x.lot_id = l.id AND %(order)s IN (x.from_order, x.to_order) AND x.from_order <> x.to_order
JOIN masterdata_bin start ON start.id = x.from_bin_id
JOIN masterdata_bin goal ON goal.id = x.to_bin_id
WHERE l.id IN (SELECT lot_id FROM traceability_stockbalance WHERE order_id = %(order)s)
GROUP BY 1, 2 ORDER BY 1, 2
"""


def _labels(order_id: int) -> list[LabelCount]:
    with connection.cursor() as cursor:
        cursor.execute(_LABELS, {"order": order_id})
        return [LabelCount(item, lot, *map(Fraction, counts)) for item, lot, *counts in cursor.fetchall()]


def _open_rework(order_id: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT l.code FROM traceability_materiallot l JOIN traceability_stockbalance b ON b.lot_id = l.id"
            " WHERE l.order_id = %s AND l.origin = 'rework' AND b.quantity > 0 ORDER BY l.code",
            [order_id],
        )
        return [row[0] for row in cursor.fetchall()]
