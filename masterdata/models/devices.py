"""Machines and MES clients that report production, and how far off their clocks were measured to be."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from masterdata.models.places import ProductionLine, Site


class Device(models.Model):
    """A client that reports. Only the digest of its token is kept, and of its signing secret only half of what makes it.

    Stopped (not `enabled`), it is heard and nothing of it posts. Revoked, it is not known any more until it has a new token.
    `reports_per_minute` 0: no limit of its own.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    line = models.ForeignKey(ProductionLine, on_delete=models.PROTECT, null=True)
    token_digest = models.CharField(max_length=64, unique=True)
    enabled = models.BooleanField(default=True)
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    signs = models.BooleanField(default=False)
    signing_salt = models.CharField(max_length=43, blank=True, default="")
    reports_per_minute = models.PositiveIntegerField(default=0)
    history = HistoricalRecords(excluded_fields=["token_digest", "signing_salt"])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "code"], name="device_code_is_unique_per_site"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(enabled=False), name="revoked_device_is_not_enabled"
            ),
            models.CheckConstraint(condition=Q(signs=False) | ~Q(signing_salt=""), name="signing_device_has_a_secret"),
        ]

    def __str__(self):
        return self.code


class DeviceClock(models.Model):
    """The last measured difference between a device's clock and ours, in milliseconds (theirs minus ours)."""

    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="clock")
    offset_ms = models.IntegerField()
    measured_at = models.DateTimeField()

    def __str__(self):
        return f"clock of {self.device}"


class DeviceNonce(models.Model):
    """Insert-only: a nonce that a signing device has used, written with what it was used for.

    Kept for an hour at least, which is longer than any signature is good for.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=64)
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "nonce"], name="nonce_is_used_once_by_a_device")]

    def __str__(self):
        return f"nonce of {self.device}"
