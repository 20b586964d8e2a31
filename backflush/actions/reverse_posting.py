"""Reverse a posting under QA's signature: every line mirrored, lot by lot, cost by cost; once."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from backflush.actions.post_correction import lock_for_correction, post_correction
from backflush.actions.record_postings import take_positions, take_posting_ids, write_progress
from backflush.models import OperationReport, Posting, ReportTransition, ReversalRequest
from backflush.queries.corrections import corrected_report
from backflush.queries.reversals import reporters_of, reversal_content, reversal_facts
from backflush.queries.standing_progress import without_posting
from backflush.rules.reversal import reversal_refusals, signer_refusals
from backflush.rules.vocabulary import PostingKind, ReportState
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.share_site import share_site
from masterdata.actions.sign import sign
from masterdata.models import SigningTicket
from masterdata.rules.duties import Duty
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.close_handling_units import reopen_handling_unit
from traceability.actions.holding import hold_order
from traceability.actions.mirror_entry import mirror_entry

MEANING = "reversal approved"
MEANING_OF_CORRECTION = "correction approved"


def meaning_of(request: ReversalRequest) -> str:
    """What QA's signature on the request means."""
    return MEANING_OF_CORRECTION if request.corrected else MEANING


def reverse_posting(*, request: ReversalRequest, ticket: SigningTicket, now: datetime) -> Posting:
    """Mirror the posting that `request` names and return the reversal; where it is a correction, post what is right as well.

    The ticket must be given over `reversal_content(request)`. All of it happens, or nothing. Refused: already_reversed,
    output_moved_on, later_operation_reported, order_closed, signer_is_requester, signer_is_reporter, what `sign` refuses,
    and every reason why the corrected report would not post.
    """
    signer = ticket.person
    require(signer, Duty.SIGN_REVERSAL)
    with acting(signer, reason=request.reason.code):
        posting = request.posting
        share_site(posting.site_id)
        hold_order(posting.order_id)
        request = ReversalRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        _refuse(request, posting, signer)
        signature = sign(
            ticket=ticket,
            meaning=meaning_of(request),
            subject_kind="reversal",
            subject_key=str(request.pk),
            content=reversal_content(request),
            now=now,
        )
        if request.corrected:
            lock_for_correction(request)
        _take_back_progress(posting)
        entry = mirror_entry(entry_id=posting.entry_id, actor=signer, reason=request.reason, note=request.note, now=now)
        reversal = _record(posting, entry.pk, now)
        if posting.report_id:
            _settle_report(posting.report_id, signer.pk, request, now)
        request.signature = signature
        request.reversal = reversal
        request.correction = post_correction(request=request, now=now) if request.corrected else None
        request.save(update_fields=["signature", "reversal", "correction"])
        return reversal


def _refuse(request: ReversalRequest, posting: Posting, signer: Any) -> None:
    anew = Fraction(corrected_report(request).good) if request.corrected else ZERO
    facts = reversal_facts(posting, anew=anew)
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
    """Progress of the order's operation without this posting; its handling unit is open again."""
    without = without_posting(posting)
    if without is None:
        return
    reopen_handling_unit(site_id=posting.site_id, sscc=without.unit)
    with connection.cursor() as cursor:
        write_progress(cursor, {(posting.order_id, posting.operation_number): without.progress})


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
