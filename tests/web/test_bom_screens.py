"""BOM versions on screen: read whole, drafted from an older one, submitted without a fault, signed by somebody else."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion, Item
from masterdata.queries import signature_faults
from tests import plant
from tests.web.forms import fields_of, signed
from tests.web.scene import item


def version(number: int, code: str = "FG-ELD-200") -> BomVersion:
    return BomVersion.objects.get(item__code=code, number=number)


def page(client, found: BomVersion, **query) -> str:
    return client.get(reverse("bom", args=[found.pk]), query).content.decode()


def editor(client, found: Item | None = None, **query) -> dict[str, Any]:
    """The editor's fields for a new version."""
    return fields_of(client.get(reverse("bom-draft", args=[(found or item("FG-ELD-200")).pk]), query))


def send(client, fields: dict[str, Any], do: str, found: Item | None = None):
    return client.post(reverse("bom-draft", args=[(found or item("FG-ELD-200")).pk]), {**fields, "do": do})


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


def test_the_editor_starts_as_the_version_in_force(look):
    fields = editor(look("engineer"))
    assert fields["lines-0-item"] == "SF-SYR-001"
    assert fields["lines-0-quantity"] == "0.245"
    assert fields["lines-0-scrap_percent"] == "2"
    assert fields["lines-0-scrap_source"] == "study"
    assert fields["lines-0-setup_quantity"] == "3"
    assert fields["lines-TOTAL_FORMS"] == "4"


def test_saved_unchanged_the_draft_says_what_the_version_said(as_):
    client = as_("engineer")
    send(client, editor(client, item("PK-SET-024")), "save", item("PK-SET-024"))
    made = version(2, "PK-SET-024")
    assert made.state == "draft"
    assert "No figure differs." in page(client, made)
    assert sorted(made.lines.values_list("identity", flat=True)) == sorted(
        version(1, "PK-SET-024").lines.values_list("identity", flat=True)
    )


def test_a_line_is_added_changed_and_taken_out(as_):
    client = as_("engineer")
    fields = {**editor(client), "do": "add-lines"}
    grown = client.post(reverse("bom-draft", args=[item("FG-ELD-200").pk]), fields)
    fields = fields_of(grown)
    assert fields["lines-TOTAL_FORMS"] == "5"
    fields |= {
        "lines-0-quantity": "0.25",
        "lines-3-DELETE": "on",
        "lines-4-item": "rm-sug-025",
        "lines-4-quantity": "0.001",
        "lines-4-unit": "kgm",
        "lines-4-operation": "20",
        "reason": "Sugar on top.",
    }
    answer = send(client, fields, "save")
    made = version(3)
    assert answer.url == reverse("bom", args=[made.pk])
    assert [(line.item.code, str(line.quantity.normalize())) for line in made.lines.order_by("position")] == [
        ("SF-SYR-001", "0.25"),
        ("PK-BTL-200", "1"),
        ("PK-SET-024", "1"),
        ("RM-SUG-025", "0.001"),
    ]


def test_every_fault_is_shown_at_once_beside_its_line_and_nothing_is_saved(as_):
    client = as_("engineer")
    fields = editor(client) | {
        "lines-0-operation": "77",
        "lines-1-unit": "LTR",
        "lines-2-quantity": "0",
        "reason": "",
    }
    answer = send(client, fields, "submit")
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in ("has no operation 77", "nothing converts LTR", "takes nothing", "Say why there is a new version."):
        assert words in shown
    assert shown.index("has no operation 77") < shown.index("nothing converts LTR") < shown.index("takes nothing")
    assert 'value="77"' in shown
    assert BomVersion.objects.filter(item__code="FG-ELD-200").count() == 2


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("lines-0-item", "NO-SUCH", "There is no item NO-SUCH."),
        ("lines-0-unit", "QQQ", "There is no unit QQQ."),
        ("lines-0-quantity", "much", "Enter a number."),
        ("lines-0-alternates", "PK-CAP-124 many", "many is no number"),
        ("lines-0-alternates", "NO-SUCH 1", "There is no item NO-SUCH."),
        ("lines-0-steps", "1000", "is no step"),
        ("base_quantity", "", "This field is required."),
    ],
)
def test_what_cannot_be_read_is_told_in_place(look, field, typed, words):
    client = look("engineer")
    answer = send(client, {**editor(client), field: typed, "reason": "x"}, "save")
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_method_that_an_item_forbids_is_a_fault_of_its_line(as_):
    client = as_("engineer")
    Item.objects.filter(code="PK-BTL-200").update(safety_critical=True)
    answer = send(client, {**editor(client), "reason": "x"}, "submit")
    assert "PK-BTL-200 is safety-critical, so it may not be posted by backflush." in answer.content.decode()


def test_the_author_edits_the_draft_and_others_do_not(as_):
    draft = version(2)
    edit = reverse("bom-edit", args=[draft.pk])
    client = as_("engineer")
    fields = fields_of(client.get(edit)) | {"lines-0-quantity": "0.24", "lines-1-DELETE": "on", "reason": "Less."}
    assert client.post(edit, {**fields, "do": "save"}).url == reverse("bom", args=[draft.pk])
    assert [str(line.quantity.normalize()) for line in draft.lines.all()] == ["0.24"]
    shown = page(client, draft)
    assert "line PK-BTL-200 taken out" in shown
    other = as_("second_engineer")
    answer = other.post(edit, {**fields_of(other.get(edit)), "do": "save"})
    assert answer.status_code == 422
    assert "was drafted by Ede Engineer" in answer.content.decode()


def test_a_draft_sent_twice_is_saved_once(as_):
    client = as_("engineer")
    fields = {**editor(client), "reason": "Once."}
    assert send(client, fields, "save").status_code == 302
    assert send(client, fields, "save").status_code == 422
    assert BomVersion.objects.filter(item__code="FG-ELD-200").count() == 3


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


def test_who_may_not_draft_is_told_who_may(look):
    for username in ("auditor", "qa", "operator"):
        answer = look(username).get(reverse("bom-draft", args=[item("FG-ELD-200").pk]))
        assert answer.status_code == 403
        assert "Ask somebody with the role engineer" in answer.content.decode()


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
