"""Trigger definitions: which reports flush at an operation, from whom, within which limits; listed, drafted, approved."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.draft_trigger import draft_trigger
from masterdata.models import Device, Item, Operation, ProductionLine, TriggerDefinition
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of
from masterdata.pages.figures import figure, when, words
from masterdata.pages.forms import form_page, labelled
from masterdata.pages.number_fields import DecimalNumber, WholeNumber
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import OutputBasis, TriggerKind
from masterdata.web.approvals import approval_page
from masterdata.web.unit_factors import STATES, TONES


@desk_page()
def triggers(request: HttpRequest) -> HttpResponse:
    filters = lists.filtered(request, [lists.Filter("q", "Product"), lists.Filter("state", "State", STATES)])
    asked = lists.values(filters)
    rows = TriggerDefinition.objects.select_related("item", "line", "author", "signature").prefetch_related("devices")
    if asked["q"]:
        rows = rows.filter(Q(item__code__icontains=asked["q"]) | Q(item__name__icontains=asked["q"]))
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    draft = can(request, Duty.DRAFT_MASTER_DATA)
    listing = lists.Listing(
        name="trigger definitions",
        rows=rows,
        order="item",
        file="trigger_definitions",
        filters=filters,
        empty="No trigger definition fits.",
        empty_hint="Without an approved one, no report flushes at an operation.",
        columns=[
            lists.Column(
                "Product",
                lambda row: lists.text(row.item.code, reverse("product", args=[row.item_id]), code=True),
                sort="item",
                by="item__code",
            ),
            lists.Column(
                "Operation",
                lambda row: lists.text(row.operation_number, code=True),
                sort="operation",
                by="operation_number",
            ),
            lists.Column("Line", lambda row: lists.text(row.line.code if row.line else "every line")),
            lists.Column("Flushes on", lambda row: lists.text(words(row.kind), reverse("trigger", args=[row.pk]))),
            lists.Column("Output", lambda row: lists.text(words(row.output_basis))),
            lists.Column("From", lambda row: lists.text(senders(row))),
            lists.Column("Version", lambda row: lists.number(row.version), number=True, sort="version"),
            lists.Column("State", lambda row: lists.text(dict(STATES)[row.state], tone=TONES[row.state]), sort="state"),
            lists.Column(
                "Effective from", lambda row: lists.moment(row.effective_from), sort="from", by="effective_from"
            ),
        ],
        context={
            "title": "Trigger definitions",
            "intro": "What causes a flush at an operation, which devices may send it, and within which limits.",
            "actions": [{"label": "Draft one", "url": reverse("trigger-new"), "primary": True}] if draft else [],
        },
    )
    return lists.show_list(request, listing)


def senders(definition: TriggerDefinition) -> str:
    """Who may send the report, in words."""
    named = sorted(device.code for device in definition.devices.all())
    return ", ".join([*named, *(["any person"] if definition.any_person else [])])


@desk_page()
def trigger(request: HttpRequest, pk: int) -> HttpResponse:
    """One definition, and the change request that decides on it."""
    every = TriggerDefinition.objects.select_related("item", "line__site", "author", "signature")
    found = get_object_or_404(every, pk=pk)
    title = f"{found.item.code}, operation {found.operation_number}: {words(found.kind)}"

    def show(refusals: Sequence[Refusal] = ()) -> HttpResponse:
        rows = every.filter(item=found.item, operation_number=found.operation_number, line=found.line)
        return approval_page(
            request,
            every.get(pk=pk),
            title=title,
            facts=_facts(found),
            trail=[
                {"label": "Trigger definitions", "url": reverse("triggers")},
                {"label": f"{found.item.code} {found.operation_number} v{found.version}"},
            ],
            versions=[
                {"record": row, "name": f"version {row.version}", "url": reverse("trigger", args=[row.pk])}
                for row in rows.order_by("-version")
            ],
            refusals=refusals,
        )

    return show()


def _facts(found: TriggerDefinition) -> list[dict[str, Any]]:
    return [
        {"name": "Product", "value": found.item.code, "url": reverse("product", args=[found.item_id]), "code": True},
        {"name": "Operation", "value": found.operation_number, "code": True},
        {"name": "Line", "value": found.line.code if found.line else "every line"},
        {"name": "Flushes on", "value": words(found.kind)},
        {"name": "Output that consumes", "value": words(found.output_basis)},
        {"name": "May be sent by", "value": senders(found)},
        {"name": "Over the order's quantity", "value": f"up to {figure(found.order_tolerance)} %"},
        {"name": "One report at most", "value": f"{figure(found.report_limit_percent)} % of the order"},
        {"name": "Avoidable scrap", "value": _avoidable_limit(found)},
        {"name": "Clock tolerance", "value": f"{found.clock_tolerance_seconds} s"},
        {"name": "Offline allowance", "value": f"{found.offline_allowance_hours} h"},
        {"name": "Written by", "value": found.author.name},
        {"name": "Effective from", "value": when(found.effective_from)},
        {"name": "Effective to", "value": when(found.effective_to)},
    ]


def _avoidable_limit(found: TriggerDefinition) -> str:
    limit = found.avoidable_limit_percent
    return "no limit" if limit is None else f"up to {figure(limit) or '0'} % of the order, beyond it is marked"


class TriggerForm(forms.Form):
    """A trigger definition as it is drafted."""

    item = forms.ModelChoiceField(Item.objects.none(), to_field_name="code", label="Product")
    operation_number = forms.CharField(max_length=10, label="Operation", initial="10")
    line = forms.ModelChoiceField(
        ProductionLine.objects.none(), required=False, label="At this line only", empty_label="every line"
    )
    kind = forms.ChoiceField(
        choices=[(one.value, words(one)) for one in TriggerKind if one != TriggerKind.SETUP], label="Flushes on"
    )
    output_basis = forms.ChoiceField(
        choices=[(one.value, words(one)) for one in OutputBasis], label="Output that consumes"
    )
    devices = forms.ModelMultipleChoiceField(
        Device.objects.none(), required=False, label="Devices that may send it", widget=forms.CheckboxSelectMultiple
    )
    any_person = forms.BooleanField(required=False, initial=True, label="Any person may report it too")
    order_tolerance = DecimalNumber(
        least=0, whole=3, places=6, initial=Decimal(0), label="Over the order's quantity, in %"
    )
    report_limit_percent = DecimalNumber(
        least=0, whole=3, places=6, initial=Decimal(100), label="One report at most, in % of the order"
    )
    avoidable_limit_percent = DecimalNumber(
        least=0, whole=3, places=6, required=False, label="Avoidable scrap at most, in % of the order (empty: no limit)"
    )
    clock_tolerance_seconds = WholeNumber(least=0, most=86400, initial=120, label="Clock tolerance in s")
    offline_allowance_hours = WholeNumber(least=0, most=8760, initial=72, label="Offline allowance in h")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = Operation.objects.values("item_id")
        self.fields["item"].queryset = Item.objects.filter(pk__in=made).order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["item"], lambda item: f"{item.code}  {item.name}")
        self.fields["line"].queryset = ProductionLine.objects.select_related("site").order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["line"], lambda line: f"{line.code}  {line.name}")
        self.fields["devices"].queryset = Device.objects.filter(enabled=True).order_by("code")  # type: ignore[attr-defined]
        labelled(self.fields["devices"], lambda device: f"{device.code}  {device.name}")


@desk_page(Duty.DRAFT_MASTER_DATA)
def trigger_new(request: HttpRequest) -> HttpResponse:
    """Draft a definition, or the next version of one."""

    def draft(asked: dict[str, Any]) -> HttpResponse:
        made = draft_trigger(
            **{**asked, "devices": list(asked["devices"])}, author=person_of(request), now=timezone.now()
        )
        messages.success(request, "The trigger definition is drafted. Ask for its approval.")
        return redirect("trigger", made.pk)

    initial = {"item": request.GET.get("item", ""), "operation_number": request.GET.get("operation", "10")}
    form = TriggerForm(request.POST or None, initial=initial)
    trail = [{"label": "Trigger definitions", "url": reverse("triggers")}, {"label": "Draft one"}]
    return form_page(
        request, form, draft, title="Draft a trigger definition", trail=trail, action="Draft it", wide=True
    )
