"""Quality records: nonconforming material and deviations, what caused them, and what was said about them."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from masterdata.models import Person, Signature, Site
from masterdata.models.choices import choices, one_of
from traceability.models.lots import MaterialLot
from traceability.models.work_orders import WorkOrder
from traceability.rules.vocabulary import Disposition, QualityKind, QualityState


class QualityNumber(models.Model):
    """One row a site and kind: the last number given out. Locked after balances and lots, so that numbers have no gap."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12, choices=choices(QualityKind))
    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind"], name="quality_numbers_count_once_per_kind"),
            one_of("kind", QualityKind, "quality_number_kind_is_known"),
        ]

    def __str__(self):
        return f"{self.kind} numbers of {self.site}"


class QualityRecord(models.Model):
    """Something that was not as it should be, until QA signs that it is settled.

    `opened_by` empty: the product opened it by rule, for the report `opened_for` and because of `cause` (a refusal's code).
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    kind = models.CharField(max_length=12, choices=choices(QualityKind))
    number = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=choices(QualityState), default=QualityState.OPEN)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True, default="")
    cause = models.CharField(max_length=40, blank=True, default="")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    opened_for = models.UUIDField(null=True)
    disposition = models.CharField(max_length=20, choices=choices(Disposition), blank=True, default="")
    disposed_at = models.DateTimeField(null=True)
    disposition_signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    conclusion = models.CharField(max_length=500, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closing_signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="quality_record_number_is_unique_per_site"),
            models.UniqueConstraint(fields=["site", "opened_for"], name="a_report_opens_one_record"),
            one_of("kind", QualityKind, "quality_kind_is_known"),
            one_of("state", QualityState, "quality_state_is_known"),
            models.CheckConstraint(
                condition=Q(disposition="") | Q(disposition__in=[one.value for one in Disposition]),
                name="disposition_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(owner__isnull=False), name="record_in_work_has_an_owner"
            ),
            models.CheckConstraint(
                condition=(Q(disposition="") & Q(disposition_signature=None) & Q(disposed_at=None))
                | (~Q(disposition="") & Q(disposition_signature__isnull=False) & Q(disposed_at__isnull=False)),
                name="disposition_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="disposed") | ~Q(disposition=""), name="disposed_record_says_how"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed")
                | (Q(closed_at__isnull=False) & Q(closing_signature__isnull=False) & ~Q(conclusion="")),
                name="closed_record_is_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed", kind="ncmr") | ~Q(disposition=""), name="closed_ncmr_was_disposed"
            ),
        ]
        indexes = [models.Index(fields=["site", "due_on"], name="records_in_work", condition=~Q(state="closed"))]

    def __str__(self):
        return self.number


class QualityLink(models.Model):
    """Insert-only: what a record is about. Reports and postings are of a layer above and named as people name them."""

    record = models.ForeignKey(QualityRecord, on_delete=models.PROTECT, related_name="links")
    lot = models.ForeignKey(MaterialLot, on_delete=models.PROTECT, null=True, related_name="quality_links")
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, null=True, related_name="quality_links")
    event_id = models.UUIDField(null=True)
    posting_number = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lot__isnull=False, order=None, event_id=None, posting_number=None)
                | Q(lot=None, order__isnull=False, event_id=None, posting_number=None)
                | Q(lot=None, order=None, event_id__isnull=False, posting_number=None)
                | Q(lot=None, order=None, event_id=None, posting_number__isnull=False),
                name="quality_link_names_one_thing",
            ),
            models.UniqueConstraint(
                fields=["record", "lot", "order", "event_id", "posting_number"],
                name="quality_link_stands_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["event_id"], name="records_of_a_report", condition=Q(event_id__isnull=False)),
            models.Index(
                fields=["posting_number"], name="records_of_a_posting", condition=Q(posting_number__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.record}: what it is about"


class QualityNote(models.Model):
    """Insert-only: what was said and done about a record, by whom (empty: the product)."""

    record = models.ForeignKey(QualityRecord, on_delete=models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    step = models.CharField(max_length=40)
    text = models.TextField(blank=True, default="")

    def __str__(self):
        return f"{self.record}: {self.step}"
