"""The outbox: every posting and reversal, in commit order and without a gap, for whoever follows the ledger."""

from django.db import models


class OutboxHead(models.Model):
    """One row a site: the last position given out. Its row lock makes the order of positions the order of commits."""

    site_id = models.BigIntegerField(unique=True)
    position = models.BigIntegerField(default=0)

    def __str__(self):
        return f"outbox at position {self.position}"


class OutboxMessage(models.Model):
    """Insert-only: posting `posting_id` is what happened at `position`."""

    site_id = models.BigIntegerField()
    position = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    posting_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site_id", "position"], name="outbox_position_is_used_once")]

    def __str__(self):
        return f"outbox message {self.position}"
