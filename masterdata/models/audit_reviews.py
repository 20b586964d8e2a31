"""Reviews of the audit trail: which events were looked at, what was found of each, and the signature over exactly that."""

from django.db import models
from django.db.models import Q

from masterdata.models.choices import choices, one_of
from masterdata.models.people import Person
from masterdata.models.places import Site
from masterdata.models.signatures import Signature
from masterdata.rules.vocabulary import ReviewTarget, ReviewVerdict


class AuditReview(models.Model):
    """A sample of a period's events. Seed, period, aim and the last event there was make the same sample again, at any time.

    `population`: how many events fitted; `size`: how many of them are looked at; `hours`: what counted as working hours.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField()
    target = models.CharField(max_length=20, choices=choices(ReviewTarget))
    who = models.CharField(max_length=120, blank=True, default="")
    tbl = models.CharField(max_length=63, blank=True, default="")
    record = models.CharField(max_length=200, blank=True, default="")
    seed = models.CharField(max_length=60)
    hours = models.CharField(max_length=40)
    last_event = models.BigIntegerField()
    population = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    conclusion = models.CharField(max_length=500, blank=True, default="")
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("target", ReviewTarget, "review_target_is_known"),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="review_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(size__gte=1), name="review_looks_at_something"),
            models.CheckConstraint(condition=Q(size__lte=models.F("population")), name="sample_is_of_what_there_is"),
            models.CheckConstraint(condition=~Q(seed=""), name="review_states_its_seed"),
            models.CheckConstraint(
                condition=Q(signature=None, signed_at=None, conclusion="")
                | (Q(signature__isnull=False, signed_at__isnull=False) & ~Q(conclusion="")),
                name="review_is_signed_with_its_conclusion",
            ),
        ]

    def __str__(self):
        return f"audit review {self.pk}"


class ReviewedEvent(models.Model):
    """One event of the sample, and what the reviewer found of it."""

    review = models.ForeignKey(AuditReview, on_delete=models.PROTECT, related_name="events")
    position = models.PositiveIntegerField()
    event_id = models.BigIntegerField()
    verdict = models.CharField(max_length=10, blank=True, default="")
    remark = models.CharField(max_length=500, blank=True, default="")
    marked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    marked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "event_id"], name="event_is_reviewed_once_in_a_review"),
            models.UniqueConstraint(fields=["review", "position"], name="reviewed_events_have_an_order"),
            models.CheckConstraint(
                condition=Q(verdict__in=["", *(one.value for one in ReviewVerdict)]), name="review_verdict_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(verdict=ReviewVerdict.QUESTION.value) | ~Q(remark=""), name="question_says_what_it_asks"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", marked_by=None, marked_at=None)
                | (~Q(verdict="") & Q(marked_by__isnull=False, marked_at__isnull=False)),
                name="verdict_names_who_and_when",
            ),
        ]

    def __str__(self):
        return f"{self.review}, event {self.event_id}"
