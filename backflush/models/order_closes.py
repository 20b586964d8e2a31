"""The record of an order's closes: who closed it, when, what was accepted with a reason; and who opened it again."""

from django.db import models
from django.db.models import Q

from masterdata.models import Person, Signature


class OrderClose(models.Model):
    """Insert-only. `accepted` lists the findings that were accepted with a reason instead of mended.

    An order that was opened again is closed as the next revision; its variance is frozen by revision, too.
    """

    order_id = models.BigIntegerField()
    revision = models.PositiveIntegerField(default=1, db_default=1)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT)
    closed_at = models.DateTimeField()
    accepted = models.JSONField(default=list)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_id", "revision"], name="order_is_closed_once_per_revision"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="close_revision_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"revision {self.revision}"


class OrderReopening(models.Model):
    """Somebody asks for a closed order to be opened again; it opens with the second of two signatures: QA's and finance's."""

    close = models.OneToOneField(OrderClose, on_delete=models.PROTECT, related_name="reopening")
    why = models.CharField(max_length=500)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    qa_signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    finance_signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | Q(qa_signature__isnull=False, finance_signature__isnull=False),
                name="order_is_reopened_with_both_signatures",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="reopening_says_why"),
        ]

    def __str__(self):
        return f"reopening of {self.close}"
