"""Machines and MES clients that report production, and how far off their clocks were measured to be."""

from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models.places import ProductionLine, Site


class Device(models.Model):
    """A client that reports. Only the digest of its token is kept."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    line = models.ForeignKey(ProductionLine, on_delete=models.PROTECT, null=True)
    token_digest = models.CharField(max_length=64, unique=True)
    enabled = models.BooleanField(default=True)
    enrolled_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["token_digest"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "code"], name="device_code_is_unique_per_site")]

    def __str__(self):
        return self.code


class DeviceClock(models.Model):
    """The last measured difference between a device's clock and ours, in milliseconds (theirs minus ours)."""

    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="clock")
    offset_ms = models.IntegerField()
    measured_at = models.DateTimeField()
