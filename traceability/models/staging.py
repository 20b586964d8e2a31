"""Scans that bound a lot's quantity to an order, or took it back."""

from django.db import models

from masterdata.models import Bin, Person, ReasonCode
from masterdata.models.choices import Quantity, choices
from traceability.models.lots import MaterialLot
from traceability.models.work_orders import WorkOrder
from traceability.rules.vocabulary import StagingKind


class StagingScan(models.Model):
    """Insert-only: one scan, one movement. `entry_id` is its ledger entry."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="staging_scans")
    lot = models.ForeignKey(MaterialLot, on_delete=models.PROTECT, related_name="staging_scans")
    kind = models.CharField(max_length=10, choices=choices(StagingKind))
    from_bin = models.ForeignKey(Bin, on_delete=models.PROTECT, related_name="+")
    to_bin = models.ForeignKey(Bin, on_delete=models.PROTECT, related_name="+")
    quantity = Quantity()
    rank = models.IntegerField(default=0)
    exposed = models.BooleanField(default=False)
    reason = models.ForeignKey(ReasonCode, on_delete=models.PROTECT, null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    device_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    entry_id = models.BigIntegerField()
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")

    def __str__(self):
        return f"{self.kind} of lot {self.lot} for {self.order}"
