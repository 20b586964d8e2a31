"""A correction: the wrong posting mirrored and the right report posted, under one signature, both or neither."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backflush.models import OperationReport, OrderProgress, Posting, ReversalRequest
from backflush.queries.corrections import preview_correction
from backflush.queries.postings import replay_differences
from backflush.queries.reversals import reported_body
from backflush.rules.correction import corrected_payload
from backflush.rules.report import parse_report
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.actions.put_away import put_away
from traceability.models import MaterialLot

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """An order of a hundred kits, with material for sixty staged."""
    kit = plant.product("KIT", cost="20")
    part = plant.item("PART", unit="KGM", decimals=3, cost="4.00")
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.5")])
    made = floor.released_order(kit, "100")
    floor.staged(made, part, "30", code="P1")
    return made


def _staged(order):
    return floor.stock(MaterialLot.objects.get(code="P1"), plant.place("staging"), order)


def _good(order):
    return OrderProgress.objects.get(order_id=order.pk).good


def test_one_signature_reverses_the_wrong_posting_and_posts_the_right_report(order):
    wrong = reporting.posted(order, good="50")
    request = reporting.correction_asked(wrong, good="40")
    assert _good(order) == 50
    reversal = reporting.signed_by_qa(request)
    request.refresh_from_db()
    right = request.correction
    assert (reversal.good, right.good, _good(order), _staged(order)) == (-50, 40, 40, 10)
    assert right.number == reversal.number + 1
    assert replay_differences(Posting.objects.get(pk=right.pk)) == []


def test_both_reports_are_linked_and_the_time_of_the_event_is_kept(order):
    wrong, later = reporting.posted(order, good="50"), floor.NOW + timedelta(hours=1)
    reporting.signed_by_qa(reporting.correction_asked(wrong, good="40", at=later), at=later)
    was, right = (
        OperationReport.objects.get(pk=wrong.report_id),
        OperationReport.objects.get(corrects_id=wrong.report_id),
    )
    assert (was.state, was.origin, right.state, right.origin) == ("reversed", "sent", "posted", "correction")
    assert right.occurred_at == was.occurred_at
    assert right.event_id != was.event_id
    assert right.person_id == plant.people().supervisor.pk


def test_what_the_reversal_gives_back_counts_for_the_right_report(order):
    """Sixty take everything that was staged: only the mirrored lots make them possible."""
    wrong = reporting.posted(order, good="50")
    reporting.signed_by_qa(reporting.correction_asked(wrong, good="60"))
    assert (_good(order), _staged(order)) == (60, 0)


def test_what_would_not_post_is_told_when_it_is_asked_for_and_nothing_happens(order):
    wrong = reporting.posted(order, good="50")
    with pytest.raises(Refused) as refused:
        reporting.correction_asked(wrong, good="61")
    assert refused.value.codes == ["short"]
    assert not ReversalRequest.objects.exists()


def test_what_would_not_post_when_it_is_signed_leaves_everything_as_it_was(order):
    wrong = reporting.posted(order, good="50")
    request = reporting.correction_asked(wrong, good="60")
    floor.returned(order, MaterialLot.objects.get(code="P1"), "1")
    with pytest.raises(Refused) as refused:
        reporting.signed_by_qa(request)
    assert refused.value.codes == ["short"]
    request.refresh_from_db()
    assert (request.reversal_id, request.signature_id, _good(order)) == (None, None, 50)
    assert OperationReport.objects.filter(origin="correction").count() == 0


def test_scrap_is_corrected_as_well(order):
    plant.reason("SPILL", "scrap", loss="avoidable")
    wrong = reporting.posted(order, good="50")
    reporting.signed_by_qa(reporting.correction_asked(wrong, good="48", scrap=[{"quantity": "2", "reason": "SPILL"}]))
    progress = OrderProgress.objects.get(order_id=order.pk)
    assert (progress.good, progress.avoidable_scrap, _staged(order)) == (48, 2, 5)


def test_a_correction_of_nothing_is_refused(order):
    wrong = reporting.posted(order, good="50")
    with pytest.raises(Refused) as refused:
        reporting.correction_asked(wrong, good="50")
    assert refused.value.codes == ["nothing_corrected"]


def test_another_operation_is_no_correction(order):
    wrong = reporting.posted(order, good="50")
    with pytest.raises(Refused) as refused:
        reporting.correction_asked(wrong, operation="20")
    assert refused.value.codes == ["another_event"]


def test_output_that_moved_on_is_not_corrected_this_way(order):
    wrong = reporting.posted(order, good="50")
    lot = MaterialLot.objects.get(code=order.number)
    put_away(
        lot=lot,
        from_bin=plant.place("finished"),
        to_bin=plant.place("store"),
        quantity="4",
        actor=plant.people().operator,
        now=floor.NOW,
    )
    with pytest.raises(Refused) as refused:
        reporting.correction_asked(wrong, good="40")
    assert refused.value.codes == ["output_moved_on"]


def test_who_asked_may_not_sign_a_correction(order):
    request = reporting.correction_asked(reporting.posted(order, good="50"), by="qa", good="40")
    with pytest.raises(Refused) as refused:
        reporting.signed_by_qa(request)
    assert refused.value.codes == ["signer_is_requester"]


def test_whose_badge_the_report_named_may_not_sign_its_correction(order):
    wrong = reporting.posted(order, good="50", operator="B-qa")
    with pytest.raises(Refused) as refused:
        reporting.signed_by_qa(reporting.correction_asked(wrong, good="40"))
    assert refused.value.codes == ["signer_is_reporter"]


def test_a_correction_can_be_corrected(order):
    first = reporting.correction_asked(reporting.posted(order, good="50"), good="40")
    reporting.signed_by_qa(first)
    first.refresh_from_db()
    reporting.signed_by_qa(reporting.correction_asked(first.correction, good="41"))
    assert (_good(order), Posting.objects.filter(order_id=order.pk, kind="reversal").count()) == (41, 2)


def test_an_earlier_operation_is_corrected_as_far_as_the_later_one_allows():
    kit = plant.product("KIT", cost="20", operations=("10", "20"))
    part = plant.item("PART", decimals=0)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="1", operation="10")])
    order = floor.released_order(kit, "100")
    floor.staged(order, part, "50")
    first = reporting.posted(order, "10", good="10")
    reporting.posted(order, "20", good="8")
    with pytest.raises(Refused) as refused:
        reporting.correction_asked(first, good="7")
    assert refused.value.codes == ["later_operation_reported"]
    reporting.signed_by_qa(reporting.correction_asked(first, good="9"))
    assert OrderProgress.objects.get(order_id=order.pk, operation_number="10").good == 9


def test_the_clock_of_the_device_was_judged_when_it_happened(order):
    """Weeks later the event would be too old for a device: it is still the same event, and QA signs it."""
    wrong = reporting.posted(order, good="50")
    later = floor.NOW + timedelta(days=30)
    request = reporting.correction_asked(wrong, good="40", at=later)
    reporting.signed_by_qa(request, at=later)
    assert _good(order) == 40


def test_a_supermarket_bin_that_the_posting_emptied_counts_in_the_preview():
    kit = plant.product("KIT", cost="20")
    clip = plant.item("CLIP", decimals=0, supermarket=True)
    plant.approved_bom(kit, [LineDraft(item="CLIP", quantity="1")])
    order = floor.released_order(kit, "100")
    floor.in_supermarket(clip, "20")
    wrong = reporting.posted(order, good="20")
    changed = parse_report(corrected_payload(reported_body(wrong), {"good": "15"}, str(uuid.uuid4())))
    found = preview_correction(wrong, changed, person_id=plant.people().supervisor.pk)
    assert found["reasons"] == []
    assert [Decimal(draw["quantity"]) for line in found["lines"] for draw in line["draws"]] == [15]


def test_what_is_asked_for_does_not_change_afterwards(order):
    request = reporting.correction_asked(reporting.posted(order, good="50"), good="40")
    with pytest.raises(IntegrityError, match="would report instead does not change"), transaction.atomic():
        ReversalRequest.objects.filter(pk=request.pk).update(corrected="{}")
