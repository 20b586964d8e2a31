"""BOM versions on screen: read whole, drafted from an older one, submitted without a fault, signed by somebody else."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.submit_bom import submit_bom
from masterdata.models import BomVersion
from masterdata.queries import signature_faults
from tests import plant
from tests.web.bom_pages import editor, page, send, version
from tests.web.changes import newest, sign, submit
from tests.web.forms import fields_of, signed
from tests.web.scene import item


def submitted(client) -> BomVersion:
    fields = {**editor(client), "lines-0-quantity": "0.25", "reason": "Thicker syrup."}
    send(client, fields, "submit")
    submit(client, newest())
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
    assert sign(client, newest(), "qa").url == reverse("change", args=[newest().number])
    made.refresh_from_db()
    assert (made.state, made.signature.person.username) == ("approved", "qa")
    assert version(1).effective_to == made.effective_from
    shown = page(client, made)
    assert "signed" in shown
    assert "broken" not in shown
    assert str(newest()) in shown


def test_the_author_is_refused_in_words(as_):
    engineer, qa = as_("engineer"), as_("qa")
    made = submitted(engineer)
    qa_form = fields_of(
        qa.get(reverse("change", args=[newest().number])), reverse("change-sign", args=[newest().number])
    )
    answer = engineer.post(reverse("change-sign", args=[newest().number]), signed(qa_form, "engineer"))
    assert answer.status_code == 422
    assert f"Whoever wrote {newest()} may not approve it." in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "submitted"


def test_what_is_signed_is_what_was_read(as_):
    engineer, qa = as_("engineer"), as_("qa")
    made = submitted(engineer)
    number = newest().number
    read = fields_of(qa.get(reverse("change", args=[number])), reverse("change-sign", args=[number]))
    engineer.post(reverse("change-take-back", args=[number]), {"reason": "A typing error."})
    edit = reverse("bom-edit", args=[made.pk])
    engineer.post(edit, {**fields_of(engineer.get(edit)), "lines-0-quantity": "0.9", "do": "save"})
    submit(engineer, newest())
    answer = qa.post(reverse("change-sign", args=[number]), signed(read, "qa"))
    assert answer.status_code == 422
    assert "no longer what was shown" in answer.content.decode()
    made.refresh_from_db()
    assert made.state == "submitted"


def test_it_takes_effect_at_the_time_chosen(as_):
    engineer, client = as_("engineer"), as_("qa")
    fields = {**editor(engineer), "lines-0-quantity": "0.25", "reason": "Thicker syrup."}
    send(engineer, fields, "save")
    made = version(3)
    engineer.post(reverse("change-open", args=["bom_version", made.pk]))
    tomorrow = timezone.localtime() + timedelta(days=1)
    chosen = f"{tomorrow:%Y-%m-%d}T06:00"
    assert submit(engineer, newest(), effective_from=chosen).status_code == 302
    signing = (
        client.get(reverse("change", args=[newest().number])).content.decode().partition("You sign exactly this")[2]
    )
    assert f"{tomorrow.day} {tomorrow:%b %Y} 06:00" in signing
    sign(client, newest(), "qa")
    made.refresh_from_db()
    assert f"{timezone.localtime(made.effective_from, ZoneInfo(plant.site().time_zone)):%Y-%m-%dT%H:%M}" == chosen
    assert signature_faults(made) == []
    assert newest().state == "approved"


@pytest.mark.parametrize(
    ("typed", "words"), [("2026-01-01T00:00", "1 Jan 2026 00:00 CET has passed"), ("soon", "soon is no time.")]
)
def test_a_time_that_cannot_be_taken_is_refused_in_words(as_, typed, words):
    engineer = as_("engineer")
    send(engineer, {**editor(engineer), "lines-0-quantity": "0.25", "reason": "Thicker."}, "save")
    engineer.post(reverse("change-open", args=["bom_version", version(3).pk]))
    answer = submit(engineer, newest(), effective_from=typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert newest().state == "draft"


def test_it_is_rejected_with_a_reason_or_taken_back(as_):
    engineer, qa = as_("engineer"), as_("qa")
    made = submitted(engineer)
    take_back = reverse("change-take-back", args=[newest().number])
    assert engineer.post(take_back, {"reason": "Wrong figure."}).status_code == 302
    made.refresh_from_db()
    assert made.state == "draft"
    submit(engineer, newest())
    reject = reverse("change-reject", args=[newest().number])
    form = fields_of(qa.get(reverse("change", args=[newest().number])), reject)
    assert qa.post(reject, signed({**form, "reason": ""}, "qa")).status_code == 422
    qa.post(reject, signed({**form, "reason": "Not proven."}, "qa"))
    made.refresh_from_db()
    assert made.state == "rejected"
    assert "Not proven." in page(qa, made)


def test_an_auditor_submits_and_signs_nothing(as_):
    draft = version(2)
    client = as_("auditor")
    assert client.post(reverse("change-open", args=["bom_version", draft.pk])).status_code == 403
    submitted(as_("engineer"))
    assert "You sign exactly this" not in client.get(reverse("change", args=[newest().number])).content.decode()
    read = reverse("change-sign", args=[newest().number])
    form = fields_of(as_("qa").get(reverse("change", args=[newest().number])), read)
    answer = client.post(read, signed(form, "auditor"))
    assert answer.status_code == 403
    assert "Aude Auditor may not" in answer.content.decode()


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


def test_a_version_submitted_before_there_were_requests_is_taken_back_on_its_page(as_):
    engineer, reader = as_("engineer"), as_("second_engineer")
    send(engineer, {**editor(engineer), "lines-0-quantity": "0.25", "reason": "Thicker syrup."}, "save")
    made = version(3)
    submit_bom(version=made, actor=made.author, now=timezone.now())  # as it was done then
    address, step = reverse("bom", args=[made.pk]), reverse("version-take-back", args=["bom_version", made.pk])
    assert "takes it back to draft and asks for approval" in reader.get(address).content.decode()
    assert step in engineer.get(address).content.decode()
    assert reader.post(step).status_code == 422
    assert engineer.post(step).url == address
    made.refresh_from_db()
    assert made.state == "draft"
    assert reverse("change-open", args=["bom_version", made.pk]) in engineer.get(address).content.decode()
