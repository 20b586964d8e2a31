"""The address of a review outlives the version: it says what became of it, and leads to what took its place."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from masterdata.models import PeriodicReview, ReasonCode, TriggerDefinition
from masterdata.rules.bom import LineDraft
from tests import plant
from tests.web.bom_pages import version
from tests.web.forms import fields_of, signed
from tests.web.scene import item


def review(kind: str, key: int) -> str:
    return reverse("review", args=[kind, key])


def replaced():
    """Version 1 of the syrup's BOM was replaced just now by another."""
    first = version(1)
    latest = plant.approved_bom(item("FG-ELD-200"), [LineDraft("PK-BTL-200", "1")], at=timezone.now())
    return first, latest


def test_a_replaced_version_says_when_and_leads_to_what_replaced_it(as_):
    client = as_("qa")
    first, latest = replaced()
    answer = client.get(review("bom_version", first.pk))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f"FG-ELD-200 v1 is not in force any more: FG-ELD-200 v{latest.number} took its place on" in page
    assert f'href="{review("bom_version", latest.pk)}"' in page
    assert f'href="{reverse("bom", args=[first.pk])}"' in page
    assert "Go on to the signature" not in page


def test_one_replaced_while_it_was_read_is_not_signed_and_says_so(as_):
    client = as_("qa")
    first = version(1)
    address = review("bom_version", first.pk)
    read = client.post(address, {"outcome": "confirmed", "remark": "Fine."})
    form = signed(fields_of(read, f"{address}"), "qa")
    _, latest = replaced()
    answer = client.post(address, form)
    assert answer.status_code == 422
    assert "FG-ELD-200 v1 is not in force. Nothing was signed." in answer.content.decode()
    assert review("bom_version", latest.pk) in answer.content.decode()
    assert PeriodicReview.objects.count() == 0


def test_reviews_signed_before_it_was_replaced_stay_readable(as_):
    client = as_("qa")
    address = review("bom_version", version(1).pk)
    read = client.post(address, {"outcome": "confirmed", "remark": "Looked at the study."})
    assert client.post(address, signed(fields_of(read, address), "qa")).status_code == 302
    replaced()
    assert "Looked at the study." in client.get(address).content.decode()


def test_a_draft_says_that_only_what_is_in_force_is_reviewed(as_):
    page = as_("qa").get(review("bom_version", version(2).pk)).content.decode()
    assert "FG-ELD-200 v2 is draft: only what is in force is reviewed." in page
    assert review("bom_version", version(1).pk) in page


def test_a_version_that_waits_for_its_time_says_from_when_on(as_):
    client = as_("qa")
    now = timezone.now()
    later = plant.approved_bom(
        item("FG-ELD-200"), [LineDraft("PK-BTL-200", "1")], at=now, effective_from=now + timedelta(days=3)
    )
    page = client.get(review("bom_version", later.pk)).content.decode()
    assert "is approved, and comes into force on" in page
    assert review("bom_version", version(1).pk) in page


def test_a_trigger_definition_that_was_replaced_leads_on_too(as_):
    client = as_("qa")
    old = TriggerDefinition.objects.get(item__code="FG-ELD-200", operation_number="10", state="approved")
    new = plant.trigger(item("FG-ELD-200"), "10", at=timezone.now())
    page = client.get(review("trigger_definition", old.pk)).content.decode()
    assert review("trigger_definition", new.pk) in page


def test_a_reason_out_of_use_says_so_and_leads_back_to_the_list(as_):
    client = as_("qa")
    made = ReasonCode.objects.create(
        code="OLD", name="Old", kind="return", owner="Production", active=False, copq_category="none"
    )
    page = client.get(review("reason_code", made.pk)).content.decode()
    assert "OLD is out of use" in page or "is out of use" in page
    assert f'href="{reverse("reviews")}"' in page


def test_what_never_was_stays_a_404(as_):
    client = as_("qa")
    for address in ("/reviews/bom_version/999999", "/reviews/nothing/1", "/reviews/item/99999999999999999999"):
        assert client.get(address).status_code == 404, address
