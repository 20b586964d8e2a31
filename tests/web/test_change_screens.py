"""Change requests on screen: proposed, discussed, in conflict, signed; limits and policies change by them too."""

import pytest
from django.urls import reverse

from masterdata.models import ChangeRequest, ReasonCode
from masterdata.queries.thresholds import threshold
from masterdata.rules.vocabulary import ThresholdCode
from tests import plant
from tests.web.changes import carried, newest, page, sign, submit
from tests.web.forms import fields_of, signed
from tests.web.scene import item


def propose(client, address: str, **fields):
    form = fields_of(client.get(address))
    return client.post(address, {**form, "reason": "A better figure.", **fields})


def of_bottle() -> str:
    return reverse("change-of", args=["item", item("PK-BTL-200").pk])


def test_a_reason_goes_out_of_use_by_a_request(as_):
    engineer = as_("engineer")
    code = ReasonCode.objects.filter(active=True)[0]
    address = reverse("change-of", args=["reason", code.pk])
    form = fields_of(engineer.get(address))
    form.pop("active")
    engineer.post(address, {**form, "reason": "Nobody uses it."})
    assert "In use" in page(engineer, newest())
    carried(engineer, as_("qa"))
    code.refresh_from_db()
    assert not code.active


def test_a_limit_is_the_setting_until_a_request_says_otherwise(as_, settings):
    settings.QUALITY_DUE_DAYS = 14
    engineer, qa = as_("engineer"), as_("qa")
    assert threshold(ThresholdCode.QUALITY_DUE_DAYS) == 14
    shown = engineer.get(reverse("limits")).content.decode()
    assert "the installation's setting" in shown
    propose(engineer, reverse("change-new", args=["threshold"]) + "?code=quality_due_days", value="7")
    request = carried(engineer, qa)
    assert threshold(ThresholdCode.QUALITY_DUE_DAYS) == 7
    shown = engineer.get(reverse("limits")).content.decode()
    assert "7 days" in shown
    assert str(request) in shown


def test_a_policy_of_two_signatures_is_obeyed_by_the_next_request(as_):
    engineer, qa, admin, second = as_("engineer"), as_("qa"), as_("admin"), as_("second_engineer")
    address = reverse("change-new", args=["change_policy"]) + "?kind=item"
    propose(engineer, address, roles_0="qa", roles_1="engineer", roles_2="")
    submit(engineer, newest())
    sign(qa, newest(), "qa")
    assert newest().state == "submitted"
    sign(admin, newest(), "admin")
    assert newest().state == "effective"
    propose(engineer, of_bottle(), standard_cost="0.33")
    submit(engineer, newest())
    assert "Engineer: approval" in page(qa, newest())
    sign(qa, newest(), "qa")
    assert newest().state == "submitted"
    sign(second, newest(), "second_engineer")
    assert newest().state == "effective"


def test_two_requests_on_one_item_see_each_other_and_the_later_is_looked_at_again(as_):
    engineer, second, qa = as_("engineer"), as_("second_engineer"), as_("qa")
    propose(engineer, of_bottle(), standard_cost="0.33")
    first = newest()
    propose(second, of_bottle(), standard_cost="0.35")
    late = newest()
    assert f"{first} by Ede Engineer (draft) is open for the same record." in page(second, late)
    submit(engineer, first)
    submit(second, late)
    sign(qa, first, "qa")
    answer = sign(qa, late, "qa")
    assert answer.status_code == 422
    assert "so the difference shown is not true any more" in answer.content.decode()


def test_what_is_typed_wrongly_is_told_in_place_and_kept(as_):
    engineer = as_("engineer")
    answer = propose(engineer, of_bottle(), standard_cost="0,33", name="Bottle, brown")
    assert answer.status_code == 422
    assert "Write 0.33 with a point" in answer.content.decode()
    assert 'value="Bottle, brown"' in answer.content.decode()


def test_a_draft_is_edited_by_its_author_only_and_not_over_what_changed_meanwhile(as_):
    engineer, second = as_("engineer"), as_("second_engineer")
    propose(engineer, of_bottle(), standard_cost="0.33")
    edit = reverse("change-edit", args=[newest().number])
    one, two = fields_of(engineer.get(edit)), fields_of(engineer.get(edit))
    assert engineer.post(edit, {**one, "standard_cost": "0.34"}).status_code == 302
    answer = engineer.post(edit, {**two, "standard_cost": "0.35"})
    assert answer.status_code == 422
    assert "Somebody changed" in answer.content.decode()
    answer = second.post(edit, {**fields_of(second.get(edit)), "standard_cost": "9"})
    assert "was written by Ede Engineer" in answer.content.decode()
    assert newest().proposed == {"standard_cost": "0.34"}


def test_a_note_stays_and_an_empty_one_is_refused(as_):
    engineer, finance = as_("engineer"), as_("finance")
    propose(engineer, of_bottle(), standard_cost="0.33")
    note = reverse("change-note", args=[newest().number])
    assert finance.post(note, {"text": " "}).status_code == 422
    finance.post(note, {"text": "The offer ends in May."})
    assert "The offer ends in May." in page(engineer, newest())
    assert as_("auditor").post(note, {"text": "x"}).status_code == 403


def test_the_inbox_shows_what_waits_for_me(as_):
    engineer, qa = as_("engineer"), as_("qa")
    propose(engineer, of_bottle(), standard_cost="0.33")
    submit(engineer, newest())
    mine = {"mine": "sign"}
    assert str(newest()) in qa.get(reverse("changes"), mine).content.decode()
    assert str(newest()) not in as_("finance").get(reverse("changes"), mine).content.decode()
    table = qa.get(reverse("changes"), {"format": "csv"}).content.decode("utf-8-sig")
    assert "PK-BTL-200" in table


def test_a_password_that_is_wrong_signs_nothing(as_):
    engineer, qa = as_("engineer"), as_("qa")
    propose(engineer, of_bottle(), standard_cost="0.33")
    submit(engineer, newest())
    address = reverse("change-sign", args=[newest().number])
    form = fields_of(qa.get(reverse("change", args=[newest().number])), address)
    answer = qa.post(address, signed(form, "qa", password=plant.PIN))
    assert answer.status_code == 422
    assert newest().state == "submitted"
    assert ChangeRequest.objects.get(number=newest().number).signatures.count() == 0


@pytest.mark.parametrize(
    "name", ["change-submit", "change-sign", "change-take-back", "change-withdraw", "change-reject"]
)
def test_a_step_opened_as_a_page_leads_to_the_request(as_, name):
    engineer = as_("engineer")
    propose(engineer, of_bottle(), standard_cost="0.33")
    assert engineer.get(reverse(name, args=[newest().number])).url == reverse("change", args=[newest().number])
