"""The record of an order's close: who closed it, when, and what was accepted with a reason."""

from django.db import models

from masterdata.models import Person, Signature


class OrderClose(models.Model):
    """Insert-only. `accepted` lists the findings that were accepted with a reason instead of mended."""

    order_id = models.BigIntegerField(unique=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    closed_at = models.DateTimeField()
    accepted = models.JSONField(default=list)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True)
