"""Handling units: units, cases and pallets by SSCC; what was put into each and taken out of it again."""

from django.db import models
from django.db.models import Q

from masterdata.models import Person, Site
from masterdata.models.choices import Quantity, choices, one_of
from masterdata.rules.vocabulary import HandlingUnitKind
from traceability.models.work_orders import WorkOrder
from traceability.rules.vocabulary import PackingAct


class HandlingUnit(models.Model):
    """A case or pallet of an order's output. `parent` is the handling unit that it was packed into."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    sscc = models.CharField(max_length=18)
    kind = models.CharField(max_length=10, choices=choices(HandlingUnitKind))
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="handling_units")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="contents")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "sscc"], name="sscc_is_unique_per_site")]

    def __str__(self):
        return self.sscc


class PackingRecord(models.Model):
    """Insert-only: units of an output lot, or another handling unit, went into a handling unit or came out of it.

    `quantity` in the order's unit. The lot is named by its code, since units are packed before their output is received.
    """

    handling_unit = models.ForeignKey(HandlingUnit, on_delete=models.PROTECT, related_name="packing")
    act = models.CharField(max_length=10, choices=choices(PackingAct))
    lot_code = models.CharField(max_length=60, blank=True, default="")
    quantity = Quantity(null=True)
    child = models.ForeignKey(HandlingUnit, on_delete=models.PROTECT, null=True, related_name="moves")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            one_of("act", PackingAct, "packing_act_is_known"),
            models.CheckConstraint(
                condition=Q(child__isnull=True, quantity__gt=0) & ~Q(lot_code="")
                | Q(child__isnull=False, quantity__isnull=True, lot_code=""),
                name="packing_is_of_units_of_a_lot_or_of_a_handling_unit",
            ),
            models.CheckConstraint(
                condition=Q(child__isnull=True) | ~Q(child=models.F("handling_unit")),
                name="nothing_is_packed_into_itself",
            ),
        ]
        indexes = [models.Index(fields=["lot_code"], name="packing_by_lot", condition=~Q(lot_code=""))]

    def __str__(self):
        return f"{self.handling_unit}: {self.act}"
