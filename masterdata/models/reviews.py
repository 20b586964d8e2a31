"""Periodic reviews of governed records: signed, and only added to."""

from django.db import models
from django.db.models import Q

from masterdata.models.choices import choices, one_of
from masterdata.rules.reviews import Outcome, ReviewKind


class PeriodicReview(models.Model):
    """Insert-only: somebody looked whether a record is still right. `record_key`: its id; `name`: as it was called then."""

    kind = models.CharField(max_length=20, choices=choices(ReviewKind))
    record_key = models.BigIntegerField()
    name = models.CharField(max_length=200)
    outcome = models.CharField(max_length=15, choices=choices(Outcome))
    remark = models.CharField(max_length=500, blank=True, default="")
    person = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    next_on = models.DateField()
    signature = models.OneToOneField("masterdata.Signature", on_delete=models.PROTECT)

    class Meta:
        constraints = [
            one_of("kind", ReviewKind, "review_kind_is_known"),
            one_of("outcome", Outcome, "review_outcome_is_known"),
            models.CheckConstraint(
                condition=~Q(outcome="change_needed") | ~Q(remark=""), name="needed_change_has_a_remark"
            ),
        ]
        indexes = [models.Index(fields=["kind", "record_key", "-at"], name="reviews_of_a_record")]

    def __str__(self):
        return f"{self.kind} {self.name}"
