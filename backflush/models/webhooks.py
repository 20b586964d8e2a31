"""Who follows the outbox: consumers that acknowledge what they took, and endpoints that it is delivered to."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from masterdata.models import Person, Site


class OutboxConsumer(models.Model):
    """A reader by name, and how far it says it has come. `position` only rises."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    name = models.CharField(max_length=60)
    position = models.BigIntegerField()
    acknowledged_at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="consumer_name_is_unique_per_site"),
            models.CheckConstraint(condition=Q(position__gte=0), name="consumer_position_is_not_negative"),
        ]

    def __str__(self):
        return self.name


class WebhookEndpoint(models.Model):
    """An address that goods movements are delivered to.

    Its secret is not stored: it is computed from the salt with the server's own key. The digest tells whether it still is
    the one that was shown.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    enabled = models.BooleanField(default=True)
    secret_salt = models.CharField(max_length=64)
    secret_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["secret_salt", "secret_digest"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="endpoint_name_is_unique_per_site")]

    def __str__(self):
        return self.name


class WebhookProgress(models.Model):
    """How far an endpoint has come: everything up to `position` was taken with a 2xx.

    `attempts`: failures in a row since then. `claimed_until`: a worker is at it. `dead_at`: it was given up, until somebody
    sends it again. Worked on by the deliverer alone.
    """

    endpoint = models.OneToOneField(WebhookEndpoint, on_delete=models.PROTECT, related_name="progress")
    position = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(position__gte=0), name="delivered_position_is_not_negative"),
            models.CheckConstraint(
                condition=Q(dead_at__isnull=True) | Q(attempts__gt=0), name="dead_letter_was_attempted"
            ),
        ]

    def __str__(self):
        return f"{self.endpoint} at position {self.position}"


class WebhookAttempt(models.Model):
    """Insert-only: one attempt to deliver positions `first_position` to `last_position`, and what came of it."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="attempts")
    first_position = models.BigIntegerField()
    last_position = models.BigIntegerField()
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True, default="")
    delivered = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_position__gte=1, last_position__gte=F("first_position")),
                name="attempt_is_of_positions_in_order",
            ),
            models.CheckConstraint(
                condition=Q(delivered=False) | Q(status__gte=200, status__lte=299), name="delivered_means_a_2xx"
            ),
        ]
        indexes = [models.Index(fields=["endpoint", "-id"], name="attempts_of_an_endpoint")]

    def __str__(self):
        return f"{self.endpoint}: positions {self.first_position} to {self.last_position}"
