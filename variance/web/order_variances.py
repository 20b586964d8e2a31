"""The variance of one order by part and component."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from masterdata.models import Unit
from masterdata.pages.access import desk_page, the_site
from masterdata.rules.duties import Duty
from traceability.models import WorkOrder
from variance.queries import order_variance
from variance.web.charts import chart_rows, parts_chart, written
from variance.web.tables import NOT_OF_A_COMPONENT, figures_row, rest_name


def released_order(request: HttpRequest, pk: int) -> WorkOrder:
    found = WorkOrder.objects.filter(pk=pk, site=the_site(request)).select_related("item", "unit", "site").first()
    if found is None or found.state == "planned":
        raise Http404("There is no such released order at this site.")
    return found


@desk_page(Duty.READ_VARIANCE)
def order_variance_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: the whole, its parts, and every component with its own."""
    order = released_order(request, pk)
    found = order_variance(order)
    decimals = order.site.currency_decimals
    symbols = dict(Unit.objects.values_list("code", "symbol"))
    context = {
        "order": order,
        "found": found,
        "total": written(found["total"], found["favourable"], decimals),
        "chart": parts_chart(
            found["parts"],
            found["total"],
            found["favourable"],
            chart_id="order",
            title=f"Variance of {order.number} by cause",
            currency=order.site.currency,
            decimals=decimals,
        )
        if found["parts"]
        else "",
        "chart_columns": ["Cause", "Amount"],
        "chart_rows": chart_rows(found["parts"], found["total"], found["favourable"], decimals),
        "rows": _rows(order, found, symbols, decimals),
        "whole": figures_row(found, code="Total", name="", plain=True, decimals=decimals),
        "lines_url": f"{reverse('variance-lines')}?order={order.pk}",
        "trail": [
            {"label": "Variance", "url": reverse("variance-board")},
            {"label": order.item.code, "url": f"{reverse('variance-board')}?group=order&product={order.item.code}"},
            {"label": order.number},
        ],
    }
    return render(request, "variance/order_variance.html", context)


def _rows(order: WorkOrder, found: dict[str, Any], symbols: dict[str, str], decimals: int) -> list[dict[str, Any]]:
    """The components, and what is of none: together they are the order's whole."""
    lines = f"{reverse('variance-lines')}?order={order.pk}"
    rows = [
        figures_row(
            one,
            code=one["item"],
            name=one["name"],
            url=f"{lines}&component={one['component']}",
            lines_url=f"{lines}&component={one['component']}",
            decimals=decimals,
            unit=symbols.get(one["unit"], one["unit"]),
        )
        for one in found["components"]
    ]
    rest = found["not_of_a_component"]
    if rest["parts"]:
        url = f"{lines}&none=1"
        rows.append(
            figures_row(
                rest,
                code=NOT_OF_A_COMPONENT,
                name=rest_name(rest["parts"]),
                url=url,
                lines_url=url,
                decimals=decimals,
                plain=True,
            )
        )
    return rows
