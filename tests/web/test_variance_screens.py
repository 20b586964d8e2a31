"""Finance reads what production cost against its standard, and drills from any figure to the ledger lines behind it."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

from django.urls import reverse
from django.utils import timezone

from backflush.models import Posting
from tests import reporting
from traceability.models import WorkOrder


def order(number="WO-20418"):
    return WorkOrder.objects.get(number=number)


def test_the_board_shows_the_whole_and_its_parts(look):
    page = look("finance").get(reverse("variance-board")).content.decode()
    assert "Variance by cause" in page
    assert "<svg" in page
    assert "FG-ELD-200" in page
    assert re.search(r"\d+\.\d\d [FU]", page)


def test_every_grouping_opens_and_exports(look):
    client = look("finance")
    for group in ("product", "order", "component", "nonsense"):
        assert client.get(reverse("variance-board"), {"group": group}).status_code == 200
        written = client.get(reverse("variance-board"), {"group": group, "format": "csv"}).content.decode()
        assert written.splitlines()[-1].startswith("Total,")
        assert written.count("\n") > 1


def test_a_period_without_postings_says_so(look):
    past = timezone.localdate() - timedelta(days=900)
    page = look("finance").get(reverse("variance-board"), {"from": past, "to": past}).content.decode()
    assert "No order posted in this period." in page


def test_what_open_orders_hold_is_said_and_can_be_left_out(look):
    client = look("finance")
    board = client.get(reverse("variance-board")).content.decode()
    assert "of the orders are still open." in board
    closed_only = re.search(r'href="(\?[^"]*state=closed[^"]*)"', board)[1].replace("&amp;", "&")
    assert "No order posted in this period." in client.get(reverse("variance-board") + closed_only).content.decode()


def test_two_clicks_lead_from_a_figure_to_the_posting_that_explains_it(look):
    client = look("finance")
    board = client.get(reverse("variance-board"), {"group": "order"}).content.decode()
    lines = re.search(r'href="(/variance/lines\?[^"]+)"', board)[1].replace("&amp;", "&")
    ledger = client.get(lines).content.decode()
    posting = re.search(r'href="(/postings/P-\d+)"', ledger)[1]
    assert client.get(posting).status_code == 200


def test_an_orders_page_names_every_component_and_its_lines(look):
    client = look("finance")
    page = client.get(reverse("order-variance", args=[order().pk])).content.decode()
    assert "still moving: the order is open" in page
    for code in ("SF-SYR-001", "PK-BTL-200", "PK-CAP-024", "PK-LBL-ELD", "PK-CTN-012"):
        assert code in page
    component = re.search(r'href="(/variance/lines\?order=\d+&amp;component=[^"]+)"', page)[1].replace("&amp;", "&")
    assert "one component" in client.get(component).content.decode()


def test_the_avoidable_scrap_is_a_part_of_its_own(look):
    assert "Avoidable scrap" in look("finance").get(reverse("order-variance", args=[order().pk])).content.decode()


def test_an_operator_may_not_read_variances_and_is_told_who_may(look):
    answer = look("operator").get(reverse("variance-board"))
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "may not read variances" in page
    assert "finance" in page


def test_strange_addresses_are_answered_calmly(look):
    client = look("auditor")
    assert (
        client.get(reverse("variance-board"), {"from": "2026-99-99", "line": "x", "product": "\x00"}).status_code == 200
    )
    assert client.get(reverse("variance-lines"), {"order": "x"}).status_code == 404
    assert client.get(reverse("variance-lines"), {"order": order().pk, "component": "x"}).status_code == 404
    assert client.get(reverse("order-variance", args=[order("WO-20425").pk])).status_code == 404


def export(client, address, **query):
    answer = client.get(address, {**query, "format": "csv"})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_days_that_are_none_or_too_far_off_are_named_with_what_is_shown_instead(look):
    client = look("finance")
    for name, day in (
        ("to", "9999-12-31"),
        ("from", "0001-01-01"),
        ("from", "2026-13-45"),
        ("from", "abc"),
        ("to", "2026-02-30"),
    ):
        for address in (reverse("variance-board"), reverse("variance-lines")):
            answer = client.get(address, {name: day})
            assert answer.status_code == 200
            said = unescape(answer.content.decode())
            assert f"{name.title()}: “{day}” is not a day between 1 Jan 1900 and 31 Dec 2999." in said
            assert "Shown from" in said if name == "from" else "Shown to" in said
            refused = client.get(address, {name: day, "format": "csv"})
            assert refused.status_code == 400
            assert f"“{day}” is not a day" in refused.content.decode()


def test_the_first_and_last_day_of_the_calendar_can_be_asked_for(look):
    query = {"from": "1900-01-01", "to": "2999-12-31"}
    for address in (reverse("variance-board"), reverse("variance-lines")):
        page = look("finance").get(address, query).content.decode()
        assert "is not a day" not in page
        assert export(look("finance"), address, **query)


def test_a_from_later_than_to_is_said_to_have_changed_places(look):
    today = timezone.localdate()
    page = look("finance").get(reverse("variance-board"), {"from": today, "to": today - timedelta(days=3)})
    assert "the two have changed places here" in page.content.decode()
    assert f'name="from" value="{today - timedelta(days=3)}"' in page.content.decode()
    assert "changed places" not in look("finance").get(reverse("variance-board")).content.decode()


def test_a_choice_that_is_not_offered_is_named(look):
    page = unescape(look("finance").get(reverse("variance-board"), {"line": "x", "product": "NONE"}).content.decode())
    assert "Line: “x” is not one of the choices." in page
    assert "Product: “NONE” is not one of the choices." in page


def test_the_export_reads_like_the_page_and_adds_up(look):
    client = look("finance")
    for group, first in (("product", "Product"), ("order", "Order"), ("component", "Component")):
        rows = export(client, reverse("variance-board"), group=group)
        assert next(iter(rows[0])) == first
        money = [name for name in rows[0] if name.endswith(", EUR")]
        assert "Variance, EUR" in money
        assert "Count, EUR" not in money
        for name in money:
            amounts = [Decimal(row[name]) for row in rows]
            assert sum(amounts[:-1]) == amounts[-1]
            assert any(amounts)
    units = {row["Component"]: row["Unit"] for row in rows}
    assert (units["PK-BTL-200"], units["SF-SYR-001"]) == ("pcs", "kg")
    assert "Not of a component" in units


def test_the_components_of_an_order_add_up_on_its_page(look):
    page = look("finance").get(reverse("order-variance", args=[order().pk])).content.decode()
    table = page[page.index('<table class="variances">') : page.rindex("</table>")]
    assert "Not of a component" in table
    signed = {"U": 1, "F": -1}
    figures = [
        sum(Decimal(size.replace(",", "")) * signed[mark] for size, mark in re.findall(r"([\d,]+\.\d\d) ([FU])", row))
        for row in re.findall(r"<ul class=\"causes\">.*?</ul>", table, re.DOTALL)
    ]
    assert sum(figures[:-1]) == figures[-1] != 0


def test_the_lines_behind_a_figure_are_signed_and_end_at_it(as_):
    last = Posting.objects.filter(order_id=order().pk, operation_number="20").latest("number")
    reporting.reversed_by_qa(last, at=timezone.now())
    client = as_("finance")
    lines = reverse("variance-lines")
    rows = export(client, lines, order=order().pk)
    *ledger, total, between, variance = rows
    assert {row["Direction"] for row in ledger} == {"used", "given back", "received", "receipt taken back"}
    assert sum(Decimal(row["Actual"]) for row in ledger) == Decimal(total["Actual"])
    assert Decimal(total["Actual"]) + Decimal(between["Actual"]) == Decimal(variance["Actual"])
    assert abs(Decimal(between["Actual"])) < Decimal("0.20")
    [whole] = [
        row for row in export(client, reverse("variance-board"), group="order") if row["Order"] == order().number
    ]
    assert Decimal(whole["Variance, EUR"]) == Decimal(variance["Actual"])
    page = client.get(lines, {"order": order().pk}).content.decode()
    assert "<tfoot>" in page
    assert "Used counts +, given back −" in page


def test_every_row_by_component_leads_to_lines_that_end_at_it(look):
    client = look("finance")
    for row in export(client, reverse("variance-board"), group="component")[:-1]:
        of = {"none": "1"} if row["Component"] == "Not of a component" else {"item": row["Component"]}
        *_, variance = export(client, reverse("variance-lines"), **of)
        assert variance["Direction"] == "variance"
        assert Decimal(variance["Actual"]) == Decimal(row["Variance, EUR"])
