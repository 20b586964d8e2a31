"""Handling units: units, cases and pallets by SSCC; closing one counts once."""

from django.db import models

from masterdata.models import Site
from masterdata.models.choices import choices
from masterdata.rules.vocabulary import HandlingUnitKind
from traceability.models.work_orders import WorkOrder


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
