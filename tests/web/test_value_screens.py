"""Finance reads WIP and stock as of any moment; totals tie, and every figure leads to the ledger lines that end at it."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

from django.urls import reverse
from django.utils import timezone

TABS = ("wip", "item", "bin", "lot")


def export(client, address, **query):
    answer = client.get(address, {**query, "format": "csv"}) if query else client.get(address)
    assert answer.status_code == 200, answer.content
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_every_tab_opens_exports_and_adds_up(look):
    client = look("finance")
    for tab in TABS:
        page = client.get(reverse("value"), {"by": tab}).content.decode()
        assert "Where everything received is" in page
        rows = export(client, reverse("value"), by=tab)
        figure = "WIP, actual" if tab == "wip" else "Value, actual"
        *shown, total = [Decimal(row[figure]) for row in rows]
        assert shown
        assert sum(shown) == total


def test_the_totals_of_the_tabs_stand_in_the_sum_of_everything_received(look):
    client = look("finance")
    page = client.get(reverse("value")).content.decode()
    ties = {
        words: Decimal(amount.replace(",", "").replace("−", "-"))
        for words, amount in re.findall(r"<tr><td>([^<]+)</td><td class=\"number\">([^<]+)</td></tr>", page)
    }
    received = ties.pop("Received")
    assert sum(ties.values()) == received > 0
    assert "Not accounted for" not in ties
    assert ties["In stock"] == Decimal(export(client, reverse("value"), by="lot")[-1]["Value, actual"])
    assert ties["Work in process"] == Decimal(export(client, reverse("value"), by="wip")[-1]["WIP, actual"])


def test_each_figure_leads_to_lines_that_end_at_it(look):
    client = look("finance")
    for tab in TABS:
        page = client.get(reverse("value"), {"by": tab}).content.decode()
        found = re.findall(r'<a href="(/value/lines\?[^"]+)">([^<]+)</a>', page)
        assert found
        for address, figure in found[:5]:
            lines = export(client, f"{unescape(address)}&format=csv")
            assert Decimal(lines[-1]["Actual"]) == Decimal(figure.replace(",", "").replace("−", "-"))
            assert client.get(unescape(address)).status_code == 200


def test_another_time_is_chosen_without_leaving_the_tab(look):
    page = look("finance").get(reverse("value"), {"by": "lot"}).content.decode()
    assert '<input type="hidden" name="by" value="lot">' in page
    assert '<input id="filter-at" type="datetime-local"' in page


def test_before_anything_was_received_there_is_nothing_to_tell(look):
    client = look("finance")
    past = {"at": (timezone.now() - timedelta(days=900)).strftime("%Y-%m-%dT%H:%M")}
    assert "No order had used or made anything by then." in client.get(reverse("value"), past).content.decode()
    assert "Nothing was in stock then." in client.get(reverse("value"), {**past, "by": "lot"}).content.decode()


def test_a_time_that_is_none_is_named_and_not_exported(look):
    client = look("finance")
    for text in ("yesterday", "2026-13-45T10:00", "9999-12-31T10:00"):
        page = unescape(client.get(reverse("value"), {"at": text}).content.decode())
        assert f"At: “{text}” is not a time. Shown as of now." in page
        assert client.get(reverse("value"), {"at": text, "format": "csv"}).status_code == 400


def test_figures_that_are_not_there_are_a_404(look):
    client = look("finance")
    for query in ({}, {"order": "999999"}, {"item": "999999"}, {"item": "x"}, {"order": "1" * 40}):
        assert client.get(reverse("value-lines"), query).status_code == 404


def test_an_operator_may_not_read_values_and_is_told_who_may(look):
    answer = look("operator").get(reverse("value"))
    assert answer.status_code == 403
    assert "finance" in answer.content.decode()


def test_finance_finds_the_page_in_the_rail(look):
    page = look("finance").get(reverse("variance-board")).content.decode()
    assert f'href="{reverse("value")}"' in page
    assert f'href="{reverse("ledger-checks")}"' in page
