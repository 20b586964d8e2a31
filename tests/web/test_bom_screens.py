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
        ("lines-0-quantity", "much", "That is no number. Write it in digits, such as 1.5."),
        ("lines-0-quantity", "0,245", "Write 0.245 with a point, not 0,245 with a comma"),
        ("lines-0-quantity", "1,000.5", "Write 1,000.5 without a comma: 1000.5."),
        ("lines-0-quantity", "-1", "Write 0 or more; −1 is too little."),
        ("lines-0-quantity", "0.1234567891", "At most 9 digits after the point are kept: round it."),
        ("lines-0-scrap_percent", "1000", "at most 3 digits before the point"),
        ("lines-0-alternates", "PK-CAP-124 1,5", "1,5 is no number. Write decimals with a point, such as 1.5."),
        ("lines-0-unit", "MG", "MG may be"),
        ("base_unit", "QQQ", "There is no unit QQQ."),
        ("base_quantity", "0", "The base quantity must be above zero."),
        ("lines-0-alternates", "PK-CAP-124 many", "many is no number"),
        ("lines-0-alternates", "NO-SUCH 1", "There is no item NO-SUCH."),
        ("lines-0-steps", "1000", "is no step"),
        ("base_quantity", "", "Write a number here, such as 1.5."),
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


def test_faults_of_reading_and_of_rules_are_shown_together_each_leading_to_its_field(look):
    client = look("engineer")
    fields = editor(client) | {
        "base_quantity": "0",
        "lines-0-item": "FG-ELD-200",
        "lines-1-operation": "99",
        "lines-2-unit": "QQQ",
        "lines-3-item": "NO-SUCH",
        "lines-3-operation": "98",
        "lines-1-scrap_percent": "150",
        "reason": "x",
    }
    answer = send(client, fields, "submit")
    shown = answer.content.decode()
    assert answer.status_code == 422
    summary = shown.partition('id="faults-title"')[2].partition("</section>")[0]
    for where, field, words in (
        ("Head, Base quantity", "base_quantity", "must be above zero"),
        ("Line 1, Item", "lines-0-item", "the product would be made of itself: FG-ELD-200 → FG-ELD-200"),
        ("Line 1, Unit", "lines-0-unit", "nothing converts KGM of FG-ELD-200"),
        ("Line 2, Operation", "lines-1-operation", "has no operation 99"),
        ("Line 2, Scrap %", "lines-1-scrap_percent", "150 % would take more than twice what goes in"),
        ("Line 3, Unit", "lines-2-unit", "There is no unit QQQ."),
        ("Line 4, Item", "lines-3-item", "There is no item NO-SUCH."),
        ("Line 4, Operation", "lines-3-operation", "has no operation 98"),
    ):
        assert f'<a href="#id_{field}">{where}</a>' in summary
        assert words in summary
        assert f'id="id_{field}"' in shown
    assert "8 faults. Nothing was saved." in summary
    row = shown.partition('aria-label="Line 2"')[2].partition("</section>")[0]
    assert row.index("row-faults") > row.index('id="id_lines-1-setup_quantity"')
    assert row.count("has no operation 99") == 1


def test_units_are_shown_and_taken_as_symbols_and_codes(as_):
    client = as_("engineer")
    fields = editor(client)
    assert (fields["lines-0-unit"], fields["lines-1-unit"], fields["base_unit"]) == ("kg", "pcs", "pcs")
    shown = client.get(reverse("bom-draft", args=[item("FG-ELD-200").pk])).content.decode()
    assert '<option value="kg">KGM kilogram</option>' in shown
    send(client, fields | {"lines-0-unit": "g", "lines-0-quantity": "245", "lines-1-unit": "c62"}, "save")
    assert list(version(3).lines.order_by("position").values_list("unit__code", flat=True))[:2] == ["GRM", "C62"]


def test_a_stale_window_overwrites_nothing_and_keeps_what_was_typed(as_):
    client, draft = as_("engineer"), version(2)
    edit = reverse("bom-edit", args=[draft.pk])
    first, second = (fields_of(client.get(edit)) for _ in range(2))
    assert client.post(edit, {**first, "lines-0-quantity": "0.37", "do": "save"}).status_code == 302
    for again in range(2):
        answer = client.post(edit, {**second, "lines-0-quantity": "0.38", "do": "save"})
        assert answer.status_code == 422, again
        assert "Somebody changed FG-ELD-200 v2 meanwhile" in answer.content.decode()
        second = fields_of(answer)
        assert second["lines-0-quantity"] == "0.38"
    assert str(draft.lines.order_by("position")[0].quantity.normalize()) == "0.37"
    fresh = fields_of(client.get(edit))
    assert client.post(edit, {**fresh, "lines-0-quantity": "0.38", "do": "save"}).status_code == 302


def test_a_version_that_is_no_draft_is_not_edited(as_):
    client = as_("engineer")
    draft = version(2)
    edit = reverse("bom-edit", args=[draft.pk])
    first, late = (fields_of(client.get(edit)) for _ in range(2))
    client.post(edit, {**first, "do": "submit", "reason": "Drop the set."})
    answer = client.get(edit, follow=True)
    assert answer.redirect_chain == [(reverse("bom", args=[draft.pk]), 302)]
    assert "FG-ELD-200 v2 is submitted, so it is not edited any more." in answer.content.decode()
    sent = client.post(edit, {**late, "lines-0-quantity": "9", "do": "save"})
    shown = sent.content.decode()
    assert sent.status_code == 422
    assert "FG-ELD-200 v2 is submitted, not draft." in shown
    assert 'value="9"' in shown
    assert 'value="save"' not in shown
    assert 'value="submit"' not in shown


def test_a_version_in_which_no_figure_differs_is_not_submitted(as_):
    client = as_("engineer")
    answer = send(client, {**editor(client), "reason": "Nothing."}, "submit")
    assert answer.status_code == 422
    assert "No figure differs from FG-ELD-200 v1, the version that it would replace." in answer.content.decode()
    send(client, {**editor(client), "reason": "Nothing."}, "save")
    answer = client.post(reverse("bom-submit", args=[version(3).pk]))
    assert answer.status_code == 422
    assert "No figure differs" in answer.content.decode()
    assert version(3).state == "draft"


def test_the_reason_is_not_called_optional(look):
    shown = look("engineer").get(reverse("bom-draft", args=[item("FG-ELD-200").pk])).content.decode()
    label = shown.partition("Why this version?")[2].partition("</div>")[0]
    assert "optional" not in label
    assert "Needed to submit it" in label


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
