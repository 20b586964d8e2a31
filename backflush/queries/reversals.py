"""Reversal requests: what stands open, what exactly is signed, and what speaks against reversing a posting."""

import json
from dataclasses import asdict
from datetime import UTC
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from backflush.models import OperationReport, OrderProgress, Posting, ReversalRequest
from backflush.queries.postings import is_issue, ledger_of_entries, posting_number
from backflush.queries.reports import bodies_of
from backflush.rules.correction import differences
from backflush.rules.reversal import ReversalFacts
from masterdata.models import Person
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.usage import plain_text
from traceability.models import LedgerEntry, OrderOperation, WorkOrder


def open_requests(site_id: int) -> list[ReversalRequest]:
    """Requests that wait for QA's signature, the oldest first."""
    return list(
        ReversalRequest.objects.filter(posting__site_id=site_id, declined_at=None, reversal=None)
        .select_related("posting", "requested_by", "reason")
        .defer("posting__facts")
        .order_by("requested_at")
    )


def signed_reversals() -> Coalesce:
    """For rows of requests: how many postings of the same order were reversed so far. Many of them ask a question."""
    counted = (
        Posting.objects.filter(order_id=OuterRef("posting__order_id"), kind="reversal")
        .order_by()
        .values("order_id")
        .annotate(count=Count("id"))
        .values("count")
    )
    return Coalesce(Subquery(counted), 0)


def reversal_content(request: ReversalRequest) -> dict[str, Any]:
    """Exactly what is shown and signed: the request and every line that will be mirrored; of a correction, the report that
    takes the place of the wrong one as well.
    """
    posting = request.posting
    lines = ledger_of_entries([posting.entry_id]).get(posting.entry_id, [])
    return {
        "record": "reversal",
        "posting": posting_number(posting.number),
        "order": WorkOrder.objects.values_list("number", flat=True).get(pk=posting.order_id),
        "operation": posting.operation_number,
        "requested_by": request.requested_by.username,
        "requested_at": request.requested_at.astimezone(UTC).isoformat(),
        "reason": request.reason.code,
        "note": request.note,
        "lines": [
            {
                "item": line["item"],
                "lot": line["lot"],
                "quantity": line["quantity"],
                "unit": line["unit"],
                "from": line["to_bin"],
                "to": line["from_bin"],
            }
            for line in lines
        ],
        **_correcting(request),
    }


def _correcting(request: ReversalRequest) -> dict[str, Any]:
    if not request.corrected:
        return {}
    body = json.loads(request.corrected)
    return {
        "record": "correction",
        "event_id": str(request.corrected_event),
        "corrected": body,
        "differences": [asdict(one) for one in differences(reported_body(request.posting), body)],
    }


def reported_body(posting: Posting) -> dict[str, Any]:
    """What the posting was posted from; nothing where it was posted from no report."""
    return bodies_of([posting.report_id]).get(posting.report_id, {}) if posting.report_id else {}


def reversal_facts(posting: Posting, *, anew: Fraction = ZERO) -> ReversalFacts:
    """What speaks for or against reversing, as it stands now (under the order's lock, if the caller holds it).

    `anew`: good units that a correction reports in place of those it reverses.
    """
    order = WorkOrder.objects.get(pk=posting.order_id)
    reversed_by = Posting.objects.filter(reversal_of=posting.pk).values_list("number", flat=True).first()
    return ReversalFacts(
        number=posting_number(posting.number),
        is_reversal=posting.kind == "reversal",
        already_reversed_by=posting_number(reversed_by) if reversed_by else "",
        order_number=order.number,
        order_state=order.state,
        moved_on=tuple(_moved_on(posting)) if reversed_by is None else (),
        later=_later(posting, order, anew) if reversed_by is None else None,
    )


def reporters_of(posting: Posting) -> set[int | None]:
    """The people behind a posting: who sent the report, and whose badge it named as operator or as confirming."""
    people: set[int | None] = {LedgerEntry.objects.values_list("person_id", flat=True).get(pk=posting.entry_id)}
    if posting.report_id:
        people.add(OperationReport.objects.values_list("person_id", flat=True).get(pk=posting.report_id))
        body = bodies_of([posting.report_id]).get(posting.report_id, {})
        badges = {body.get("operator"), body.get("confirmed_by")} - {None, ""}
        people.update(Person.objects.filter(badge__in=badges).values_list("id", flat=True))
    return people - {None}


def _moved_on(posting: Posting) -> list[str]:
    """Where output went that is not in its bin any more."""
    lines = ledger_of_entries([posting.entry_id]).get(posting.entry_id, [])
    found = []
    for line in (line for line in lines if not is_issue(line)):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(b.quantity), 0) FROM traceability_stockbalance b JOIN masterdata_bin p ON p.id = b.bin_id"
                " WHERE b.lot_id = %s AND p.code = %s AND b.order_id = 0",
                [line["lot_id"], line["to_bin"]],
            )
            there = Fraction(cursor.fetchone()[0])
        if there >= Fraction(line["quantity"]):
            continue
        places = where_lot_went(line["lot_id"])
        found.append(
            f"lot {line['lot']} has {plain_text(there)} of {line['quantity']} {line['unit']} left in {line['to_bin']}"
            + (f" ({', '.join(places)})" if places else "")
        )
    return found


def where_lot_went(lot_id: int) -> list[str]:
    """The orders, lots and bins that took from a lot, each in words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT coalesce('into lot ' || o.code, 'to ' || b.code || coalesce(' for order ' || w.number, ''))"
            " FROM traceability_ledgerline l JOIN masterdata_bin b ON b.id = l.to_bin_id"
            " LEFT JOIN traceability_materiallot o ON o.id = l.output_lot_id"
            " LEFT JOIN traceability_workorder w ON w.id = nullif(l.to_order, 0)"
            " JOIN masterdata_bin f ON f.id = l.from_bin_id AND f.kind <> 'consumed'"
            " WHERE l.lot_id = %s AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l.id)"
            "  AND l.mirrors IS NULL ORDER BY 1 LIMIT 20",
            [lot_id],
        )
        return [row[0] for row in cursor.fetchall()]


def _later(posting: Posting, order: WorkOrder, anew: Fraction) -> tuple[str, Fraction, Fraction] | None:
    """The operation after it that reported most of those that stand on this count point, with what it reported, and the
    good units that would be left before it."""
    operations = list(OrderOperation.objects.filter(order=order).order_by("sequence"))
    here = next((o for o in operations if o.number == posting.operation_number), None)
    progress = {p.operation_number: p for p in OrderProgress.objects.filter(order_id=order.pk)}
    if here is None or not here.count_point or here.number not in progress:
        return None
    remains = Fraction(progress[here.number].good - posting.good) + anew
    found: list[tuple[Fraction, str]] = []
    for after in (o for o in operations if o.sequence > here.sequence):
        if after.number in progress:
            there = progress[after.number]
            reported = there.good + there.structural_scrap + there.avoidable_scrap + there.rework
            found.append((Fraction(reported), after.number))
        if after.count_point:  # what comes after it stands on that one
            break
    if not found:
        return None
    most, number = max(found)
    return number, most, remains
