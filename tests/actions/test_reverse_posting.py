"""Reversal: asked for with a reason, signed by QA with credentials re-entered, mirrored line by line, once."""

from decimal import Decimal

import pytest

from backflush.actions.decline_reversal import decline_reversal
from backflush.actions.request_reversal import request_reversal
from backflush.actions.reverse_posting import reverse_posting
from backflush.models import OrderProgress, OutboxMessage, Posting, ReversalRequest
from backflush.queries.reversals import reversal_content
from masterdata.rules.bom import LineDraft
from masterdata.rules.refusal import Refused
from tests import floor, plant, reporting
from traceability.actions.put_away import put_away
from traceability.models import LedgerLine, MaterialLot

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """An order of a hundred kits, with everything staged."""
    kit = plant.product("KIT", cost="20")
    part = plant.item("PART", unit="KGM", decimals=3, cost="4.00")
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="0.5")])
    made = floor.released_order(kit, "100")
    floor.staged(made, part, "50", code="P1")
    return made


def _request(posting, by="supervisor", note="The counter ran on."):
    return request_reversal(
        posting=posting,
        reason=plant.reason("WRONG-COUNT", "reversal"),
        actor=getattr(plant.people(), by),
        now=floor.NOW,
        note=note,
    )


def _sign(request, by="qa"):
    ticket = plant.ticket(getattr(plant.people(), by), reversal_content(request), at=floor.NOW)
    return reverse_posting(request=request, ticket=ticket, now=floor.NOW)


def test_the_very_lots_come_back_and_the_product_goes(order):
    posting = reporting.posted(order, good="10")
    reversal = _sign(_request(posting))
    lot = MaterialLot.objects.get(code="P1")
    assert floor.stock(lot, plant.place("staging"), order) == 50
    assert floor.stock(MaterialLot.objects.get(code=order.number), plant.place("finished")) == 0
    originals = LedgerLine.objects.filter(entry_id=posting.entry_id).order_by("id")
    mirrors = LedgerLine.objects.filter(entry_id=reversal.entry_id).order_by("mirrors")
    assert [
        (m.mirrors, m.lot_id, m.from_bin_id, m.to_bin_id, m.from_order, m.to_order, m.quantity, m.actual_amount)
        for m in mirrors
    ] == [
        (o.pk, o.lot_id, o.to_bin_id, o.from_bin_id, o.to_order, o.from_order, o.quantity, o.actual_amount)
        for o in originals
    ]


def test_a_posting_is_reversed_once(order):
    posting = reporting.posted(order, good="10")
    _sign(_request(posting))
    with pytest.raises(Refused) as refused:
        _request(posting)
    assert refused.value.codes == ["already_reversed"]


def test_a_reversal_is_not_reversed(order):
    reversal = _sign(_request(reporting.posted(order, good="10")))
    with pytest.raises(Refused) as refused:
        _request(reversal)
    assert "is_a_reversal" in refused.value.codes


def test_who_asked_may_not_sign(order):
    request = _request(reporting.posted(order, good="10"), by="qa")
    with pytest.raises(Refused) as refused:
        _sign(request)
    assert refused.value.codes == ["signer_is_requester"]
    assert not Posting.objects.filter(kind="reversal").exists()


def test_whose_badge_the_report_named_may_not_sign(order):
    posting = reporting.posted(order, good="10", operator="B-qa")
    with pytest.raises(Refused) as refused:
        _sign(_request(posting))
    assert refused.value.codes == ["signer_is_reporter"]


def test_only_qa_signs(order):
    request = _request(reporting.posted(order, good="10"))
    with pytest.raises(Refused) as refused:
        _sign(request, by="engineer")
    assert refused.value.codes == ["not_your_duty"]


def test_a_signature_over_something_else_is_not_taken(order):
    request = _request(reporting.posted(order, good="10"))
    ticket = plant.ticket(plant.people().qa, {"record": "something else"}, at=floor.NOW)
    with pytest.raises(Refused) as refused:
        reverse_posting(request=request, ticket=ticket, now=floor.NOW)
    assert refused.value.codes == ["content_changed"]


def test_output_that_moved_on_is_not_reversed_and_it_says_where(order):
    posting = reporting.posted(order, good="10")
    finished, store = plant.place("finished"), plant.place("store")
    lot = MaterialLot.objects.get(code=order.number)
    put_away(lot=lot, from_bin=finished, to_bin=store, quantity="4", actor=plant.people().operator, now=floor.NOW)
    with pytest.raises(Refused) as refused:
        _request(posting)
    assert refused.value.codes == ["output_moved_on"]
    assert "6 of 10" in refused.value.refusals[0].sentence
    assert "STORE-1" in refused.value.refusals[0].sentence


def test_a_later_operation_keeps_an_earlier_one_from_being_reversed():
    kit = plant.product("KIT", cost="20", operations=("10", "20"))
    part = plant.item("PART", decimals=0)
    plant.approved_bom(kit, [LineDraft(item="PART", quantity="1", operation="10")])
    order = floor.released_order(kit, "100")
    floor.staged(order, part, "50")
    first = reporting.posted(order, "10", good="10")
    reporting.posted(order, "20", good="8")
    with pytest.raises(Refused) as refused:
        _request(first)
    assert refused.value.codes == ["later_operation_reported"]


def test_progress_is_as_if_the_report_had_never_been(order):
    reporting.posted(order, good="7")
    before = OrderProgress.objects.values("good", "setups", "reports").get()
    _sign(_request(reporting.posted(order, good="5")))
    assert OrderProgress.objects.values("good", "setups", "reports").get() == before
    # what is still owed is what one report of all of it would have taken
    posting = reporting.posted(order, good="93")
    issued = LedgerLine.objects.get(entry_id=posting.entry_id, component__isnull=False)
    assert issued.quantity == Decimal("46.5")


def test_the_report_says_that_it_was_reversed_and_the_outbox_carries_it(order):
    posting = reporting.posted(order, good="10")
    reversal = _sign(_request(posting))
    from backflush.models import OperationReport

    assert OperationReport.objects.get(pk=posting.report_id).state == "reversed"
    last = OutboxMessage.objects.order_by("-position").first()
    assert (last.posting_id, last.kind) == (reversal.pk, "reversal")


def test_a_declined_request_leaves_the_posting_and_frees_it_for_another(order):
    posting = reporting.posted(order, good="10")
    request = _request(posting)
    decline_reversal(request=request, actor=plant.people().qa, now=floor.NOW, note="count was right")
    with pytest.raises(Refused) as refused:
        _sign(request)
    assert "request_settled" in refused.value.codes
    assert _request(posting).pk != request.pk


@pytest.mark.parametrize("note", ["", "  \n\t "])
def test_a_request_says_what_happened_or_is_not_opened(order, note):
    posting = reporting.posted(order, good="10")
    with pytest.raises(Refused) as refused:
        _request(posting, note=note)
    assert refused.value.codes == ["note_missing"]
    assert not ReversalRequest.objects.exists()


@pytest.mark.parametrize("note", ["", "  \n\t "])
def test_who_declines_says_why(order, note):
    request = _request(reporting.posted(order, good="10"))
    with pytest.raises(Refused) as refused:
        decline_reversal(request=request, actor=plant.people().qa, now=floor.NOW, note=note)
    assert refused.value.codes == ["reason_missing"]
    request.refresh_from_db()
    assert request.declined_at is None


def test_an_expired_lot_gets_its_quantity_back_and_stays_ineligible(order):
    posting = reporting.posted(order, good="10")
    lot = MaterialLot.objects.get(code="P1")
    floor.held(lot)
    _sign(_request(posting))
    assert floor.stock(lot, plant.place("staging"), order) == 50
    assert reporting.reasons(reporting.drained(order, good="1")) == ["not_released", "short"]
