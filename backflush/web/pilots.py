"""Pilots: the list, one with what it found, and what an engineer does with it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from backflush.actions.propose_factors import propose_factors
from backflush.actions.run_pilot import end_pilot, start_pilot
from backflush.models import Pilot
from backflush.pages.pilot_tones import TONES
from backflush.queries.pilots import pilots
from backflush.rules.pilot import PilotState
from backflush.rules.pilot_figures import FEWEST_ORDERS
from backflush.web.pilot_page import page
from masterdata.models import Item, Operation
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, the_site
from masterdata.pages.forms import form_page, reason_field
from masterdata.pages.number_fields import WholeNumber
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused


@desk_page()
def pilot_list(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    filters = lists.filtered(
        request,
        [
            lists.Filter("state", "State", [(one.value, one.value) for one in PilotState]),
            lists.Filter("q", "Product"),
        ],
    )
    asked = lists.values(filters)
    rows = pilots(the_site(request).pk)
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    if asked["q"]:
        rows = rows.filter(Q(item__code__icontains=asked["q"]) | Q(item__name__icontains=asked["q"]))
    new = {"label": "Start a pilot", "url": reverse("pilot-new"), "primary": True}
    listing = lists.Listing(
        name="pilots",
        rows=rows,
        order="-started",
        file="pilots",
        filters=filters,
        empty="No pilot fits.",
        empty_hint="An engineer starts one where a scrap factor is a guess.",
        columns=[
            lists.Column(
                "Pilot",
                lambda row: lists.text(f"Pilot {row.pk}", reverse("pilot", args=[row.pk])),
                sort="pilot",
                by="pk",
            ),
            lists.Column(
                "Product",
                lambda row: lists.text(row.item.code, reverse("product", args=[row.item_id]), code=True),
                sort="product",
                by="item__code",
            ),
            lists.Column("Operation", lambda row: lists.text(row.operation_number, code=True)),
            lists.Column("State", lambda row: lists.text(row.state, tone=TONES[row.state]), sort="state"),
            lists.Column("Why", lambda row: lists.text(row.why)),
            lists.Column("Started", lambda row: lists.moment(row.started_at), sort="started", by="started_at"),
            lists.Column("By", lambda row: lists.text(row.started_by.name)),
            lists.Column("Planned end", lambda row: lists.day(row.ends_on), sort="planned", by="ends_on"),
            lists.Column("Over", lambda row: lists.moment(row.ended_at), sort="over", by="ended_at"),
        ],
        context={
            "title": "Pilots",
            "intro": "What an operation really takes, measured beside what is posted for it. A pilot moves no stock.",
            "actions": [new] if can(request, Duty.RUN_PILOT) else [],
        },
    )
    return lists.show_list(request, listing)


class PilotForm(forms.Form):
    """Where a pilot is started, and why."""

    item = forms.CharField(max_length=60, label="Product", help_text="Its code.")
    operation = forms.CharField(max_length=10, label="Operation", help_text="Its number on the product's route.")
    why = forms.CharField(max_length=500, label="Why?", widget=forms.Textarea(attrs={"rows": 2}))
    fewest_orders = WholeNumber(
        label="Orders before it says anything",
        least=FEWEST_ORDERS,
        most=1000,
        initial=FEWEST_ORDERS,
        help_text=f"{FEWEST_ORDERS} at the least. More orders give narrower limits.",
    )
    ends_on = forms.DateField(
        required=False,
        label="Planned end",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="A reminder; an engineer ends it.",
    )

    def clean_item(self) -> Item:
        code = self.cleaned_data["item"].strip()
        found = Item.objects.filter(code__iexact=code).select_related("stock_unit").first()
        if found is None:
            raise forms.ValidationError(f"There is no item {code}. Products lists those with a route.")
        return found


@desk_page(Duty.RUN_PILOT)
def pilot_new(request: HttpRequest) -> HttpResponse:
    """Start one; the product may be named in the address."""
    code = request.GET.get("item", "")[:60]
    route = Operation.objects.filter(item__code=code).order_by("number").values_list("number", flat=True)
    initial = {"item": code, "operation": request.GET.get("operation", route[0] if route else "")[:10]}

    def start(asked: dict[str, Any]) -> HttpResponse:
        asked["operation"] = asked["operation"].strip()
        made = start_pilot(site=the_site(request), actor=person_of(request), now=timezone.now(), **asked)
        messages.success(request, f"{made} runs. Operators find “Measure” at every order of it.")
        return redirect("pilot", made.pk)

    return form_page(
        request,
        PilotForm(request.POST or None, initial=initial),
        start,
        title="Start a pilot",
        intro="Postings go on as the BOM says. What is really used is measured beside them and moves no stock.",
        trail=[{"label": "Pilots", "url": reverse("pilots")}, {"label": "Start"}],
        action="Start",
    )


@desk_page()
def pilot(request: HttpRequest, pk: int) -> HttpResponse:
    """One pilot with what it found."""
    return page(request, _find(request, pk))


class EndForm(forms.Form):
    reason = reason_field()


@desk_page(Duty.RUN_PILOT)
def pilot_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End it, or cancel it: then it counts for nothing."""
    row = _find(request, pk)
    cancel = request.GET.get("cancel") == "yes"

    def end(asked: dict[str, Any]) -> HttpResponse:
        end_pilot(pilot=row, reason=asked["reason"], actor=person_of(request), now=timezone.now(), cancel=cancel)
        messages.success(request, f"{row} is {'cancelled' if cancel else 'ended'}.")
        return redirect("pilot", pk)

    kept = "Nothing more is measured for it."
    return form_page(
        request,
        EndForm(request.POST or None),
        end,
        title=f"{'Cancel' if cancel else 'End'} pilot {pk}",
        intro=f"{kept} It counts for nothing; what was measured stays readable." if cancel else kept,
        trail=[
            {"label": "Pilots", "url": reverse("pilots")},
            {"label": f"Pilot {pk}", "url": reverse("pilot", args=[pk])},
            {"label": "Cancel" if cancel else "End"},
        ],
        action="Cancel the pilot" if cancel else "End the pilot",
    )


@desk_page(to_change=Duty.RUN_PILOT)
def pilot_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft a BOM version with the factors that were chosen."""
    row = _find(request, pk)
    if request.method != "POST":
        return redirect("pilot", pk)
    try:
        made = propose_factors(
            pilot=row,
            components=request.POST.getlist("component"),
            actor=person_of(request),
            now=timezone.now(),
            seen=request.POST.get("seen", ""),
        )
    except Refused as refused:
        return page(request, row, refused)
    messages.success(request, f"{made} is drafted with what the pilot found. Look at it, then submit it.")
    return redirect("bom", made.pk)


def _find(request: HttpRequest, pk: int) -> Pilot:
    found = pilots(the_site(request).pk).filter(pk=pk).first()
    if found is None:
        raise Http404(f"There is no pilot {pk} at this site.")
    return found
