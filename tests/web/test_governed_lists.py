"""Records without a page of their own: each is listed with what it says, and its change begins there."""

import pytest
from django.urls import reverse

from masterdata.models import ChangePolicy, Threshold
from tests.web.changes import carried, newest, page, submit
from tests.web.forms import fields_of
from tests.web.scene import item

KINDS = ["item", "operation", "bin", "bin_service", "production_line", "label_version", "reason", "supplier"]


@pytest.mark.parametrize("kind", [*KINDS, "threshold", "change_policy"])
def test_every_kind_that_is_written_field_by_field_has_a_list(as_, kind):
    answer = as_("engineer").get(reverse("change-records", args=[kind]), {"q": "a"})
    assert answer.status_code == 200


def test_versioned_kinds_have_lists_of_their_own(as_):
    assert as_("engineer").get(reverse("change-records", args=["bom_version"])).status_code == 404


def test_a_policy_that_stands_can_be_changed_from_its_list(as_):
    policy = ChangePolicy.objects.create(kind="reason", roles=["qa"])
    qa = as_("qa")
    shown = qa.get(reverse("change-records", args=["change_policy"])).content.decode()
    assert "signatures for reason" in shown
    assert "Signatures needed: Quality assurance" in shown
    assert reverse("change-of", args=["change_policy", policy.pk]) in shown


def test_a_threshold_is_found_by_its_words(as_):
    Threshold.objects.create(code="blocked_alarm_minutes", value=30)
    shown = as_("qa").get(reverse("change-records", args=["threshold"]), {"q": "alarm"}).content.decode()
    assert "Value: 30" in shown


def test_a_request_that_is_open_is_told_at_the_item_and_before_a_second_one_is_written(as_):
    engineer, bottle = as_("engineer"), item("PK-BTL-200")
    change = reverse("item-change", args=[bottle.pk])
    told = "Open already for the same record"
    assert told not in engineer.get(change).content.decode()
    form = fields_of(engineer.get(change))
    engineer.post(change, {**form, "standard_cost": "0.33", "reason": "New supplier price."})
    assert told in engineer.get(change).content.decode()
    at_the_item = reverse("item", args=[bottle.pk])
    assert f"{newest()} by" in engineer.get(at_the_item).content.decode()
    carried(engineer, as_("qa"))
    assert "proposes a change of this item" not in engineer.get(at_the_item).content.decode()


def test_the_history_of_a_request_has_no_stored_names_in_it(as_):
    engineer, bottle = as_("engineer"), item("PK-BTL-200")
    change = reverse("item-change", args=[bottle.pk])
    engineer.post(change, {**fields_of(engineer.get(change)), "standard_cost": "0.33", "reason": "New price."})
    submit(engineer, newest())
    shown = page(engineer, newest())
    assert "standard_cost" not in shown
    assert "what is shown above: 1 field<" in page(as_("qa"), newest())


def test_an_operation_is_changed_from_its_product(as_):
    product = item("FG-ELD-200")
    shown = as_("engineer").get(reverse("product", args=[product.pk])).content.decode()
    operation = product.operations.first()
    assert reverse("change-of", args=["operation", operation.pk]) in shown
