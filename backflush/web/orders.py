"""Work orders: the list with how far each has come, and planning a new one."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from backflush.queries.order_progress import with_good
from masterdata.models import BomVersion, Item, ProductionLine, Unit
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, the_site
from masterdata.pages.figures import figure, words
from masterdata.pages.forms import form_page, labelled, local_time
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from masterdata.rules.vocabulary import AllocationStrategy, RecordState
from traceability.actions.create_order import create_order
from traceability.actions.release_order import release_order
from traceability.models import OrderOperation, WorkOrder
from traceability.rules.vocabulary import OrderState

TONES = {"planned": "idle", "released": "good", "closed": "info"}


@desk_page()
def orders(request: HttpRequest) -> HttpResponse:
    """The site's work orders, newest first."""
    site = the_site(request)
    lines = ProductionLine.objects.filter(site=site).order_by("code")
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Order or product"),
            lists.Filter("state", "State", [(one.value, words(one)) for one in OrderState]),
            lists.Filter("line", "Line", [(str(line.pk), line.name) for line in lines]),
        ],
    )
    asked = lists.values(filters)
    rows = WorkOrder.objects.filter(site=site).select_related("item", "unit")
    if asked["q"]:
        rows = rows.filter(
            Q(number__icontains=asked["q"]) | Q(item__code__icontains=asked["q"]) | Q(item__name__icontains=asked["q"])
        )
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    if asked["line"]:
        rows = rows.filter(pk__in=OrderOperation.objects.filter(line_id=asked["line"]).values("order_id"))
    plan = can(request, Duty.PLAN_ORDERS)
    listing = lists.Listing(
        name="orders",
        rows=with_good(rows),
        order="-created",
        file="orders",
        filters=filters,
        empty="No order fits.",
        empty_hint="Plan one with “New order”." if plan else "Supervisors and engineers plan orders.",
        columns=_columns(),
        context={
            "title": "Orders",
            "actions": [{"label": "New order", "url": reverse("order-new"), "primary": True}] if plan else [],
        },
    )
    return lists.show_list(request, listing)


def _columns() -> list[lists.Column]:
    return [
        lists.Column(
            "Order", lambda row: lists.text(row.number, reverse("order", args=[row.pk]), code=True), sort="number"
        ),
        lists.Column("Product", lambda row: lists.text(row.item.code, code=True), sort="item", by="item__code"),
        lists.Column("Name", lambda row: lists.text(row.item.name)),
        lists.Column("State", lambda row: lists.text(row.state, tone=TONES[row.state]), sort="state"),
        lists.Column("Good", lambda row: lists.number(row.good, row.unit.symbol), sort="good", number=True),
        lists.Column("Of", lambda row: lists.number(row.quantity, row.unit.symbol), sort="quantity", number=True),
        lists.Column("Due", lambda row: lists.moment(row.due_at), sort="due", by="due_at"),
        lists.Column("Released", lambda row: lists.moment(row.released_at), sort="released", by="released_at"),
        lists.Column("Planned", lambda row: lists.moment(row.created_at), sort="created", by="created_at"),
    ]


class NewOrder(forms.Form):
    """A work order as it is planned."""

    number = forms.CharField(max_length=40, label="Order number")
    item = forms.ModelChoiceField(Item.objects.none(), label="Product", to_field_name="code")
    quantity = forms.CharField(max_length=30, label="Quantity")
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label="Unit", to_field_name="code", required=False, help_text="Empty: the stock unit."
    )
    due = local_time("Due", required=False)
    allocation = forms.ChoiceField(
        label="Lots are drawn", choices=[(one.value, words(one)) for one in AllocationStrategy], initial="fefo"
    )
    output_lot_code = forms.CharField(
        max_length=60, label="Output lot", required=False, help_text="Empty: made by rule when output is posted."
    )
    release = forms.BooleanField(label="Release it at once, by what is effective now", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = BomVersion.objects.filter(state=RecordState.APPROVED, phantom=False).values("item_id")
        item, unit = self.fields["item"], self.fields["unit"]
        assert isinstance(item, forms.ModelChoiceField)
        assert isinstance(unit, forms.ModelChoiceField)
        item.queryset = Item.objects.filter(pk__in=made).order_by("code")
        labelled(self.fields["item"], lambda item: f"{item.code}  {item.name}")
        unit.queryset = Unit.objects.order_by("code")
        labelled(self.fields["unit"], lambda unit: f"{unit.symbol} ({unit.name})")


@desk_page(Duty.PLAN_ORDERS)
def order_new(request: HttpRequest) -> HttpResponse:
    """Plan an order, and release it where that is ticked."""

    def plan(asked: dict[str, Any]) -> HttpResponse:
        now = timezone.now()
        order = create_order(
            site=the_site(request),
            number=asked["number"],
            item=asked["item"],
            quantity=asked["quantity"].strip(),
            unit=asked["unit"] or asked["item"].stock_unit,
            actor=person_of(request),
            now=now,
            allocation=asked["allocation"],
            output_lot_code=asked["output_lot_code"],
            due_at=asked["due"],
        )
        messages.success(request, f"Order {order.number} is planned: {figure(order.quantity)} {order.unit.symbol}.")
        if asked["release"]:
            _release(request, order, now)
        return redirect("order", order.pk)

    form = NewOrder(request.POST or None, initial={"item": request.GET.get("item", "")})
    trail = [{"label": "Orders", "url": reverse("orders")}, {"label": "New order"}]
    return form_page(request, form, plan, title="New order", trail=trail, action="Plan the order", wide=True)


def _release(request: HttpRequest, order: WorkOrder, now: datetime) -> None:
    """Planned it is in any case; why it is not released stands above its page."""
    try:
        release_order(order=order, actor=person_of(request), now=now)
        messages.success(request, f"Order {order.number} is released.")
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, f"Not released: {refusal.sentence} {refusal.remedy}")
