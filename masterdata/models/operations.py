"""Operations of a product's route, and the trigger definitions that say what flushes there."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from masterdata.models.choices import Percent, choices, one_of
from masterdata.models.devices import Device
from masterdata.models.items import Item
from masterdata.models.places import ProductionLine
from masterdata.rules import vocabulary as v


class Operation(models.Model):
    """A step of an item's route. `line` is where it usually runs; an order may name another."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="operations")
    number = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    line = models.ForeignKey(ProductionLine, on_delete=models.PROTECT, null=True)
    count_point = models.BooleanField(default=True)
    requires_clearance = models.BooleanField(default=False)
    requires_training = models.BooleanField(default=False)
    packs = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="operation_number_is_unique_per_item")]

    def __str__(self):
        return f"{self.item.code} {self.number} {self.name}"

    @property
    def demands(self) -> list[str]:
        """What it wants of whoever works there, in words."""
        found = {
            "count point": self.count_point,
            "line clearance": self.requires_clearance,
            "training": self.requires_training,
            "packs": self.packs,
        }
        return [word for word, holds in found.items() if holds]


class TriggerDefinition(models.Model):
    """Which kind of report declares output at an operation, from which devices, within which limits.

    Applies to an item's operation, at one production line if `line` is named. Picked by event time: the approved
    version with the latest `effective_from` at or before it.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="trigger_definitions")
    operation_number = models.CharField(max_length=10)
    line = models.ForeignKey(ProductionLine, on_delete=models.PROTECT, null=True)
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=24, choices=choices(v.TriggerKind), default=v.TriggerKind.OPERATION_COMPLETE)
    output_basis = models.CharField(max_length=16, choices=choices(v.OutputBasis), default=v.OutputBasis.GOOD)
    devices = models.ManyToManyField(Device, blank=True)
    any_person = models.BooleanField(default=True)
    order_tolerance = Percent(default=0)
    report_limit_percent = Percent(default=100)
    avoidable_limit_percent = Percent(null=True)
    clock_tolerance_seconds = models.PositiveIntegerField(default=120)
    offline_allowance_hours = models.PositiveIntegerField(default=72)
    state = models.CharField(max_length=12, choices=choices(v.RecordState), default=v.RecordState.DRAFT)
    effective_from = models.DateTimeField(null=True)
    effective_to = models.DateTimeField(null=True)
    author = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    signature = models.ForeignKey("masterdata.Signature", on_delete=models.PROTECT, null=True)
    history = HistoricalRecords(m2m_fields=[devices])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "operation_number", "line", "version"],
                name="trigger_version_is_unique",
                nulls_distinct=False,
            ),
            one_of("kind", v.TriggerKind, "trigger_kind_is_known"),
            one_of("output_basis", v.OutputBasis, "trigger_basis_is_known"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(effective_from__isnull=False, signature__isnull=False),
                name="approved_trigger_is_signed_and_dated",
            ),
        ]

    def __str__(self):
        return f"{self.item.code} operation {self.operation_number} v{self.version}"
