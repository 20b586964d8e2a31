"""Finance reads what production cost against its standard, and drills from any figure to the ledger lines behind it."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

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
        assert written.startswith("key,name,orders")
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
