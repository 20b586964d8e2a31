"""The inbox: reports of output, durable before they are acknowledged, and how each was settled."""

from django.db import models
from django.db.models import Q

from backflush.rules.vocabulary import ReportKind, ReportOrigin, ReportState, RulingKind
from masterdata.models import Person, Signature
from masterdata.models.choices import choices, one_of


class OperationReport(models.Model):
    """The narrow row that the drain works on; the body is kept apart, insert-only. `order_id` 0: not known yet.

    `corrects_id`: the report, reversed, in whose place QA signed this one.
    """

    site_id = models.BigIntegerField()
    event_id = models.UUIDField()
    device_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=24, choices=choices(ReportKind))
    order_number = models.CharField(max_length=40)
    order_id = models.BigIntegerField(default=0)
    operation_number = models.CharField(max_length=10)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=choices(ReportState), default=ReportState.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    #: both signed by QA, each with its `ReportRuling`; what was reported stands beside them, unchanged
    corrected_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    origin = models.CharField(
        max_length=12, choices=choices(ReportOrigin), default=ReportOrigin.SENT, db_default=ReportOrigin.SENT.value
    )
    corrects_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corrects_id"], name="report_is_corrected_at_most_once"),
            models.CheckConstraint(
                condition=Q(origin="sent", corrects_id__isnull=True)
                | Q(origin="correction", corrects_id__isnull=False),
                name="correction_names_what_it_corrects",
            ),
            models.UniqueConstraint(fields=["site_id", "event_id"], name="event_id_is_unique_per_site"),
            one_of("state", ReportState, "report_state_is_known"),
            one_of("kind", ReportKind, "report_kind_is_known"),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="reports_waiting", condition=Q(state="received")),
            models.Index(
                fields=["order_id", "occurred_at", "id"],
                name="reports_waiting_of_an_order",
                condition=Q(state="received"),
            ),
            models.Index(fields=["judged_at"], name="reports_blocked", condition=Q(state="blocked")),
            models.Index(fields=["site_id", "order_number"], name="reports_by_order_number"),
            models.Index(
                fields=["device_id", "received_at"], name="reports_by_device", condition=Q(device_id__isnull=False)
            ),
        ]

    def __str__(self):
        return f"report {self.event_id} of {self.order_number}, operation {self.operation_number}"


class ReportBody(models.Model):
    """Insert-only: the parsed, normalised report as text; `report_id` is the report's id."""

    report_id = models.BigIntegerField(primary_key=True)
    body = models.TextField()

    def __str__(self):
        return f"body of report {self.report_id}"


class ReportTransition(models.Model):
    """Insert-only: a report was blocked, refused, sent back, waived or reversed, why, and by whom.

    Receipt and posting have records of their own (the body, the posting) and no row here.
    """

    report_id = models.BigIntegerField(db_index=True)
    from_state = models.CharField(max_length=10, choices=choices(ReportState))
    to_state = models.CharField(max_length=10, choices=choices(ReportState))
    at = models.DateTimeField()
    reasons = models.JSONField(default=list)
    person_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["at"], name="reports_blocked_lately", condition=Q(to_state="blocked"))]

    def __str__(self):
        return f"report {self.report_id}: {self.from_state} → {self.to_state}"


class ReportRuling(models.Model):
    """Insert-only: QA signed that a report posts although lots were not released when the units were made, or that it
    happened at `corrected_at` and not at `said_at`. `reasons` are the refusals that stood against it.
    """

    report_id = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=16, choices=choices(RulingKind))
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True)
    reasons = models.JSONField(default=list)
    note = models.CharField(max_length=500)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("kind", RulingKind, "ruling_kind_is_known"),
            models.CheckConstraint(condition=~Q(note=""), name="ruling_says_why"),
            models.CheckConstraint(
                condition=Q(kind="time_corrected", corrected_at__isnull=False)
                | (~Q(kind="time_corrected") & Q(corrected_at=None)),
                name="corrected_time_is_named",
            ),
        ]

    def __str__(self):
        return f"ruling on report {self.report_id}: {self.kind}"
