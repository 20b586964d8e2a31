"""Reverse a posting under QA's signature: every line mirrored, lot by lot, cost by cost; once."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from backflush.actions.record_postings import take_positions, take_posting_ids, write_progress
from backflush.models import OperationReport, OrderProgress, Posting, Recipe, ReportTransition, ReversalRequest
from backflush.queries.reversals import reporters_of, reversal_content, reversal_facts
from backflush.rules.decide import decide
from backflush.rules.flush import closes_unit, counts_of
from backflush.rules.progress import Progress, read_lines
from backflush.rules.recipe import read_recipe
from backflush.rules.requirement import Counts
from backflush.rules.reversal import (
    output_needs_without,
    progress_without,
    reversal_refusals,
    signer_refusals,
)
from backflush.rules.stored_facts import read_facts
from backflush.rules.vocabulary import PostingKind, ReportKind, ReportState
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.sign import sign
from masterdata.models import SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.close_handling_units import reopen_handling_unit
from traceability.actions.holding import hold_order
from traceability.actions.mirror_entry import mirror_entry

MEANING = "reversal approved"


def reverse_posting(*, request: ReversalRequest, ticket: SigningTicket, now: datetime) -> Posting:
    """Mirror the posting that `request` names and return the reversal.

    The ticket must be given over `reversal_content(request)`. Refused: already_reversed, output_moved_on,
    later_operation_reported, order_closed, signer_is_requester, signer_is_reporter, and what `sign` refuses.
    """
    signer = ticket.person
    require(signer, Duty.SIGN_REVERSAL)
    with acting(signer, reason=request.reason.code):
        posting = request.posting
        hold_order(posting.order_id)
        request = ReversalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        _refuse(request, posting, signer)
        signature = sign(
            ticket=ticket,
            meaning=MEANING,
            subject_kind="reversal",
            subject_key=str(request.pk),
            content=reversal_content(request),
            now=now,
        )
        _take_back_progress(posting)
        entry = mirror_entry(entry_id=posting.entry_id, actor=signer, reason=request.reason, note=request.note, now=now)
        reversal = _record(posting, entry.pk, now)
        request.signature = signature
        request.reversal = reversal
        request.save(update_fields=["signature", "reversal"])
        if posting.report_id:
            _settle_report(posting.report_id, signer.pk, request, now)
        return reversal


def _refuse(request: ReversalRequest, posting: Posting, signer: Any) -> None:
    facts = reversal_facts(posting)
    refusals = reversal_refusals(facts)
    if request.declined_at is not None:
        refusals.append(
            Refusal("request_settled", "This request was declined.", facts.number, "Ask again with a reason.")
        )
    refusals += signer_refusals(
        signer=signer.pk,
        requester=request.requested_by_id,
        reporters=reporters_of(posting),
        name=signer.name,
        number=facts.number,
    )
    if refusals:
        raise Refused(*refusals)


def _take_back_progress(posting: Posting) -> None:
    """Progress of the order's operation without this posting; decided again from its own stored facts."""
    if posting.recipe_id is None:
        return
    recipe = read_recipe(Recipe.objects.values_list("body", flat=True).get(pk=posting.recipe_id))
    report, order, before, stock = read_facts(posting.facts)
    plan = decide(report, order, recipe, before, stock)
    row = OrderProgress.objects.get(order_id=posting.order_id, operation_number=posting.operation_number)
    progress = read_lines(
        Progress(
            Fraction(row.good),
            Fraction(row.structural_scrap),
            Fraction(row.avoidable_scrap),
            Fraction(row.rework),
            row.setups,
            row.reports,
        ),
        row.lines,
    )
    scan = report.kind == ReportKind.SCAN_ISSUE
    counts = Counts() if scan else counts_of(report, order, recipe, before)[0]
    last = _last_issues(posting)
    unit = report.handling_unit if closes_unit(report, before) else ""
    reopen_handling_unit(site_id=posting.site_id, sscc=unit)
    progress = progress_without(progress, plan, counts, recipe.factor, unit, last)
    if not scan:
        per_unit = [(output.component, output.quantity) for output in recipe.outputs]
        progress = output_needs_without(progress, per_unit, counts.good)
    with connection.cursor() as cursor:
        write_progress(cursor, {(posting.order_id, posting.operation_number): progress})


def _last_issues(posting: Posting) -> dict[str, tuple[int, ...]]:
    """Lots of the latest issue of each component that stands without this posting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.component::text, array_agg(DISTINCT l.lot_id) FROM traceability_ledgerline l"
            " JOIN (SELECT l2.component, max(l2.entry_id) AS entry_id FROM traceability_ledgerline l2"
            "  JOIN masterdata_bin b ON b.id = l2.to_bin_id AND b.kind = 'consumed'"
            "  WHERE l2.order_id = %(order)s AND l2.entry_id <> %(entry)s AND l2.mirrors IS NULL"
            "   AND NOT EXISTS (SELECT 1 FROM traceability_ledgerline m WHERE m.mirrors = l2.id)"
            "  GROUP BY l2.component) newest ON newest.component = l.component AND newest.entry_id = l.entry_id"
            " WHERE l.order_id = %(order)s GROUP BY l.component",
            {"order": posting.order_id, "entry": posting.entry_id},
        )
        return {component: tuple(lots) for component, lots in cursor.fetchall()}


def _record(posting: Posting, entry_id: int, now: datetime) -> Posting:
    with connection.cursor() as cursor:
        posting_id = take_posting_ids(cursor, 1)[0]
        number = take_positions(cursor, posting.site_id, 1)
        cursor.execute(
            "INSERT INTO backflush_outboxmessage (site_id, position, kind, posting_id, recorded_at)"
            " VALUES (%s, %s, 'reversal', %s, %s)",
            [posting.site_id, number, posting_id, now],
        )
    return Posting.objects.create(
        id=posting_id,
        site_id=posting.site_id,
        number=number,
        kind=PostingKind.REVERSAL,
        reversal_of=posting.pk,
        order_id=posting.order_id,
        operation_number=posting.operation_number,
        entry_id=entry_id,
        output_lot_id=posting.output_lot_id,
        good=-posting.good,
        actual_amount=-posting.actual_amount,
        facts="{}",
        occurred_at=now.astimezone(UTC),
        recorded_at=now,
    )


def _settle_report(report_id: int, person_id: int, request: ReversalRequest, now: datetime) -> None:
    OperationReport.objects.filter(pk=report_id, state=ReportState.POSTED).update(state=ReportState.REVERSED)
    ReportTransition.objects.create(
        report_id=report_id,
        from_state=ReportState.POSTED,
        to_state=ReportState.REVERSED,
        at=now,
        person_id=person_id,
        note=f"{request.reason.code} {request.note}".strip()[:500],
    )
