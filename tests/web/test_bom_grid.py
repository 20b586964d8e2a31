"""The grid of the BOM editor: lines by operation, moved and taken out, phantoms opened, costs, checks and copies."""

import pytest
from django.urls import reverse

from masterdata.models import BomVersion, Item
from tests.web.bom_pages import editor, send, version
from tests.web.forms import fields_of
from tests.web.scene import item


def opened(client, code: str = "FG-ELD-200", **query) -> str:
    return client.get(reverse("bom-draft", args=[item(code).pk]), query).content.decode()


def codes_of(made: BomVersion) -> list[str]:
    return list(made.lines.order_by("position").values_list("item__code", flat=True))


def test_lines_stand_by_operation_with_what_a_phantom_comes_to_and_their_cost(look):
    shown = opened(look("engineer"))
    grid = shown.partition("data-bom-grid")[2]
    assert (
        grid.index("Operation 10") < grid.index("Fill and cap") < grid.index("PK-BTL-200") < grid.index("Operation 20")
    )
    row = shown.partition('aria-label="Line 3"')[2].partition("</section>")[0]
    for words in ("PK-SET-024 v1", "PK-CAP-024", "1.005 pcs", "PK-LBL-ELD", "1.01 pcs"):
        assert words in row
    assert "0.59976" in shown.partition('id="cost-lines-0"')[2].partition("</div>")[0]


def test_items_are_not_listed_but_asked_for(look):
    shown = opened(look("engineer"))
    assert 'id="items"' not in shown
    assert f'data-suggest="{reverse("item-suggestions")}"' in shown


def test_moved_lines_are_saved_in_their_new_order_and_keep_their_identity(as_):
    client = as_("engineer")
    fields = editor(client) | {"lines-0-place": "2", "lines-1-place": "1", "reason": "Order."}
    assert send(client, fields, "save").status_code == 302
    made = version(3)
    assert codes_of(made) == ["PK-BTL-200", "SF-SYR-001", "PK-SET-024", "PK-CTN-012"]
    old = dict(version(1).lines.values_list("item__code", "identity"))
    assert dict(made.lines.values_list("item__code", "identity")) == old


def test_a_fault_of_a_moved_line_is_told_under_the_number_that_it_stands_at(look):
    client = look("engineer")
    fields = editor(client) | {"lines-0-place": "2", "lines-1-place": "1", "lines-1-quantity": "0", "reason": "x"}
    shown = send(client, fields, "check").content.decode()
    assert '<a href="#id_lines-1-quantity">Line 1, Quantity</a>' in shown
    assert "line 1 (PK-BTL-200) takes nothing." in shown


def test_a_line_taken_out_is_kept_on_a_refused_page_and_can_be_put_back(as_):
    client = as_("engineer")
    fields = editor(client) | {"lines-0-DELETE": "on", "lines-1-operation": "77", "reason": "x"}
    answer = send(client, fields, "submit")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "line 1 (PK-BTL-200): FG-ELD-200 has no operation 77" in shown
    assert '<a href="#id_lines-1-operation">Line 1, Operation</a>' in shown
    again = fields_of(answer)
    assert again["lines-0-DELETE"] == "on"
    again = {name: value for name, value in again.items() if name != "lines-0-DELETE"} | {"lines-1-operation": "10"}
    assert send(client, again, "save").status_code == 302
    assert codes_of(version(3)) == ["SF-SYR-001", "PK-BTL-200", "PK-SET-024", "PK-CTN-012"]


def test_an_empty_line_that_was_added_and_left_is_no_line(as_):
    client = as_("engineer")
    fields = editor(client)
    fields |= {name.replace("__prefix__", "4"): value for name, value in fields.items() if "__prefix__" in name}
    fields |= {"lines-TOTAL_FORMS": "5", "lines-4-place": "5", "lines-4-operation": "20", "lines-4-item": ""}
    assert send(client, {**fields, "lines-4-per": "base", "lines-4-method": "backflush"}, "save").status_code == 302
    assert version(3).lines.count() == 4


def test_checking_tells_every_fault_and_saves_nothing(look):
    client = look("engineer")
    answer = send(client, editor(client) | {"lines-0-operation": "77"}, "check")
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Checked: 2 faults. Nothing was saved." in shown
    assert "has no operation 77" in shown
    good = send(client, editor(client) | {"lines-0-quantity": "0.3", "reason": "x"}, "check")
    assert "Checked: no fault. Nothing was saved yet." in good.content.decode()
    assert BomVersion.objects.filter(item__code="FG-ELD-200").count() == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lines-1-quantity": "2"}, ["0.62248"]),
        ({"lines-1-item": "NO-SUCH"}, ["There is no item NO-SUCH", "at least"]),
        ({"lines-1-quantity": "much"}, ["0.31124"]),
        ({"lines-1-scrap_percent": "100", "lines-1-scrap_convention": "divide"}, ["leaves nothing to divide by"]),
        ({"lines-1-unit": "l"}, ["no conversion LTR → C62"]),
    ],
)
def test_costs_follow_what_is_typed_whatever_cannot_be_read(look, changed, words):
    client = look("engineer")
    answer = send(client, editor(client) | changed, "cost")
    assert answer.status_code == 200
    for one in words:
        assert one in answer.content.decode()
    assert 'data-for="cost-lines-3"' in answer.content.decode()


def test_any_product_s_version_is_copied_with_items_kept_and_identities_of_its_own(as_):
    client = as_("engineer")
    bottle, source = item("PK-BTL-200"), version(1)
    copy = reverse("bom-copy", args=[bottle.pk])
    answer = client.get(copy, {"from": "FG-ELD-200 v1"})
    assert answer.url == f"{reverse('bom-draft', args=[bottle.pk])}?copy={source.pk}"
    page = client.get(answer.url)
    assert "Starts as FG-ELD-200 v1" in page.content.decode()
    fields = fields_of(page)
    assert fields["lines-0-identity"] == ""
    assert client.post(answer.url, {**fields, "do": "save"}).status_code == 302
    made = version(1, "PK-BTL-200")
    assert codes_of(made) == codes_of(source)
    assert not set(made.lines.values_list("identity", flat=True)) & set(source.lines.values_list("identity", flat=True))
    line = made.lines.get(item__code="SF-SYR-001")
    assert [one.source_note for one in line.scrap_factors.filter(kind="running")] == ["Filling study 14"]


def test_a_copy_of_what_is_not_there_is_refused_in_words_and_a_strange_address_opens_the_usual_start(look):
    client = look("engineer")
    answer = client.get(reverse("bom-copy", args=[item("PK-BTL-200").pk]), {"from": "NO-SUCH v1"})
    assert answer.status_code == 422
    assert "There is no item NO-SUCH." in answer.content.decode()
    for strange in ("x", "999999", "９", "99999999999999999999"):
        assert 'value="SF-SYR-001"' in opened(client, copy=strange)


def test_an_alternate_is_taken_in_small_letters_and_written_as_its_item_is(as_):
    client = as_("engineer")
    fields = editor(client) | {"lines-1-alternates": "pk-cap-124 1", "lines-1-strategy": "priority", "reason": "x"}
    assert send(client, fields, "save").status_code == 302
    line = version(3).lines.get(item__code="PK-BTL-200")
    assert [one.item.code for one in line.alternates.all()] == ["PK-CAP-124"]


def test_what_is_typed_is_escaped(look):
    client = look("engineer")
    shown = send(client, editor(client) | {"lines-0-item": '"><b>x', "lines-0-scrap_note": "<i>"}, "check")
    assert "<b>x" not in shown.content.decode()
    assert "&lt;i&gt;" in shown.content.decode()
    assert Item.objects.filter(code__contains="<").count() == 0


def test_more_rows_than_a_version_has_are_refused_and_not_left_out(look):
    client = look("engineer")
    answer = send(client, editor(client) | {"lines-TOTAL_FORMS": "501"}, "save")
    assert answer.status_code == 422
    assert "There are more than 500 rows" in answer.content.decode()
