"""Reviews on screens: the list by urgency, kind and owner, the badge, one record read and signed, and its page that says so."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion, Item, PeriodicReview, ReasonCode
from masterdata.queries.reviews import reviews_due
from masterdata.rules.reviews import Intervals
from tests.web.forms import fields_of, signed


def sign_on_screen(client, kind, key, username, **given):
    address = reverse("review", args=[kind, key])
    first = client.post(address, {"outcome": "confirmed", "remark": ""} | given)
    assert first.status_code == 200, first.content.decode()
    sent = signed(fields_of(first, f"{address}"), username)
    return client.post(address, sent, follow=True)


def test_the_list_shows_what_is_due_and_everything_when_asked(as_):
    client = as_("qa")
    address = reverse("reviews")
    assert "Nothing is due." in client.get(address, {"kind": "reason_code"}).content.decode()
    shown = client.get(address, {"when": "", "kind": "reason_code"}).content.decode()
    assert "SPILL" in shown
    assert "RM-SUG-025" not in shown
    owned = client.get(address, {"when": "later", "owner": "Process engineering"}).content.decode()
    assert "PURGE" in owned
    assert "SPILL" not in owned
    file = client.get(address, {"when": "", "format": "csv"}).content.decode().splitlines()
    assert file[0].startswith("Record,Kind,Owner,Next review,Urgency")
    assert len(file) - 1 == len(reviews_due(timezone.now()))


def test_a_record_is_read_signed_and_its_page_says_so(as_):
    client, item = as_("qa"), Item.objects.get(code="RM-SUG-025")
    page = client.get(reverse("review", args=["item", item.pk])).content.decode()
    assert "Sugar, fine" in page
    answer = sign_on_screen(client, "item", item.pk, "qa", remark="Looked at the certificate.")
    assert "RM-SUG-025 is reviewed: confirmed. Next review" in answer.content.decode()
    row = PeriodicReview.objects.get()
    assert (row.record_key, row.remark, row.person.username) == (item.pk, "Looked at the certificate.", "qa")
    shown = client.get(reverse("item", args=[item.pk])).content.decode()
    assert "by Quinn Quality: confirmed" in shown
    assert reverse("review", args=["item", item.pk]) in shown


@pytest.mark.parametrize(("kind", "model"), [("bom_version", BomVersion), ("reason_code", ReasonCode)])
def test_versions_and_plain_records_open_to_be_signed(as_, kind, model):
    client = as_("qa")
    key = next(one.key for one in reviews_due(timezone.now(), [kind]))
    assert model.objects.filter(pk=key).exists()
    assert "is reviewed: change needed" in (
        sign_on_screen(client, kind, key, "qa", outcome="change_needed", remark="Too vague.").content.decode()
    )


def test_a_wrong_password_signs_nothing(as_):
    client, item = as_("qa"), Item.objects.get(code="RM-SUG-025")
    address = reverse("review", args=["item", item.pk])
    first = client.post(address, {"outcome": "confirmed", "remark": "Fine."})
    answer = client.post(address, signed(fields_of(first, address), "qa", password="wrong"))
    assert answer.status_code == 422
    assert PeriodicReview.objects.count() == 0
    assert "You sign exactly this" in answer.content.decode()


def test_an_outcome_and_a_remark_are_asked_for(as_):
    client, item = as_("qa"), Item.objects.get(code="RM-SUG-025")
    address = reverse("review", args=["item", item.pk])
    assert "Choose an outcome." in client.post(address, {"outcome": ""}).content.decode()
    answer = client.post(address, {"outcome": "change_needed", "remark": ""})
    assert answer.status_code == 422
    assert "Say what has to change at RM-SUG-025." in answer.content.decode()


def test_an_author_is_told_who_may(as_):
    key = BomVersion.objects.filter(state="approved", author__username="engineer").latest("pk").pk
    shown = as_("engineer").get(reverse("review", args=["bom_version", key])).content.decode()
    assert "does not review it" in shown
    assert "Go on to the signature" not in shown


def test_overdue_ones_stand_in_the_rail_and_first_in_the_list(as_, settings):
    # as if all of it had been set up long ago
    settings.REVIEW_INTERVALS = Intervals(days=-20, escalate_after=14)
    cache.clear()
    everything = len(reviews_due(timezone.now()))
    client = as_("supervisor")
    shown = client.get(reverse("reviews")).content.decode()
    assert f"{everything} escalated, 0 overdue" in shown
    assert f">{everything}<" in shown.split("<main")[0]
    settings.REVIEW_INTERVALS = Intervals(days=-20, escalate_after=3000)
    cache.clear()
    assert f"0 escalated, {everything} overdue" in client.get(reverse("reviews")).content.decode()
    cache.clear()


def test_an_auditor_reads_and_signs_nothing(as_):
    client, item = as_("auditor"), Item.objects.get(code="RM-SUG-025")
    address = reverse("review", args=["item", item.pk])
    shown = client.get(address)
    assert shown.status_code == 200
    assert "Go on to the signature" not in shown.content.decode()
    assert client.post(address, {"outcome": "confirmed"}).status_code == 403


def test_what_is_not_there_is_a_404(as_):
    client = as_("qa")
    for address in ("/reviews/item/999999", "/reviews/nothing/1", "/reviews/item/99999999999999999999"):
        assert client.get(address).status_code == 404, address


def test_every_record_that_is_reviewed_opens(as_):
    client = as_("auditor")
    failed = {
        (one.kind, one.key): code
        for one in reviews_due(timezone.now())
        if (code := client.get(reverse("review", args=[one.kind, one.key])).status_code) != 200
    }
    assert failed == {}
