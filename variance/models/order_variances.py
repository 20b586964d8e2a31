"""Variances frozen at an order's close; a reopened and closed order gets another revision."""

from django.db import models
from django.db.models import Q

from masterdata.models.choices import Money, Quantity


class OrderVariance(models.Model):
    """Insert-only: one component of a closed order. `parts` maps the name of a part to its amount as a decimal string."""

    order_id = models.BigIntegerField()
    revision = models.PositiveIntegerField(default=1)
    item_id = models.BigIntegerField(null=True)
    component = models.UUIDField(null=True)
    standard_quantity = Quantity(null=True)
    actual_quantity = Quantity(null=True)
    parts = models.JSONField()
    total = Money()
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "revision", "component"],
                name="variance_is_frozen_once_per_component",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="variance_revision_starts_at_one"),
        ]

    def __str__(self):
        return f"variance of order {self.order_id}, revision {self.revision}"
