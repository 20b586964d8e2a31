"""The audit trail beneath the history tables, written by triggers of the owner, and the blocks that seal it."""

import json
from decimal import Decimal
from typing import Any

from django.db import models


class EveryDigit(json.JSONDecoder):
    """Numbers as they were written: PostgreSQL keeps them exactly, a binary float would not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class AuditEvent(models.Model):
    """One row of a table under audit as it was and as it became, whatever wrote it. Nobody changes or removes one.

    `op`: insert, update, delete, or found (it stood there when the table came under audit). `xid` counts the transactions of
    one PostgreSQL cluster, its `epoch`. Of credentials `old` and `new` hold a fingerprint.
    """

    epoch = models.BigIntegerField()
    xid = models.BigIntegerField()
    at = models.DateTimeField()
    site_id = models.BigIntegerField(null=True)
    tbl = models.CharField(max_length=63)
    key = models.CharField(max_length=40)
    op = models.CharField(max_length=8)
    actor = models.CharField(max_length=120)
    on_behalf = models.CharField(max_length=120)
    reason = models.TextField()
    db_user = models.CharField(max_length=63)
    old = models.JSONField(null=True, decoder=EveryDigit)
    new = models.JSONField(null=True, decoder=EveryDigit)

    class Meta:
        indexes = [
            models.Index(fields=["tbl", "key", "id"], name="audit_events_of_a_record"),
            models.Index(fields=["epoch", "xid", "id"], name="audit_events_as_sealed"),
            models.Index(fields=["at"], name="audit_events_by_time"),
            models.Index(fields=["actor", "at"], name="audit_events_of_somebody"),
        ]

    def __str__(self):
        return f"{self.op} of {self.tbl} {self.key} by {self.actor}"


class AuditBlock(models.Model):
    """The events of an epoch with `from_xid` ≤ xid < `below_xid`, sealed: `digest` is over `previous` and all of them."""

    number = models.BigIntegerField(unique=True)
    epoch = models.BigIntegerField()
    from_xid = models.BigIntegerField()
    below_xid = models.BigIntegerField()
    events = models.BigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self):
        return f"block {self.number}"


class HistoryMark(models.Model):
    """One row: up to which sealed block the histories were compared with the trail, and found alike."""

    block = models.BigIntegerField()
    compared_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="history_mark_is_one_row")]

    def __str__(self):
        return f"histories compared up to block {self.block}"
