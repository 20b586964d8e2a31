"""Impact replays: what the reports of the last days would have used by proposed figures, worked out before anybody signs."""

from django.db import models
from django.db.models import F, Q

from backflush.rules.vocabulary import ImpactState, ProposalKind
from masterdata.models import Person, Site
from masterdata.models.choices import choices, one_of


class ImpactReplay(models.Model):
    """One replay of a proposal over the reports that happened at a site from `since` to `until`.

    `digest`: of the proposal's content as it was asked for. `total` counts postings, also those of the same orders from
    before `since`. A worker holds it until `held_until` by the number of its `claims`; `reached` is the last order that is
    whole in `result`, which keeps `Impact.as_data`: a replay goes on there, whoever began it.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=choices(ProposalKind))
    record_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    days = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices(ImpactState), default=ImpactState.QUEUED)
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    claims = models.PositiveIntegerField(default=0)
    lost = models.PositiveSmallIntegerField(default=0)
    held_until = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True, default="")
    result = models.JSONField(default=dict)

    class Meta:
        constraints = [
            one_of("kind", ProposalKind, "impact_is_of_a_known_kind"),
            one_of("state", ImpactState, "impact_state_is_known"),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=400), name="impact_looks_back_1_to_400_days"),
            models.CheckConstraint(condition=Q(since__lt=F("until")), name="impact_has_a_beginning_and_an_end"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="impact_does_no_more_than_there_is"),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | (~Q(state__in=["queued", "running"]) & Q(finished_at__isnull=False)),
                name="impact_says_when_it_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="failed_impact_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_by__isnull=False)
                | ~Q(state="cancelled") & Q(cancelled_by__isnull=True),
                name="cancelled_impact_says_by_whom",
            ),
            models.UniqueConstraint(
                fields=["site", "kind", "record_id"],
                condition=Q(state__in=["queued", "running"]),
                name="one_open_impact_per_proposal_and_site",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "record_id", "-requested_at"], name="impacts_of_a_proposal"),
            models.Index(fields=["requested_at"], name="impacts_waiting", condition=Q(state__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return f"impact replay {self.pk} of {self.kind} {self.record_id}"
