"""Material lots (a serial is a lot of one) and the record of every change of their status."""

from django.db import models
from django.db.models import Q

from masterdata.models import Item, Person, ReasonCode, Site, Supplier
from masterdata.models.choices import Money, choices, one_of
from traceability.rules.vocabulary import LotOrigin, LotStatus


class MaterialLot(models.Model):
    """A lot of one item at one site. `unit_cost` is its actual cost per stock unit."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_constraint=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    code = models.CharField(max_length=60)
    status = models.CharField(max_length=12, choices=choices(LotStatus), default=LotStatus.QUARANTINE)
    released_since = models.DateTimeField(null=True)
    expires_on = models.DateField(null=True)
    received_at = models.DateTimeField()
    origin = models.CharField(max_length=12, choices=choices(LotOrigin), default=LotOrigin.RECEIPT)
    order_id = models.BigIntegerField(null=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, null=True, db_constraint=False, db_index=False)
    supplier_lot = models.CharField(max_length=60, blank=True, default="")
    unit_cost = Money(default=0)
    potency = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    density = models.DecimalField(max_digits=15, decimal_places=9, null=True)
    density_temperature = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    complete = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "item", "code"], name="lot_code_is_unique_per_item"),
            one_of("status", LotStatus, "lot_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status="released") | Q(released_since__isnull=False),
                name="released_lot_says_since_when",
            ),
            models.CheckConstraint(condition=Q(unit_cost__gte=0), name="lot_cost_is_not_negative"),
        ]
        indexes = [
            models.Index(fields=["site", "code"], name="lots_by_code"),
            models.Index(fields=["order_id"], name="lots_by_order", condition=Q(order_id__isnull=False)),
            models.Index(fields=["supplier_lot"], name="lots_by_supplier_lot", condition=~Q(supplier_lot="")),
            models.Index(fields=["site", "item", "code"], name="lots_for_rework", condition=Q(origin="rework")),
        ]

    def __str__(self):
        return self.code


class LotStatusChange(models.Model):
    """Insert-only: a lot took a status at a time, by somebody, for a reason."""

    lot = models.ForeignKey(MaterialLot, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=12, choices=choices(LotStatus))
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)
    reason = models.ForeignKey(ReasonCode, on_delete=models.PROTECT, null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    def __str__(self):
        return f"{self.lot}: {self.status}"
