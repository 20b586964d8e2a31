"""The BOM editor: a version drafted from another, every fault told at once, nothing overwritten unseen."""

import pytest
from django.urls import reverse

from masterdata.models import BomVersion, Item
from tests.changing import changed
from tests.web.bom_pages import editor, page, send, version
from tests.web.changes import newest, submit
from tests.web.forms import fields_of
from tests.web.scene import item


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
    changed(Item.objects.get(code="PK-BTL-200"), safety_critical=True)
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
    submit(client, newest())
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
    client.post(reverse("change-open", args=["bom_version", version(3).pk]))
    answer = submit(client, newest())
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


def test_who_may_not_draft_is_told_who_may(look):
    for username in ("auditor", "qa", "operator"):
        answer = look(username).get(reverse("bom-draft", args=[item("FG-ELD-200").pk]))
        assert answer.status_code == 403
        assert "Ask somebody with the role engineer" in answer.content.decode()
