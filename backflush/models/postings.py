"""Postings with the facts they were decided on, recipes by digest, progress of orders, and reversals."""

from django.db import models
from django.db.models import Q

from backflush.rules.vocabulary import PostingKind
from masterdata.models import Person, ReasonCode, Signature
from masterdata.models.choices import Money, Quantity, choices, one_of


class Recipe(models.Model):
    """Insert-only: everything governed that usage at an order's operation is computed from, compiled, as canonical text."""

    digest = models.CharField(max_length=64, unique=True)
    body = models.TextField()

    def __str__(self):
        return f"recipe {self.digest[:12]}"


class Posting(models.Model):
    """Insert-only: one report posted once, or one posting reversed once. `number` is gap-free per site.

    `facts` is canonical JSON: the report, progress before, offered lots, and what was decided; with the recipe it is all
    that `replay_postings` needs to compute the same lines again.
    """

    site_id = models.BigIntegerField()
    number = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=choices(PostingKind))
    report_id = models.BigIntegerField(null=True)
    reversal_of = models.BigIntegerField(null=True)
    order_id = models.BigIntegerField()
    operation_number = models.CharField(max_length=10)
    entry_id = models.BigIntegerField()
    output_lot_id = models.BigIntegerField(null=True)
    good = Quantity(default=0)
    actual_amount = Money(default=0)
    recipe_id = models.BigIntegerField(null=True)
    facts = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site_id", "number"], name="posting_number_is_unique_per_site"),
            models.UniqueConstraint(fields=["report_id"], name="report_posts_at_most_once"),
            models.UniqueConstraint(fields=["reversal_of"], name="posting_is_reversed_at_most_once"),
            one_of("kind", PostingKind, "posting_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reversal_of__isnull=False, report_id__isnull=True)
                | (~Q(kind="reversal") & Q(reversal_of__isnull=True)),
                name="reversal_names_what_it_reverses",
            ),
        ]
        indexes = [
            models.Index(fields=["order_id"], name="postings_of_an_order"),
            models.Index(fields=["entry_id"], name="posting_of_an_entry"),
        ]

    def __str__(self) -> str:
        return f"P-{self.number:06d}"


class OrderProgress(models.Model):
    """Derived, kept by the drain: what an order's operation reported and, per BOM line, needed and covered so far.

    `lines` maps a line's key to its exact standing need and what standing postings covered; see
    `backflush.rules.progress`.
    """

    order_id = models.BigIntegerField()
    operation_number = models.CharField(max_length=10)
    good = Quantity(default=0)
    structural_scrap = Quantity(default=0)
    avoidable_scrap = Quantity(default=0)
    rework = Quantity(default=0)
    setups = models.IntegerField(default=0)
    reports = models.IntegerField(default=0)
    lines = models.TextField(default="{}")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_id", "operation_number"], name="progress_is_kept_once_per_operation")
        ]

    def __str__(self):
        return f"progress of order {self.order_id}, operation {self.operation_number}"


class ReversalRequest(models.Model):
    """Somebody asks for a posting to be reversed; QA signs it (then `reversal` names the posting that did) or declines.

    A correction is asked for with the report that is right: `corrected` is its canonical body, `corrected_event` its event
    id. Signed, it is received and posted with the reversal, and `correction` names its posting.
    """

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="reversal_requests")
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    reason = models.ForeignKey(ReasonCode, on_delete=models.PROTECT)
    note = models.CharField(max_length=500, blank=True, default="")
    declined_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True)
    reversal = models.OneToOneField(Posting, on_delete=models.PROTECT, null=True, related_name="request")
    corrected = models.TextField(blank=True, default="", db_default="")
    corrected_event = models.UUIDField(null=True, unique=True)
    correction = models.OneToOneField(Posting, on_delete=models.PROTECT, null=True, related_name="correction_request")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["posting"],
                condition=Q(declined_at__isnull=True, reversal__isnull=True),
                name="one_open_reversal_request_per_posting",
            ),
            models.CheckConstraint(
                condition=Q(corrected="", corrected_event__isnull=True)
                | (~Q(corrected="") & Q(corrected_event__isnull=False)),
                name="correction_has_its_event",
            ),
            models.CheckConstraint(
                condition=Q(correction__isnull=True, corrected="")
                | (~Q(corrected="") & Q(correction__isnull=True, reversal__isnull=True))
                | (~Q(corrected="") & Q(correction__isnull=False, reversal__isnull=False)),
                name="correction_posts_with_its_reversal",
            ),
        ]

    def __str__(self):
        return f"reversal asked for of {self.posting}"
