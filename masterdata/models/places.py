"""Sites, production lines, bins, and which bins an operation at a line may draw from."""

from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models.choices import choices, one_of
from masterdata.rules.vocabulary import BinKind


class Site(models.Model):
    """A plant: its time zone says which day it is there, its currency how amounts round."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    currency_decimals = models.PositiveSmallIntegerField(default=2)
    history = HistoricalRecords()

    def __str__(self):
        return self.code


class ProductionLine(models.Model):
    """A line on the floor, where operations run."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="line_code_is_unique_per_site")]

    def __str__(self):
        return self.code


class Bin(models.Model):
    """A place that a lot can be in, or an uncounted end that a move can come from or go to."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=choices(BinKind))
    walking_order = models.PositiveIntegerField(default=0)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="bin_code_is_unique_per_site"),
            one_of("kind", BinKind, "bin_kind_is_known"),
        ]

    def __str__(self):
        return self.code


class BinService(models.Model):
    """Bin `bin` serves production line `line`: operations run there may draw from it (one operation, if it is named)."""

    bin = models.ForeignKey(Bin, on_delete=models.PROTECT, related_name="services")
    line = models.ForeignKey(ProductionLine, on_delete=models.PROTECT, related_name="bin_services")
    operation_number = models.CharField(max_length=10, blank=True, default="")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bin", "line", "operation_number"], name="bin_serves_an_operation_once")
        ]

    def __str__(self):
        return f"{self.bin} for {self.line} {self.operation_number}".rstrip()
