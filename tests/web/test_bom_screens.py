"""BOM versions on screen: read whole, drafted from an older one, submitted without a fault, signed by somebody else."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion
from masterdata.queries import signature_faults
from tests import plant
from tests.web.bom_pages import editor, page, send, version
from tests.web.forms import fields_of, signed
from tests.web.scene import item


def submitted(client) -> BomVersion:
    fields = {**editor(client), "lines-0-quantity": "0.25", "reason": "Thicker syrup."}
    send(client, fields, "submit")
    return BomVersion.objects.get(item__code="FG-ELD-200", state="submitted")


def test_a_version_shows_lines_losses_sources_alternates_and_what_is_inside_phantoms(look):
    shown = page(look("auditor"), version(1))
    for words in (
        "0.245",
        "2 % × (1 + s)",
        "study Filling study 14",
        "3 kg per setup",
        "phantom, exploded by",
        "PK-CAP-124",
        "Line 1, first half year",
        "Quinn Quality",
        "First bottle.",
    ):
        assert words in shown


def test_two_versions_are_compared_field_by_field(look):
    shown = page(look("auditor"), version(2))
    assert "Differences from version 1" in shown
    assert "component running scrap" in shown
    assert "1 C62 at operation 10" in shown
    assert "No figure differs." not in shown


def test_the_history_names_who_made_each_line_and_why(look):
    shown = page(look("auditor"), version(2))
    assert "created, with line SF-SYR-001, line PK-BTL-200" in shown
    assert "Drop the set." in shown


def test_an_engineer_submits_and_qa_signs(as_):
    made = submitted(as_("engineer"))
    client = as_("qa")
    approve = reverse("bom-approve", args=[made.pk])
    form = fields_of(client.get(reverse("bom", args=[made.pk])), approve)
    assert client.post(approve, signed(form, "qa")).url == reverse("bom", args=[made.pk])
    made.refresh_from_db()
    assert (made.state, made.signature.person.username) == ("approved", "qa")
    assert version(1).effective_to == made.effective_from
    assert "signed" in page(client, made)


def test_the_author_is_refused_in_words(as_):
    client = as_("engineer")
    made = submitted(client)
    assert "may not approve it" in page(client, made)
    approve = reverse("bom-approve", args=[made.pk])
    form = fields_of(client.get(reverse("bom", args=[made.pk])), approve)
    answer = client.post(approve, signed(form, "engineer"))
    assert answer.status_code == 422
    assert "Let another engineer or QA approve it." in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "submitted"


def test_it_takes_effect_at_the_time_chosen(as_):
    made = submitted(as_("engineer"))
    client = as_("qa")
    approve = reverse("bom-approve", args=[made.pk])
    form = fields_of(client.get(reverse("bom", args=[made.pk])), approve)
    tomorrow = timezone.localtime() + timedelta(days=1)
    chosen = f"{tomorrow:%Y-%m-%d}T06:00"
    seen = client.post(approve, {**form, "effective_from": chosen, "do": "show"}, follow=True)
    dated = fields_of(seen, approve)
    assert dated["effective_from"] == dated["effective_shown"] == chosen
    assert dated["digest"] != form["digest"]
    signing = seen.content.decode().partition("You sign exactly this")[2]
    assert f"{tomorrow.day} {tomorrow:%b %Y} 06:00" in signing
    client.post(approve, signed(dated, "qa"))
    made.refresh_from_db()
    assert f"{timezone.localtime(made.effective_from, ZoneInfo(plant.site().time_zone)):%Y-%m-%dT%H:%M}" == chosen
    assert made.signature.content["effective_from"].startswith(f"{made.effective_from:%Y-%m-%dT%H:%M}")
    assert signature_faults(made) == []


def test_a_time_that_was_not_shown_in_what_is_signed_is_refused_and_then_shown(as_):
    made = submitted(as_("engineer"))
    client = as_("qa")
    approve = reverse("bom-approve", args=[made.pk])
    form = fields_of(client.get(reverse("bom", args=[made.pk])), approve)
    assert "at once, when it is signed" in page(client, made)
    answer = client.post(approve, signed({**form, "effective_from": "2099-01-01T06:00"}, "qa"))
    assert answer.status_code == 422
    assert "did not stand in what you were about to sign" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "submitted"
    again = fields_of(answer, approve)
    assert client.post(approve, signed(again, "qa")).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.effective_from.year) == ("approved", 2099)


@pytest.mark.parametrize(
    ("typed", "words"), [("2026-01-01T00:00", "1 Jan 2026 00:00 CET has passed"), ("soon", "soon is no time.")]
)
def test_a_time_that_cannot_be_taken_is_refused_in_words_and_nothing_is_signed(as_, typed, words):
    made = submitted(as_("engineer"))
    client = as_("qa")
    approve = reverse("bom-approve", args=[made.pk])
    form = fields_of(client.get(reverse("bom", args=[made.pk])), approve)
    for sent in ({**form, "effective_from": typed}, {**form, "effective_from": typed, "effective_shown": typed}):
        answer = client.post(approve, signed(sent, "qa"))
        assert answer.status_code == 422
        assert words in answer.content.decode()
    seen = client.post(approve, {**form, "effective_from": typed, "do": "show"}, follow=True)
    assert seen.content.decode().count(words) == 1
    made.refresh_from_db()
    assert (made.state, made.signature) == ("submitted", None)


def test_it_is_rejected_with_a_reason_or_taken_back(as_):
    engineer, qa = as_("engineer"), as_("qa")
    made = submitted(engineer)
    withdraw = reverse("bom-withdraw", args=[made.pk])
    assert engineer.post(withdraw, {"reason": "Wrong figure."}).status_code == 302
    engineer.post(reverse("bom-submit", args=[made.pk]))
    reject = reverse("bom-reject", args=[made.pk])
    form = fields_of(qa.get(reverse("bom", args=[made.pk])), reject)
    assert qa.post(reject, signed({**form, "reason": ""}, "qa")).status_code == 422
    qa.post(reject, signed({**form, "reason": "Not proven."}, "qa"))
    made.refresh_from_db()
    assert made.state == "rejected"
    assert "Not proven." in page(qa, made)


def test_an_auditor_submits_and_signs_nothing(as_):
    draft = version(2)
    client = as_("auditor")
    assert client.post(reverse("bom-submit", args=[draft.pk])).status_code == 403
    made = submitted(as_("engineer"))
    approve = reverse("bom-approve", args=[made.pk])
    form = fields_of(client.get(reverse("bom", args=[made.pk])), approve)
    answer = client.post(approve, signed(form, "auditor"))
    assert answer.status_code == 403
    assert "Aude Auditor may not approve" in answer.content.decode()


def test_the_product_page_gathers_everything_about_how_it_is_consumed(look):
    shown = look("engineer").get(reverse("product", args=[item("SF-SYR-001").pk])).content.decode()
    for words in (
        "RM-EXT-310",
        "1 l = 28/25 kg",
        "operation complete",
        "WO-20400",
        "FG-ELD-200 v1",
        "signed by Quinn Quality",
    ):
        assert words in shown


def test_products_say_what_is_missing(as_):
    plant.route(plant.item("NEW-ONE", kind="finished"))
    shown = as_("engineer").get(reverse("products")).content.decode()
    assert "no effective BOM, no trigger definition for 10" in shown
    assert "complete" in shown
