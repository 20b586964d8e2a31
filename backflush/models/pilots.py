"""Pilots: what an operation really takes, measured beside what backflush computes. Nothing here moves stock."""

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from backflush.rules.pilot import PilotState
from masterdata.models import BomVersion, Item, Person, Site
from masterdata.models.choices import Quantity, choices, one_of
from masterdata.rules.exact import Fraction
from masterdata.rules.units import decimal_text
from traceability.models import MaterialLot, WorkOrder


class Pilot(models.Model):
    """A period in which a product's operation is measured. `fewest_orders`: how many it wants before it says anything."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="pilots")
    operation_number = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=choices(PilotState), default=PilotState.RUNNING)
    why = models.CharField(max_length=500)
    fewest_orders = models.PositiveSmallIntegerField()
    ends_on = models.DateField(null=True)
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True, default="")
    history = HistoricalRecords()

    class Meta:
        constraints = [
            one_of("state", PilotState, "pilot_state_is_known"),
            models.UniqueConstraint(
                fields=["site", "item", "operation_number"],
                condition=Q(state="running"),
                name="one_pilot_runs_at_an_operation",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="pilot_says_why"),
            models.CheckConstraint(condition=Q(fewest_orders__gte=5), name="pilot_wants_five_orders_at_least"),
            models.CheckConstraint(
                condition=Q(state="running", ended_by=None, ended_at=None, end_reason="")
                | (~Q(state="running") & Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(end_reason="")),
                name="ended_pilot_says_who_when_and_why",
            ),
        ]

    def __str__(self):
        return f"Pilot {self.pk} of {self.item.code}, operation {self.operation_number}"


class PilotMeasurement(models.Model):
    """Insert-only: `quantity` stock units of a lot were really used for an order's component. No move of stock.

    `component`: the exploded BOM line's identity, as in progress. `report`: the event it was used for; empty: of the order as a
    whole. `takes_back`: the measurement that this one makes undone.
    """

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="measurements")
    event_id = models.UUIDField(unique=True)
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="+")
    component = models.UUIDField()
    lot = models.ForeignKey(MaterialLot, on_delete=models.PROTECT, related_name="+")
    quantity = Quantity()
    report = models.UUIDField(null=True)
    takes_back = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="taken_back_by")
    note = models.CharField(max_length=300, blank=True, default="")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="measured_quantity_is_above_zero"),
            models.CheckConstraint(
                condition=Q(takes_back__isnull=True) | ~Q(takes_back=F("id")), name="measurement_takes_back_another"
            ),
            models.CheckConstraint(
                condition=Q(takes_back__isnull=True) | ~Q(note=""), name="measurement_is_taken_back_with_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["pilot", "order"], name="measurements_of_an_order")]

    def __str__(self):
        return f"{self.pilot}: {decimal_text(Fraction(self.quantity))} of lot {self.lot}"


class PilotOrderMark(models.Model):
    """Insert-only: measuring of an order was completed, or taken up again; the latest mark of an order counts.

    `good` and `reports` are what had been reported and stood by then: if that changes, the order does not count.
    """

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="marks")
    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="+")
    completed = models.BooleanField()
    good = Quantity()
    reports = models.IntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["pilot", "order", "-id"], name="marks_of_an_order")]

    def __str__(self):
        return f"{self.pilot}: order {self.order} {'completed' if self.completed else 'measured on'}"


class PilotProposal(models.Model):
    """Insert-only: a draft BOM version was made of what a pilot found. `found`: the figures that it was made of, as text."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="proposals")
    version = models.OneToOneField(BomVersion, on_delete=models.PROTECT, related_name="pilot_proposal")
    found = models.JSONField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.version} drafted from {self.pilot}"
