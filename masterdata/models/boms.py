"""BOM versions: what one base quantity of a product takes. An approved version never changes; a change is a new one.

Scrap factors are rows of their own, with their source, but belong to one version: so a version is the whole rule of
usage, and approving it approves every figure in it.
"""

import uuid

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from masterdata.models.choices import Percent, Quantity, choices, one_of
from masterdata.models.items import Item
from masterdata.models.units import Unit
from masterdata.rules import vocabulary as v
from masterdata.rules.exact import Fraction
from masterdata.rules.units import decimal_text


class BomVersion(models.Model):
    """One version of an item's BOM. `phantom`: where the item is used, its lines are exploded in its place."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="bom_versions")
    number = models.PositiveIntegerField()
    base_quantity = Quantity(default=1)
    base_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    phantom = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=choices(v.RecordState), default=v.RecordState.DRAFT)
    reason = models.CharField(max_length=500, blank=True, default="")
    effective_from = models.DateTimeField(null=True)
    effective_to = models.DateTimeField(null=True)
    author = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    signature = models.ForeignKey("masterdata.Signature", on_delete=models.PROTECT, null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="bom_version_is_unique_per_item"),
            one_of("state", v.RecordState, "bom_state_is_known"),
            models.CheckConstraint(condition=Q(base_quantity__gt=0), name="bom_base_is_above_zero"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(effective_from__isnull=False, signature__isnull=False),
                name="approved_bom_is_signed_and_dated",
            ),
        ]

    def __str__(self):
        return f"{self.item.code} v{self.number}"


class BomLine(models.Model):
    """A component of a version. `identity` stays the same from version to version, so that usage adds up across them."""

    version = models.ForeignKey(BomVersion, on_delete=models.PROTECT, related_name="lines")
    identity = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveIntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="used_on")
    quantity = Quantity()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    per = models.CharField(max_length=15, choices=choices(v.Per), default=v.Per.BASE)
    handling_unit_kind = models.CharField(max_length=10, choices=choices(v.HandlingUnitKind), blank=True, default="")
    operation_number = models.CharField(max_length=10)
    method = models.CharField(max_length=10, choices=choices(v.PostingMethod), default=v.PostingMethod.BACKFLUSH)
    pieces = Quantity(default=1)
    tolerance = Percent(default=0)
    alternate_strategy = models.CharField(max_length=10, choices=choices(v.AlternateStrategy), blank=True, default="")
    whole_assemblies = models.BooleanField(default=False)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="bom_position_is_used_once"),
            models.UniqueConstraint(fields=["version", "identity"], name="bom_line_identity_is_used_once"),
            one_of("per", v.Per, "bom_line_per_is_known"),
            one_of("method", v.PostingMethod, "bom_line_method_is_known"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="bom_quantity_is_not_negative"),
            models.CheckConstraint(condition=Q(pieces__gt=0), name="bom_pieces_are_above_zero"),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0, tolerance__lte=100), name="bom_tolerance_is_a_percentage"
            ),
        ]

    def __str__(self):
        return f"{self.version} line {self.position}: {self.item.code}"


class BomLineStep(models.Model):
    """From an order quantity of `from_quantity` on, the line takes `quantity` once per order."""

    line = models.ForeignKey(BomLine, on_delete=models.PROTECT, related_name="steps")
    from_quantity = Quantity()
    quantity = Quantity()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "from_quantity"], name="bom_step_starts_once"),
            models.CheckConstraint(condition=Q(from_quantity__gte=0, quantity__gte=0), name="bom_step_is_not_negative"),
        ]

    def __str__(self):
        return f"{self.line}, from {decimal_text(Fraction(self.from_quantity))}"


class BomAlternate(models.Model):
    """A substitute for a line's item: `factor` of this one replaces one of the main item, in stock units."""

    line = models.ForeignKey(BomLine, on_delete=models.PROTECT, related_name="alternates")
    rank = models.PositiveSmallIntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="alternate_on")
    factor = Quantity(default=1)
    percent = Percent(null=True)
    quantity_limit = Quantity(null=True)
    valid_until = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "rank"], name="alternate_rank_is_used_once"),
            models.UniqueConstraint(fields=["line", "item"], name="alternate_item_is_named_once"),
            models.CheckConstraint(condition=Q(factor__gt=0), name="alternate_factor_is_above_zero"),
        ]

    def __str__(self):
        return f"{self.line}, substitute {self.rank}: {self.item.code}"


class BomOutput(models.Model):
    """A by- or co-product received with every base quantity made."""

    version = models.ForeignKey(BomVersion, on_delete=models.PROTECT, related_name="outputs")
    identity = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveIntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="output_of")
    kind = models.CharField(max_length=12, choices=choices(v.OutputKind), default=v.OutputKind.BY_PRODUCT)
    quantity = Quantity()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    operation_number = models.CharField(max_length=10)
    cost_share = Percent(default=0)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="bom_output_position_is_used_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="bom_output_is_above_zero"),
        ]

    def __str__(self):
        return f"{self.version} output {self.position}: {self.item.code}"


class ScrapFactor(models.Model):
    """A planned loss: running (percent) or setup (quantity per setup), at assembly, operation or component level."""

    version = models.ForeignKey(BomVersion, on_delete=models.PROTECT, related_name="scrap_factors")
    level = models.CharField(max_length=10, choices=choices(v.ScrapLevel))
    kind = models.CharField(max_length=10, choices=choices(v.ScrapKind), default=v.ScrapKind.RUNNING)
    line = models.ForeignKey(BomLine, on_delete=models.PROTECT, null=True, related_name="scrap_factors")
    operation_number = models.CharField(max_length=10, blank=True, default="")
    percent = Percent(default=0)
    quantity = Quantity(default=0)
    convention = models.CharField(max_length=10, choices=choices(v.Convention), default=v.Convention.GROSS_UP)
    net = models.BooleanField(default=False)
    loss = models.CharField(max_length=12, choices=choices(v.Loss), default=v.Loss.STRUCTURAL)
    source = models.CharField(max_length=12, choices=choices(v.FigureSource), default=v.FigureSource.ENGINEERING)
    source_note = models.CharField(max_length=300, blank=True, default="")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("level", v.ScrapLevel, "scrap_level_is_known"),
            one_of("kind", v.ScrapKind, "scrap_kind_is_known"),
            one_of("convention", v.Convention, "scrap_convention_is_known"),
            models.CheckConstraint(
                condition=Q(percent__gte=0) & (Q(convention="gross_up") | Q(percent__lt=100)),
                name="scrap_percent_is_in_range",
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="setup_quantity_is_not_negative"),
            models.CheckConstraint(
                condition=Q(level="component", line__isnull=False) | ~Q(level="component"),
                name="component_scrap_names_its_line",
            ),
        ]

    def __str__(self):
        return f"{self.line or self.version}: {self.kind} {self.level} loss"
