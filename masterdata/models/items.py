"""Items: what is stocked, in which unit, rounded how, and what may never be backflushed."""

from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models.choices import Money, Quantity, choices, one_of
from masterdata.models.units import Unit
from masterdata.rules.vocabulary import ItemKind, Rounding, Tracking


class Item(models.Model):
    """A material or product. The ledger counts it in `stock_unit`, rounded by its own rule."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    gtin = models.CharField(max_length=14, blank=True, default="")
    kind = models.CharField(max_length=20, choices=choices(ItemKind))
    stock_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    decimals = models.PositiveSmallIntegerField(default=6)
    multiple = Quantity(null=True, blank=True)
    rounding = models.CharField(max_length=10, choices=choices(Rounding), default=Rounding.HALF_EVEN)
    tracking = models.CharField(max_length=10, choices=choices(Tracking), default=Tracking.LOT)
    shelf_life_days = models.PositiveIntegerField(null=True, blank=True)
    standard_cost = Money(default=0)
    potency_controlled = models.BooleanField(default=False)
    label_potency = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    safety_critical = models.BooleanField(default=False)
    operator_determined = models.BooleanField(default=False)
    high_value = models.BooleanField(default=False)
    variable_weight = models.BooleanField(default=False)
    label_controlled = models.BooleanField(default=False)
    supermarket = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("kind", ItemKind, "item_kind_is_known"),
            one_of("rounding", Rounding, "item_rounding_is_known"),
            one_of("tracking", Tracking, "item_tracking_is_known"),
            models.CheckConstraint(condition=models.Q(decimals__lte=9), name="item_decimals_are_at_most_nine"),
            models.CheckConstraint(
                condition=models.Q(multiple__isnull=True) | models.Q(multiple__gt=0),
                name="item_multiple_is_above_zero",
            ),
            models.CheckConstraint(condition=models.Q(standard_cost__gte=0), name="item_cost_is_not_negative"),
        ]

    def __str__(self):
        return self.code


class LabelVersion(models.Model):
    """A version of printed label or artwork of a label-controlled component."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="label_versions")
    number = models.PositiveIntegerField()
    artwork = models.CharField(max_length=120)
    approved_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    signature = models.ForeignKey("masterdata.Signature", on_delete=models.PROTECT, null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="label_version_is_unique_per_item")]

    def __str__(self):
        return f"{self.item.code} label {self.number}"


class Supplier(models.Model):
    """Who delivers lots."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    history = HistoricalRecords()

    def __str__(self):
        return self.code
