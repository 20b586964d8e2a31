"""Pages around the BOM editor: cost, comparison of any two versions, where an item is used, suggestions."""

import csv
import io

import pytest
from django.urls import reverse

from masterdata.models import Item
from tests.changing import changed
from tests.web.bom_pages import version
from tests.web.forms import fields_of
from tests.web.scene import item


def rows_of(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def cost(client, found, **query):
    return client.get(reverse("bom-cost", args=[found.pk]), query)


def compared(client, left, right, **query):
    return client.get(reverse("bom-compare"), {"left": left, "right": right, **query})


def test_the_cost_is_shown_by_component_through_phantoms_per_base_and_per_unit(look):
    shown = cost(look("finance"), version(1)).content.decode()
    for words in ("SF-SYR-001", "0.59976", "PK-SET-024 (phantom)", "PK-LBL-ELD", "1.01", "7.2 EUR per setup"):
        assert words in shown
    assert "more than its components" in shown


def test_the_cost_as_a_file_adds_up_to_its_total(look):
    rows = rows_of(cost(look("finance"), version(1), format="csv"))
    total = rows.pop()
    assert [row["Component"] for row in rows] == ["SF-SYR-001", "PK-BTL-200", "PK-CAP-024", "PK-LBL-ELD", "PK-CTN-012"]
    assert sum(round(float(row["Cost per unit"]) * 10**9) for row in rows) == round(
        float(total["Cost per unit"]) * 10**9
    )
    assert rows[2]["Taken per base, with losses"] == "1.005"


def test_a_component_without_cost_is_named_and_the_total_is_said_to_be_a_least_one(as_):
    client = as_("engineer")
    changed(Item.objects.get(code="PK-CAP-024"), standard_cost="0")
    shown = cost(client, version(1)).content.decode()
    assert "PK-CAP-024, inside PK-SET-024 has no standard cost: it counts as nothing." in shown
    assert "at least " in shown


def test_a_version_without_lines_costs_nothing_and_says_so(as_):
    client = as_("engineer")
    made = version(2)
    edit = reverse("bom-edit", args=[made.pk])
    fields = fields_of(client.get(edit))
    fields |= {f"lines-{place}-DELETE": "on" for place in range(int(fields["lines-TOTAL_FORMS"]))}
    assert client.post(edit, {**fields, "do": "save"}).status_code == 302
    assert "This version has no line, so it costs nothing." in cost(client, made).content.decode()


def test_two_versions_of_one_product_stand_side_by_side_with_what_they_cost(look):
    shown = compared(look("auditor"), "FG-ELD-200 v1", "FG-ELD-200 v2").content.decode()
    for words in ("FG-ELD-200 v1 beside FG-ELD-200 v2", "removed", "PK-SET-024", "Per unit made, in EUR"):
        assert words in shown


def test_versions_of_different_products_are_compared_field_by_field_in_a_file(look):
    answer = compared(look("auditor"), version(1).pk, version(1, "PK-SET-024").pk, format="csv")
    rows = rows_of(answer)
    changes = {row["Item"]: row["Change"] for row in rows if row["Part"] == "line"}
    assert changes["SF-SYR-001"] == "removed"
    assert changes["PK-CAP-024"] == "added"
    total = rows[-1]
    assert (total["Part"], total["Field"]) == ("version", "cost per unit")
    assert float(total["Cost difference"]) == pytest.approx(
        float(total["PK-SET-024 v1"]) - float(total["FG-ELD-200 v1"])
    )
    assert "compare-FG-ELD-200-v1-with-PK-SET-024-v1.csv" in answer["Content-Disposition"]


def test_only_what_differs_is_shown_when_asked_for(look):
    client = look("auditor")
    whole = compared(client, "PK-SET-024 v1", "PK-SET-024 v1").content.decode()
    assert 'class="same"' in whole
    only = compared(client, "FG-ELD-200 v1", "FG-ELD-200 v2", only="differences").content.decode()
    assert 'class="same"' not in only
    assert 'class="removed"' in only
    same = compared(client, "FG-ELD-200 v1", "FG-ELD-200 v1", only="differences").content.decode()
    assert "No figure differs." in same
    assert "No line differs." in same


def test_one_version_alone_is_compared_with_the_one_before_it(look):
    assert "FG-ELD-200 v1 beside FG-ELD-200 v2" in compared(look("auditor"), version(2).pk, "").content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("NO-SUCH v1", "There is no item NO-SUCH."),
        ("FG-ELD-200 v99", "FG-ELD-200 has no BOM version 99."),
        ("PK-BTL-200", "PK-BTL-200 has no BOM."),
        ("999999", "There is no BOM version 999999."),
    ],
)
def test_a_version_that_is_not_there_is_told_in_words(look, typed, words):
    answer = compared(look("auditor"), "FG-ELD-200 v1", typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()


def test_uses_are_listed_through_phantoms_and_exported(look):
    client = look("auditor")
    address = reverse("item-where-used", args=[item("PK-CAP-124").pk])
    rows = rows_of(client.get(address, {"format": "csv"}))
    assert [(row["BOM version"], row["Version is"], row["Taken"], row["On the line of"]) for row in rows] == [
        ("FG-ELD-200 v1", "in force", "through phantom", "PK-SET-024"),
        ("PK-SET-024 v1", "in force", "as alternate", "PK-CAP-024"),
    ]
    only = client.get(address, {"how": "as alternate"}).content.decode()
    assert "PK-SET-024 v1" in only
    assert "FG-ELD-200 v1" not in only
    assert address in client.get(reverse("item", args=[item("PK-CAP-124").pk])).content.decode()


def test_an_item_that_nothing_takes_says_so(look):
    shown = look("auditor").get(reverse("item-where-used", args=[item("FG-ELD-200").pk])).content.decode()
    assert "No BOM version that fits takes FG-ELD-200." in shown


def test_items_are_suggested_by_code_before_name_and_versions_as_they_are_written(look):
    client = look("engineer")
    found = client.get(reverse("item-suggestions"), {"q": "cap"}).json()["found"]
    assert [one["value"] for one in found] == ["PK-CAP-024", "PK-CAP-124", "PK-SET-024"]
    assert client.get(reverse("item-suggestions"), {"q": "pk-set-024"}).json()["found"][0]["value"] == "PK-SET-024"
    versions = client.get(reverse("version-suggestions"), {"q": "FG-ELD-200 v2"}).json()["found"]
    assert [one["value"] for one in versions] == ["FG-ELD-200 v2"]
    assert client.get(reverse("item-suggestions"), {"q": "zzz"}).json() == {"found": []}
