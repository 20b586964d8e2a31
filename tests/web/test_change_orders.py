"""What a change means for open orders: one sentence, a table with links, each or all at once, and nothing typed is lost."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.models import ChangeOrder, ChangeRequest
from tests.web.bom_pages import editor, send
from tests.web.changes import newest, page
from tests.web.forms import fields_of
from traceability.models import WorkOrder

ORDERS = ("WO-20418", "WO-20421")


@pytest.fixture
def engineer(as_):
    """Has drafted a BOM version while two orders are open on the one before, and asked for its approval."""
    client = as_("engineer")
    send(client, {**editor(client), "lines-0-quantity": "0.25", "reason": "Thicker syrup."}, "submit")
    return client


def revise(request: ChangeRequest) -> str:
    return reverse("change-revise", args=[request.number])


def form(client: Any) -> dict[str, Any]:
    return fields_of(client.get(reverse("change", args=[newest().number])), revise(newest()))


def field(number: str) -> str:
    return f"order-{WorkOrder.objects.get(number=number).pk}"


def choices() -> dict[str, str]:
    return {one.order_name.split()[-1]: one.choice for one in ChangeOrder.objects.filter(request=newest())}


def test_one_sentence_counts_them_and_each_number_leads_to_its_order(engineer):
    shown = page(engineer, newest()).split("<main")[1]
    assert shown.count("nobody decided") == 1
    assert "2 orders are open, and of each nobody decided" in shown
    assert "2 open orders are made by an earlier version; 2 are undecided." in shown
    for number in ORDERS:
        order = WorkOrder.objects.get(number=number)
        assert f'href="{reverse("order", args=[order.pk])}">PLANT {number}</a>' in shown


@pytest.mark.parametrize(("button", "choice"), [("keep-all", "keep"), ("move-all", "move")])
def test_one_button_decides_on_all_and_saves_the_rest_of_the_form(engineer, button, choice):
    sent = {**form(engineer), "do": button, "reason": "Thicker, by the study."}
    answer = engineer.post(revise(newest()), sent, follow=True).content.decode()
    assert choices() == dict.fromkeys(ORDERS, choice)
    assert newest().reason == "Thicker, by the study."
    assert newest().state == "draft"
    assert "is saved: 2 open orders" in answer
    assert "all are decided" in answer


def test_what_was_decided_is_remembered_and_a_single_one_may_differ(engineer):
    engineer.post(revise(newest()), {**form(engineer), "do": "keep-all"})
    again = form(engineer)
    assert {again[field(number)] for number in ORDERS} == {"keep"}
    engineer.post(revise(newest()), {**again, field("WO-20421"): "move", "do": "save"})
    assert choices() == {"WO-20418": "keep", "WO-20421": "move"}


def test_half_decided_says_how_many_are_left(engineer):
    engineer.post(revise(newest()), {**form(engineer), field("WO-20418"): "keep", "do": "save"})
    shown = page(engineer, newest())
    assert "2 open orders are made by an earlier version; 1 is undecided." in shown
    assert "Order PLANT WO-20421 is open, and nobody decided" in shown


def test_who_decides_at_the_same_moment_is_told_and_loses_nothing(engineer):
    first, second = form(engineer), form(engineer)
    engineer.post(revise(newest()), {**first, "do": "keep-all"})
    late = {**second, field("WO-20418"): "move", "reason": "Typed in another window.", "do": "save"}
    answer = engineer.post(revise(newest()), late)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody changed" in shown
    assert choices() == dict.fromkeys(ORDERS, "keep")
    kept = fields_of(answer, revise(newest()))
    assert kept[field("WO-20418")] == "move"
    assert kept["reason"] == "Typed in another window."
    assert "saved is: keep" in shown
    # what is seen now may be sent as it stands
    assert engineer.post(revise(newest()), {**kept, field("WO-20421"): "keep", "do": "save"}).status_code == 302
    assert choices() == {"WO-20418": "move", "WO-20421": "keep"}


def test_an_order_that_was_released_meanwhile_is_not_decided_by_the_button(engineer):
    sent = {**form(engineer), "do": "keep-all"}
    left_out = field("WO-20421")
    sent.pop(left_out)
    engineer.post(revise(newest()), sent)
    assert choices() == {"WO-20418": "keep"}
    assert "1 is undecided" in page(engineer, newest())


def test_an_order_that_closed_meanwhile_costs_no_other_decision(engineer):
    sent = {**form(engineer), "do": "keep-all"}
    WorkOrder.objects.filter(number="WO-20421").update(state="closed", closed_at=timezone.now())
    answer = engineer.post(revise(newest()), sent)
    assert answer.status_code == 422
    kept = fields_of(answer, revise(newest()))
    assert kept[field("WO-20418")] == "keep"
    assert field("WO-20421") not in kept


def test_enter_in_a_field_saves_and_decides_nothing(engineer):
    shown = page(engineer, newest())
    draft = shown.split(f'action="{revise(newest())}"')[1].split("</form>")[0]
    first = draft.split("<button")[1].split(">")[0]
    assert 'value="save"' in first


def test_somebody_else_may_not_decide_and_is_told_so(engineer, as_):
    answer = as_("second_engineer").post(revise(newest()), {**form(engineer), "do": "keep-all"})
    assert answer.status_code == 422
    assert "was written by Ede Engineer" in answer.content.decode()
    assert choices() == {}


def test_strange_orders_are_refused_in_words(engineer):
    answer = engineer.post(revise(newest()), {**form(engineer), "order-99999999": "keep", "do": "save"})
    assert answer.status_code == 422
    assert "is not open any more" in answer.content.decode()
    assert (
        engineer.post(revise(newest()), {**form(engineer), f"order-{'9' * 40}": "keep", "do": "save"}).status_code < 500
    )
