"""The control record of a product's operation: on screen and as a PDF, of the same document."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from backflush.queries.control_record import control_record, route_of
from masterdata.models import Operation, Site
from masterdata.pages.access import desk_page, person_of, the_site
from masterdata.pages.documents import document_page, pdf_answer
from masterdata.rules.document import both_times


@desk_page()
def control_record_page(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """How usage is posted at one operation, with everything that governs it."""
    found, site = _asked(request, pk, operation)
    now = timezone.now()
    document = control_record(found, site, now)
    context: dict[str, Any] = {
        **document_page(document, both_times(now.replace(microsecond=0), site.time_zone), person_of(request)),
        "item": found.item,
        "operation": found,
        "route": route_of(found.item),
        "trail": [
            {"label": "Products", "url": reverse("products")},
            {"label": found.item.code, "url": reverse("product", args=[pk])},
            {"label": f"Control record, operation {found.number}"},
        ],
    }
    return render(request, "backflush/control_record.html", context)


@desk_page()
def control_record_pdf(request: HttpRequest, pk: int, operation: str) -> HttpResponse:
    """The same as a file."""
    found, site = _asked(request, pk, operation)
    now = timezone.now()
    return pdf_answer(control_record(found, site, now), now, site.time_zone)


def _asked(request: HttpRequest, pk: int, number: str) -> tuple[Operation, Site]:
    rows = Operation.objects.select_related("item__stock_unit", "line__site")
    found = get_object_or_404(rows, item_id=pk, number=number)
    return found, found.line.site if found.line else the_site(request)
