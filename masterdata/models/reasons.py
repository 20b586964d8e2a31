"""Reason codes: every return, scrap, adjustment and reversal names one; each has an owner and a cost category."""

from django.db import models
from simple_history.models import HistoricalRecords

from masterdata.models.choices import choices, one_of
from masterdata.rules import vocabulary as v


class ReasonCode(models.Model):
    """Why something happened. A scrap reason is structural or avoidable."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=choices(v.ReasonKind))
    loss = models.CharField(max_length=12, choices=choices(v.Loss), blank=True, default="")
    copq_category = models.CharField(
        max_length=20, choices=choices(v.CopqCategory), default=v.CopqCategory.INTERNAL_FAILURE
    )
    owner = models.CharField(max_length=80)
    active = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("kind", v.ReasonKind, "reason_kind_is_known"),
            models.CheckConstraint(
                condition=~models.Q(kind="scrap") | models.Q(loss__in=["structural", "avoidable"]),
                name="scrap_reason_names_its_loss",
            ),
        ]

    def __str__(self):
        return self.code
