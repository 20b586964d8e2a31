"""Reversals, rulings on reports, closes, reopenings and true-ups as they were signed, compared with what is stored today."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backflush.models import OperationReport, OrderClose, OrderReopening, Posting, ReportRuling, ReversalRequest
from backflush.queries.closing import close_content, reopening_content
from backflush.queries.postings import ledger_of_entries
from backflush.queries.reversals import reversal_content
from backflush.rules.vocabulary import PostingKind
from masterdata.models import Signature
from masterdata.queries.contents import time_text
from masterdata.queries.signable import Content, Signable, by_key, keys_of, say_what_is_signed
from masterdata.rules.refusal import Refusal
from traceability.models import WorkOrder


def tell_of_signed_work() -> None:
    """Called once, when the application starts."""
    for kind, signable in {
        "reversal": Signable(
            "reversal", lambda content: f"of {content.get('posting', '?')}", by_key("reversal"), _reversals
        ),
        "report": Signable("report", _report_named, by_key("exception"), _reports),
        "order_close": Signable("close", _order_named, by_key("order-closing"), _closes),
        "order_reopening": Signable("reopening", _order_named, _page_of_reopening, _reopenings),
        "true_up": Signable("true-up", _true_up_named, _page_of_true_up, _true_ups),
    }.items():
        say_what_is_signed(kind, signable)


def _order_named(content: Content) -> str:
    return f"of order {content.get('order', '?')}"


def _report_named(content: Content) -> str:
    return f"of order {content.get('order', '?')}, operation {content.get('operation', '?')} ({content.get('record', '?')})"


def _true_up_named(content: Content) -> str:
    return f"of order {content.get('order', '?')}, operation {content.get('operation', '?')}"


def _page_of_reopening(signature: Signature) -> tuple[str, Any] | None:
    row = OrderReopening.objects.filter(pk=keys_of([signature]).get(signature.pk)).select_related("close").first()
    return ("order-closing", row.close.order_id) if row else None


def _page_of_true_up(signature: Signature) -> tuple[str, Any] | None:
    order = signature.subject_key.partition(":")[0]
    return ("order", order) if order.isdecimal() else None


def _reversals(signatures: Sequence[Signature]) -> dict[int, Content]:
    rows = ReversalRequest.objects.filter(signature__in=[one.pk for one in signatures])
    known = {row.signature_id: row for row in rows.select_related("posting", "requested_by", "reason")}
    return {key: reversal_content(row) for key, row in known.items()}


def _reports(signatures: Sequence[Signature]) -> dict[int, Content]:
    """The report that was ruled on or withdrawn: event ids are unique in a site, its digest tells sites apart."""
    rulings = {
        row.signature_id: row for row in ReportRuling.objects.filter(signature__in=[one.pk for one in signatures])
    }
    found: dict[int, Content] = {}
    for one in signatures:
        try:
            rows = list(OperationReport.objects.filter(event_id=UUID(one.subject_key)))
        except ValueError:
            continue
        same = [row for row in rows if row.digest == one.content.get("digest")]
        if rows:
            found[one.pk] = _report_today(one, (same or rows)[0], rulings.get(one.pk))
    return found


def _report_today(signature: Signature, row: OperationReport, ruling: ReportRuling | None) -> dict[str, Any]:
    signed = signature.content
    now = {
        **signed,
        "event_id": str(row.event_id),
        "order": row.order_number,
        "operation": row.operation_number,
        "digest": row.digest,
    }
    if signed.get("record") == "waiver":
        return now
    now |= {"said_at": time_text(row.occurred_at), "received_at": time_text(row.received_at)}
    if ruling is None:
        return {**now, "record": None}
    if str(signed.get("why", ""))[:500] != ruling.note:
        now["why"] = ruling.note
    if "accepted" in signed:
        now["accepted"] = [one["sentence"] for one in ruling.reasons]
    if "happened_at" in signed:
        now["happened_at"] = time_text(ruling.corrected_at)
    return now


def _closes(signatures: Sequence[Signature]) -> dict[int, Content]:
    rows = OrderClose.objects.filter(signature__in=[one.pk for one in signatures])
    orders = WorkOrder.objects.in_bulk([row.order_id for row in rows])
    found: dict[int, Content] = {}
    for row in rows:
        findings = [Refusal(one["code"], one["sentence"]) for one in row.accepted]
        whys = {one["code"]: one["why"] for one in row.accepted}
        assert row.signature_id is not None
        found[row.signature_id] = close_content(orders[row.order_id], findings, whys)
    return found


def _reopenings(signatures: Sequence[Signature]) -> dict[int, Content]:
    keys = keys_of(signatures)
    rows = OrderReopening.objects.select_related("close", "requested_by").in_bulk(list(keys.values()))
    return {
        one.pk: reopening_content(row)
        for one in signatures
        if (row := rows.get(keys.get(one.pk, 0))) and one.pk in (row.qa_signature_id, row.finance_signature_id)
    }


def _true_ups(signatures: Sequence[Signature]) -> dict[int, Content]:
    """What the true-up posted at the moment of the signature took, lot by lot."""
    found: dict[int, Content] = {}
    for one in signatures:
        order, _, operation = one.subject_key.partition(":")
        if not order.isdecimal():
            continue
        posting = Posting.objects.filter(
            order_id=int(order), operation_number=operation, kind=PostingKind.TRUE_UP, recorded_at=one.signed_at
        ).first()
        if posting is None:
            continue
        lines = [
            {name: line[name] for name in ("item", "lot", "quantity", "unit")} | {"bin": line["from_bin"]}
            for line in ledger_of_entries([posting.entry_id]).get(posting.entry_id, [])
        ]
        signed = one.content.get("lines", [])
        same = sorted(map(_line_key, lines)) == sorted(map(_line_key, signed))
        number = WorkOrder.objects.values_list("number", flat=True).get(pk=posting.order_id)
        found[one.pk] = {**one.content, "order": number, "operation": operation, "lines": signed if same else lines}
    return found


def _line_key(line: Any) -> tuple[str, ...]:
    return tuple(str(line.get(name, "")) for name in ("item", "lot", "bin", "unit", "quantity"))
