"""How far postings were decided again, and what every check of the ledger found."""

from django.db import models


class VerifiedMark(models.Model):
    """One row a site: every posting up to `number` was decided again and came out the same. Kept by `check_ledger`."""

    site_id = models.BigIntegerField(unique=True)
    number = models.BigIntegerField(default=0)
    verified_at = models.DateTimeField()

    def __str__(self):
        return f"site {self.site_id}: up to {self.number}"


class LedgerCheck(models.Model):
    """Insert-only: one check of all invariants. `broken` lists name, sentence and rows of those that do not hold."""

    started_at = models.DateTimeField()
    seconds = models.DecimalField(max_digits=9, decimal_places=3)
    invariants = models.PositiveIntegerField()
    anew = models.BooleanField(default=False)
    replayed = models.PositiveBigIntegerField(default=0)
    broken = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="ledger_checks_newest_first")]

    def __str__(self):
        return f"{len(self.broken)} of {self.invariants} invariants broken" if self.broken else "every invariant holds"
