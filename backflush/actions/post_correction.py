"""Receives and posts the report that QA signed in place of a wrong one; joins the transaction that reverses the wrong one."""

from datetime import datetime

from backflush.actions.receive_report import receive_report
from backflush.actions.record_postings import Decided, record_postings
from backflush.models import OperationReport, Posting, ReversalRequest
from backflush.queries.corrections import corrected_report, judge_correction
from backflush.rules.decide import decide
from backflush.rules.stored_facts import write_facts
from masterdata.actions.acting import acting
from masterdata.rules.refusal import Refusal, Refused


def lock_for_correction(request: ReversalRequest) -> None:
    """Lock every balance that the new posting may draw from, before the reversal takes the outbox head: everybody's order."""
    judge_correction(request.posting, corrected_report(request), person_id=request.requested_by_id, lock=True)


def post_correction(*, request: ReversalRequest, now: datetime) -> Posting:
    """The posting of the corrected report. Raises Refused with every reason where it would not post."""
    with acting(request.requested_by):
        posting, corrected = request.posting, corrected_report(request)
        receipt = receive_report(
            site_id=posting.site_id,
            report=corrected,
            now=now,
            person=request.requested_by,
            corrects=OperationReport.objects.get(pk=posting.report_id),
        )
        if receipt.outcome != "new":
            raise Refused(
                Refusal(
                    "event_in_use",
                    "The event id of the corrected report is taken.",
                    str(request.corrected_event),
                    "Decline the request and ask for the correction anew.",
                )
            )
        judged = judge_correction(
            posting, corrected, report_id=receipt.report.pk, person_id=request.requested_by_id, lock=True
        )
        batch, row = judged.batch, judged.row
        progress, stock = batch.progress(row), batch.stock()
        plan = decide(judged.report, judged.order, judged.recipe, progress, stock)
        if plan.refusals:
            raise Refused(*plan.refusals)
        facts = write_facts(judged.report, judged.order, judged.recipe, progress, stock, plan)
        batch.settle(stock)
        batch.orders[row.order_id].progress[row.operation] = plan.after
        decided = Decided(row, judged.report, judged.order, judged.recipe, plan, facts)
        record_postings(batch, posting.site_id, [decided], now)
        return Posting.objects.get(report_id=receipt.report.pk)
