"""Work orders, to be found and to be worked on."""

from django.db.models import QuerySet

from masterdata.models import ProductionLine, Site
from traceability.models import OrderOperation, StagingScan, WorkOrder
from traceability.rules.vocabulary import OrderState


def orders(
    *, site: Site | None = None, number: str = "", state: str = "", item: str = "", line: ProductionLine | None = None
) -> QuerySet[WorkOrder]:
    """Work orders by number, state, item code or the line that one of their operations runs at; newest first."""
    found = WorkOrder.objects.select_related("item__stock_unit", "unit", "site")
    if site is not None:
        found = found.filter(site=site)
    if number:
        found = found.filter(number=number)
    if state:
        found = found.filter(state=state)
    if item:
        found = found.filter(item__code=item)
    if line is not None:
        found = found.filter(id__in=OrderOperation.objects.filter(line=line).values("order_id"))
    return found.order_by("-id")


def open_orders(line: ProductionLine) -> QuerySet[WorkOrder]:
    """Released orders that run at a line, the most urgent first, with their operations."""
    found = orders(site=line.site, state=OrderState.RELEASED, line=line)
    return found.prefetch_related("operations__line").order_by("due_at", "id")


def orders_at_the_lines_of(order: WorkOrder) -> QuerySet[WorkOrder]:
    """Other released orders that run at a line of this one, the most urgent first: what is left of it may go to them."""
    lines = OrderOperation.objects.filter(order=order).values("line_id")
    there = OrderOperation.objects.filter(line_id__in=lines).values("order_id")
    found = orders(site=order.site, state=OrderState.RELEASED).filter(id__in=there).exclude(pk=order.pk)
    return found.order_by("due_at", "id")


def order_by_number(site_id: int, number: str) -> WorkOrder | None:
    """The order of a site by its number, in exactly this spelling."""
    return (
        WorkOrder.objects.filter(site_id=site_id, number=number)
        .select_related("item__stock_unit", "unit", "site")
        .first()
    )


def staging_scans(order: WorkOrder, *, limit: int = 200) -> QuerySet[StagingScan]:
    """The latest staging scans of an order, newest first."""
    scans = order.staging_scans.select_related(
        "lot__item__stock_unit", "from_bin", "to_bin", "person", "reason", "undone_by"
    )
    return scans.order_by("-id")[:limit]
