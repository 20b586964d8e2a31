"""What a person at a tablet does, in tests: read the page's hidden fields, type, scan, send."""

import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from traceability.models import MaterialLot, WorkOrder

HTMX = {"HX-Request": "true"}


def order(number: str) -> WorkOrder:
    return WorkOrder.objects.get(number=number)


def lot(code: str) -> MaterialLot:
    return MaterialLot.objects.get(code=code)


def at(name: str, number: str, *more: Any) -> str:
    """The address of a screen at an order."""
    return reverse(name, args=[order(number).pk, *more])


def hidden(page: HttpResponse) -> dict[str, str]:
    """What the first form with a number of its own carries along."""
    text = page.content.decode()
    forms = [
        one for one in re.findall(r"<form.*?</form>", text, re.DOTALL) if "form_number" in one or "event_id" in one
    ]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', forms[0]) if forms else []
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def scan(client, address: str, code: str, page: HttpResponse | None = None) -> HttpResponse:
    """Scan on the page as it was answered last (or as it opens)."""
    return client.post(address, {**hidden(page or client.get(address)), "code": code}, headers=HTMX)


def said(page: HttpResponse) -> list[str]:
    """The sentences of the refusals on a page."""
    return [getattr(one, "sentence", None) or one["sentence"] for one in page.context["refusals"]]
