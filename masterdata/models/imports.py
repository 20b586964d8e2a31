"""Imports of master data: the file as it was uploaded, what it would change, and how it went on."""

from django.db import models
from django.db.models import Q

from masterdata.models.choices import choices, one_of
from masterdata.rules.import_changes import Verdict
from masterdata.rules.import_flow import BatchState, BatchStep, ImportState


class DataImport(models.Model):
    """One uploaded file. `checks` counts how often it was compared with the plant; only the last one is shown.

    Whoever works on it holds it since `claimed_at`, by the number of its `claims`. `tries` counts those at the present step;
    after the last one it is failed: `failure` says why in words, and `trace` finds it in the log.
    """

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    zone = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    person = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=choices(ImportState), default=ImportState.RECEIVED)
    claimed_at = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True, default="")
    trace = models.CharField(max_length=40, blank=True, default="")
    checks = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    fault_count = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list, blank=True)
    changes_digest = models.CharField(max_length=64, blank=True, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", ImportState, "import_state_is_known"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) ^ Q(state__in=["proposed", "discarded"]),
                name="settled_import_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="faulty") | Q(fault_count=0), name="only_a_faulty_import_has_faults"
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="failed_import_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["uploaded_at"], name="imports_that_wait", condition=Q(state__in=["received", "ordered"])
            )
        ]

    def __str__(self):
        return self.file_name


class ImportFile(models.Model):
    """Insert-only: the bytes of an upload, so that whoever asks later sees what was imported."""

    data_import = models.OneToOneField(DataImport, on_delete=models.PROTECT, related_name="file")
    content = models.BinaryField()

    def __str__(self):
        return f"file of {self.data_import}"


class ImportedRecord(models.Model):
    """Insert-only: what a check found of one record that is new or changed. `differences`: cell by cell."""

    data_import = models.ForeignKey(DataImport, on_delete=models.PROTECT, related_name="records")
    number = models.PositiveIntegerField()  # of the check
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    sheet = models.CharField(max_length=100)
    row = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=choices(Verdict))
    differences = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            one_of("verdict", Verdict, "imported_verdict_is_known"),
            models.UniqueConstraint(
                fields=["data_import", "number", "kind", "subject"], name="record_is_imported_once_a_check"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject}"


class RequestBatch(models.Model):
    """All change requests of an import, submitted or withdrawn at once: each for itself, so that one does not hold up others.

    `refused`: those that were, with every reason. `total`: how many there were to do when it was asked for.
    """

    data_import = models.ForeignKey(DataImport, on_delete=models.PROTECT, related_name="batches")
    step = models.CharField(max_length=10, choices=choices(BatchStep))
    reason = models.CharField(max_length=300, blank=True, default="")
    person = models.ForeignKey("masterdata.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices(BatchState), default=BatchState.WAITING)
    claimed_at = models.DateTimeField(null=True)
    claims = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list, blank=True)
    failure = models.CharField(max_length=500, blank=True, default="")
    trace = models.CharField(max_length=40, blank=True, default="")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("step", BatchStep, "batch_step_is_known"),
            one_of("state", BatchState, "batch_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="waiting") ^ Q(finished_at__isnull=False), name="batch_says_when_it_ended"
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="failed_batch_says_why",
            ),
            models.UniqueConstraint(
                fields=["data_import"], condition=Q(state="waiting"), name="one_batch_of_an_import_at_a_time"
            ),
        ]

    def __str__(self):
        return f"{self.step} all requests of {self.data_import}"
