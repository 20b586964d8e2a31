"""Change requests: what is proposed for a governed record, why, who signed it, and what it means for open orders."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from masterdata.models.choices import Quantity, choices, one_of
from masterdata.rules.change_control import ChangeState, OrderChoice
from masterdata.rules.plant_words import role_in_sentence
from masterdata.rules.vocabulary import Role, ThresholdCode


class ChangeRequest(models.Model):
    """One proposed change of one record.

    `subject`: the name by which people know the record; `record_id`: its row, null until a new one is made. Of versioned
    kinds the row is the drafted version, which holds the proposal; of others `proposed` maps fields to new values.
    `base`: what held when it was submitted (null: the record is new). `later_orders`: what orders released after the
    submission do; empty: each must be decided, too. `round` rises when the request is taken back; signatures of
    earlier rounds do not count. `hindrance`: why an approved change could not take effect when its time came.
    """

    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=160)
    record_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, choices=choices(ChangeState), default=ChangeState.DRAFT)
    round = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=500, blank=True, default="")
    proposed = models.JSONField(default=dict, blank=True)
    base = models.JSONField(null=True)
    required_roles = ArrayField(models.CharField(max_length=20, choices=choices(Role)), default=list, blank=True)
    later_orders = models.CharField(max_length=4, choices=choices(OrderChoice), blank=True, default="")
    effective_from = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)
    author = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=500, blank=True, default="")
    hindrance = models.CharField(max_length=500, blank=True, default="")
    data_import = models.ForeignKey(
        "masterdata.DataImport", on_delete=models.PROTECT, null=True, related_name="change_requests"
    )
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("state", ChangeState, "change_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
                name="decided_change_was_submitted",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["effective", "superseded"]) | Q(effective_at__isnull=False),
                name="effective_change_says_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "record_id"], name="changes_of_a_record"),
            models.Index(fields=["state", "created_at"], name="changes_by_state"),
        ]

    def __str__(self):
        return f"CR-{self.number}"


class ChangeSignature(models.Model):
    """Insert-only: a signature under a request, given in a role, in a round."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="signatures")
    round = models.PositiveIntegerField()
    role = models.CharField(max_length=20, choices=choices(Role))
    person = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    signature = models.OneToOneField("masterdata.Signature", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "round", "person"], name="nobody_signs_a_change_twice"),
        ]

    def __str__(self):
        return f"{self.request}, round {self.round}: {self.person.name} as {role_in_sentence(self.role)}"


class ChangeOrder(models.Model):
    """What a change means for one open order. `order_name`: `SITE ORDER`, as people know it."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="orders")
    order_id = models.BigIntegerField()
    order_name = models.CharField(max_length=80)
    choice = models.CharField(max_length=4, choices=choices(OrderChoice))
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "order_id"], name="an_order_is_decided_once_by_a_change"),
            one_of("choice", OrderChoice, "order_choice_is_known"),
        ]

    def __str__(self):
        return f"{self.request}: {self.choice} {self.order_name}"


class ChangeNote(models.Model):
    """Insert-only: what somebody said about a request."""

    request = models.ForeignKey(ChangeRequest, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.request}: note of {self.author.name}"


class ChangePolicy(models.Model):
    """Which signatures a kind of record needs; where there is none, `rules.change_control.DEFAULT_SIGNERS` says."""

    kind = models.CharField(max_length=30, unique=True)
    roles = ArrayField(models.CharField(max_length=20, choices=choices(Role)), default=list)
    history = HistoricalRecords()

    def __str__(self):
        return self.kind.replace("_", " ")


class Threshold(models.Model):
    """A governed limit; where there is none, a setting says."""

    code = models.CharField(max_length=40, unique=True, choices=choices(ThresholdCode))
    value = Quantity()
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("code", ThresholdCode, "threshold_is_known"),
            models.CheckConstraint(condition=Q(value__gte=0), name="threshold_is_not_negative"),
        ]

    def __str__(self):
        return self.code
