"""A held lot is taken up for rework: by which recipe, how many, and what comes out of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion, Item
from masterdata.pages.access import desk_page, person_of, the_site
from masterdata.pages.forms import form_page, labelled
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from masterdata.rules.vocabulary import RecordState
from traceability.actions.create_rework_order import create_rework_order
from traceability.actions.release_order import release_order
from traceability.models import MaterialLot


class ReworkForm(forms.Form):
    """A rework order as it is planned."""

    number = forms.CharField(max_length=40, label="Order number")
    recipe_item = forms.ModelChoiceField(
        Item.objects.none(),
        label="Rework recipe",
        empty_label="choose one",
        to_field_name="code",
        help_text="Whose BOM takes this product, and says what is used again and what is salvaged.",
    )
    quantity = forms.CharField(max_length=30, label="Quantity")
    makes = forms.ModelChoiceField(
        Item.objects.none(),
        label="What comes out",
        empty_label="the same product",
        to_field_name="code",
        required=False,
        help_text="A lesser one is a downgrade; the difference in cost is the order's.",
    )
    output_lot_code = forms.CharField(
        max_length=60, label="Output lot", required=False, help_text="Empty: made by rule when output is posted."
    )
    release = forms.BooleanField(label="Release it at once, by what is effective now", required=False, initial=True)

    def __init__(self, lot: MaterialLot, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        takes = BomVersion.objects.filter(state=RecordState.APPROVED, lines__item_id=lot.item_id, phantom=False)
        recipe, makes = self.fields["recipe_item"], self.fields["makes"]
        assert isinstance(recipe, forms.ModelChoiceField)
        assert isinstance(makes, forms.ModelChoiceField)
        recipe.queryset = Item.objects.filter(pk__in=takes.values("item_id")).order_by("code")
        makes.queryset = Item.objects.filter(kind=lot.item.kind).exclude(pk=lot.item_id).order_by("code")
        for field in (recipe, makes):
            labelled(field, lambda item: f"{item.code}  {item.name}")


@desk_page(Duty.PLAN_ORDERS)
def lot_rework(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan the rework order of a held lot, and release it where that is ticked."""
    lot = MaterialLot.objects.filter(pk=pk, site=the_site(request)).select_related("item", "site").first()
    if lot is None:
        raise Http404("There is no such lot at this site.")

    def plan(asked: dict[str, Any]) -> HttpResponse:
        now, release = timezone.now(), asked.pop("release")
        order = create_rework_order(lot=lot, actor=person_of(request), now=now, **asked)
        messages.success(request, f"Rework order {order.number} is planned.")
        if release:
            try:
                release_order(order=order, actor=person_of(request), now=now)
                messages.success(request, f"Order {order.number} is released.")
            except Refused as refused:  # planned it is in any case
                for refusal in refused.refusals:
                    messages.error(request, f"Not released: {refusal.sentence} {refusal.remedy}")
        return redirect("order", order.pk)

    form = ReworkForm(lot, request.POST or None)
    trail = [
        {"label": "Lots", "url": reverse("lots")},
        {"label": lot.code, "url": reverse("lot", args=[pk])},
        {"label": "Rework"},
    ]
    return form_page(
        request, form, plan, title=f"Rework lot {lot.code}", trail=trail, action="Plan the rework", wide=True
    )
