"""Units of measure (UN/ECE Rec 20) and each item's own approved factors between dimensions."""

from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models.choices import Ratio, choices, one_of
from masterdata.rules.vocabulary import Dimension, RecordState


class Unit(models.Model):
    """A unit of one dimension: 1 unit = numerator / denominator of the dimension's base unit, exactly."""

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=80)
    symbol = models.CharField(max_length=20)
    dimension = models.CharField(max_length=10, choices=choices(Dimension))
    numerator = Ratio()
    denominator = Ratio()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("dimension", Dimension, "unit_dimension_is_known"),
            models.CheckConstraint(
                condition=models.Q(numerator__gt=0, denominator__gt=0), name="unit_factor_is_above_zero"
            ),
        ]

    def __str__(self):
        return self.code


class UnitFactor(models.Model):
    """For one item: 1 `from_unit` = numerator / denominator `to_unit`, from a time on until a later row replaces it."""

    item = models.ForeignKey("masterdata.Item", on_delete=models.PROTECT, related_name="unit_factors")
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    numerator = Ratio()
    denominator = Ratio()
    reference_temperature = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    temperature_coefficient = models.DecimalField(max_digits=12, decimal_places=9, null=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=choices(RecordState), default=RecordState.DRAFT)
    effective_from = models.DateTimeField(null=True)
    effective_to = models.DateTimeField(null=True)
    author = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    signature = models.ForeignKey("masterdata.Signature", on_delete=models.PROTECT, null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "from_unit", "to_unit", "version"], name="factor_version_is_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(numerator__gt=0, denominator__gt=0), name="item_factor_is_above_zero"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(effective_from__isnull=False, signature__isnull=False),
                name="approved_factor_is_signed_and_dated",
            ),
        ]

    def __str__(self):
        return f"{self.item.code} {self.from_unit.symbol} → {self.to_unit.symbol} v{self.version}"
