"""Correcting in one guided step: what should have been reported, what that would post, and QA's one signature."""

from django.urls import reverse

from backflush.models import OrderProgress, Posting, ReversalRequest
from tests.web.forms import fields_of, signed
from traceability.models import WorkOrder


def wrong() -> Posting:
    """365 good units of WO-20418, twelve bottles spilled."""
    order = WorkOrder.objects.get(number="WO-20418")
    return Posting.objects.get(order_id=order.pk, good=365)


def here() -> str:
    return reverse("posting-correct", args=[f"P-{wrong().number:06d}"])


def test_the_form_starts_as_what_was_reported(look):
    fields = fields_of(look("supervisor").get(here()))
    assert (fields["good"], fields["scrap-SPILL"], fields["scrap-PURGE"]) == ("365", "12", "")


def test_it_shows_what_it_would_post_before_it_is_asked_for(look):
    client = look("supervisor")
    shown = client.post(here(), {**fields_of(client.get(here())), "good": "360", "look": "1"}).content.decode()
    assert "What would be posted in its place" in shown
    assert "B-214" in shown
    assert not ReversalRequest.objects.filter(posting=wrong()).exists()


def test_everything_that_would_block_it_is_told_at_once_and_nothing_is_asked_for(as_):
    client = as_("supervisor")
    typed = {**fields_of(client.get(here())), "good": "1500", "reason": "WRONG-COUNT", "note": "The counter stood."}
    answer = client.post(here(), typed)
    assert answer.status_code == 422
    assert "PK-BTL-200" in answer.content.decode()
    assert not ReversalRequest.objects.filter(posting=wrong()).exists()


def test_from_the_posting_to_one_signature(as_):
    client, posting = as_("supervisor"), wrong()
    page = client.get(reverse("posting", args=[f"P-{posting.number:06d}"])).content.decode()
    assert here() in page
    typed = {**fields_of(client.get(here())), "good": "360", "reason": "WRONG-COUNT", "note": "Five counted twice."}
    answer = client.post(here(), typed)
    asked = ReversalRequest.objects.get(posting=posting)
    assert answer.url == reverse("reversal", args=[asked.pk])
    qa = as_("qa")
    shown = qa.get(answer.url)
    assert "correction approved" in shown.content.decode()
    assert "Sign and correct" in shown.content.decode()
    qa.post(answer.url, signed(fields_of(shown, answer.url, "digest"), "qa"))
    asked.refresh_from_db()
    right, number = asked.correction, f"P-{posting.number:06d}"
    assert right.good == 360
    made = OrderProgress.objects.get(order_id=posting.order_id, operation_number="10")
    assert (made.good, made.avoidable_scrap) == (995, 12)
    was = qa.get(reverse("posting", args=[number])).content.decode()
    assert f"P-{right.number:06d}" in was
    now = qa.get(reverse("posting", args=[f"P-{right.number:06d}"])).content.decode()
    assert number in now
    assert "Five counted twice." in now
    order = qa.get(reverse("order", args=[posting.order_id])).content.decode()
    assert "1 reversed, 1 of them corrected in the same step." in order
    listed = qa.get(reverse("postings")).content.decode()
    assert "Of those listed, 1 are reversed, 1 of them corrected." in listed
    assert f"corrected by P-{right.number:06d}" in listed
    worklist = qa.get(reverse("reversals"), {"state": "", "format": "csv"}).content.decode()
    assert "Reversed of the order" in worklist


def test_the_auditor_may_not_ask(look):
    assert look("auditor").get(here()).status_code == 403


def test_a_reason_is_wanted(as_):
    client = as_("supervisor")
    answer = client.post(here(), {**fields_of(client.get(here())), "good": "360", "note": "Five counted twice."})
    assert "A correction needs a reason." in answer.content.decode()
    assert 'value="360"' in answer.content.decode()
