"""Reports as people and machines see them: their state, their reasons, and the blocked ones that wait for somebody."""

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from backflush.models import OperationReport, Posting, ReportBody, ReportRuling, ReportTransition
from backflush.queries.postings import posting_lines, posting_number
from backflush.rules.vocabulary import ReportState
from masterdata.models import Device, Person
from traceability.models import LedgerEntry, OrderOperation


def report_by_event(site_id: int, event_id: uuid.UUID | str) -> OperationReport | None:
    """The report that a client sent under its own event id."""
    return OperationReport.objects.filter(site_id=site_id, event_id=event_id).first()


def report_state(site_id: int, event_id: uuid.UUID | str) -> dict[str, Any] | None:
    """A report's state by event id, with reasons or posting, as the API answers it; None where there is none."""
    report = report_by_event(site_id, event_id)
    return None if report is None else state_of(report)


def state_of(report: OperationReport) -> dict[str, Any]:
    """State, reasons, posting and times of one report."""
    posting = Posting.objects.filter(report_id=report.pk).first()
    linked = corrections_among([report])
    return {
        "event_id": str(report.event_id),
        "state": report.state,
        "origin": report.origin,
        **linked[report.pk],
        "received_at": report.received_at,
        "settled_at": report.settled_at,
        "attempts": report.attempts,
        "reasons": reasons_of([report.pk]).get(report.pk, []) if report.state in _WITH_REASONS else [],
        "rulings": [
            {
                "kind": one.kind,
                "at": one.at,
                "signed_by": one.signature.printed_name,
                "why": one.note,
                "happened_at": one.corrected_at,
                "reasons": one.reasons,
            }
            for one in rulings_of(report.pk)
        ],
        "posting": None
        if posting is None
        else {
            "number": posting_number(posting.number),
            **posting_lines(posting),
            "note": LedgerEntry.objects.values_list("note", flat=True).get(pk=posting.entry_id),
            "href": f"/api/v1/postings/{posting_number(posting.number)}",
        },
    }


def corrections_among(reports: Iterable[OperationReport]) -> dict[int, dict[str, str | None]]:
    """By report: event ids of the report that it `corrects`, and of the one that it is `corrected_by`."""
    rows = list(reports)
    by_id = {row.pk: row for row in rows}
    wrong = {row.corrects_id for row in rows if row.corrects_id}
    events = dict(OperationReport.objects.filter(pk__in=wrong).values_list("id", "event_id")) if wrong else {}
    right = dict(OperationReport.objects.filter(corrects_id__in=by_id).values_list("corrects_id", "event_id"))
    return {
        pk: {
            "corrects": str(events[row.corrects_id]) if row.corrects_id else None,
            "corrected_by": str(right[pk]) if pk in right else None,
        }
        for pk, row in by_id.items()
    }


def rulings_of(report_id: int) -> list[ReportRuling]:
    """What QA signed about a report, the oldest first."""
    return list(ReportRuling.objects.filter(report_id=report_id).select_related("signature").order_by("id"))


_WITH_REASONS = (ReportState.BLOCKED, ReportState.REFUSED, ReportState.WAIVED)


def reasons_of(report_ids: Iterable[int]) -> dict[int, list[dict[str, str]]]:
    """The latest reasons of reports that were blocked or refused."""
    found: dict[int, list[dict[str, str]]] = {}
    rows = ReportTransition.objects.filter(
        report_id__in=list(report_ids), to_state__in=[ReportState.BLOCKED, ReportState.REFUSED]
    )
    for row in rows.order_by("id"):
        found[row.report_id] = row.reasons
    return found


def bodies_of(report_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The parsed bodies of reports."""
    return {
        pk: json.loads(body)
        for pk, body in ReportBody.objects.filter(report_id__in=list(report_ids)).values_list("report_id", "body")
    }


def blocked_reports(
    site_id: int, *, order: str | None = None, reason: str | None = None, line: int | None = None, limit: int = 500
) -> list[dict[str, Any]]:
    """Blocked reports, the oldest first, with every reason; filtered by order number, reason code or production line."""
    reports: QuerySet[OperationReport] = OperationReport.objects.filter(site_id=site_id, state=ReportState.BLOCKED)
    if order:
        reports = reports.filter(order_number=order)
    if line:
        here = OrderOperation.objects.filter(order_id=OuterRef("order_id"), number=OuterRef("operation_number"))
        reports = reports.annotate(line_id=Subquery(here.values("line_id")[:1])).filter(line_id=line)
    if reason:
        latest = ReportTransition.objects.filter(report_id=OuterRef("pk")).order_by("-id").values("reasons")[:1]
        reports = reports.annotate(latest=Subquery(latest)).filter(latest__contains=[{"code": reason}])
    return describe(reports.order_by("received_at", "id")[:limit])


def describe(reports: Iterable[OperationReport]) -> list[dict[str, Any]]:
    """Rows for lists: who reported what, when, and why it does not post."""
    rows = list(reports)
    ids = [row.pk for row in rows]
    reasons, bodies = reasons_of(ids), bodies_of(ids)
    devices = {d.pk: d for d in Device.objects.filter(pk__in={row.device_id for row in rows})}
    people = {p.pk: p for p in Person.objects.filter(pk__in={row.person_id for row in rows})}
    return [
        {
            "id": row.pk,
            "event_id": str(row.event_id),
            "order": row.order_number,
            "order_id": row.order_id,
            "operation": row.operation_number,
            "kind": row.kind,
            "state": row.state,
            "good": bodies.get(row.pk, {}).get("good", ""),
            "body": bodies.get(row.pk, {}),
            "occurred_at": row.occurred_at,
            "received_at": row.received_at,
            "settled_at": row.settled_at,
            "attempts": row.attempts,
            "reasons": reasons.get(row.pk, []),
            "device": devices.get(row.device_id or 0),
            "person": people.get(row.person_id or 0),
        }
        for row in rows
    ]


def report_page(site_id: int, event_id: uuid.UUID | str) -> dict[str, Any] | None:
    """One report with its body, reasons, posting and everything that happened to it."""
    report = report_by_event(site_id, event_id)
    if report is None:
        return None
    row = describe([report])[0]
    posting = Posting.objects.filter(report_id=report.pk).first()
    transitions = list(ReportTransition.objects.filter(report_id=report.pk).order_by("id"))
    people = {p.pk: p for p in Person.objects.filter(pk__in={t.person_id for t in transitions})}
    return {
        **row,
        "report": report,
        "posting": posting_number(posting.number) if posting else None,
        "transitions": [
            {
                "at": t.at,
                "from_state": t.from_state,
                "to_state": t.to_state,
                "reasons": t.reasons,
                "note": t.note,
                "person": people.get(t.person_id or 0),
            }
            for t in transitions
        ],
    }
