"""Work orders, their operations, the BOM versions pinned to them, and line clearances."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from masterdata.models import BomVersion, Item, Person, ProductionLine, Site, Unit
from masterdata.models.choices import Quantity, choices, one_of
from masterdata.rules.vocabulary import AllocationStrategy
from traceability.models.lots import MaterialLot
from traceability.rules.vocabulary import OrderKind, OrderState


class WorkOrder(models.Model):
    """An order to make `quantity` of an item. Released, it has its operations and a pinned BOM version.

    `recipe_item`: the item whose route, BOM and triggers it is made by, where that is not its own (rework).
    `reworks`: the held lot that a rework order takes up.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    number = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=choices(OrderKind), default=OrderKind.PRODUCTION)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    quantity = Quantity()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=choices(OrderState), default=OrderState.PLANNED)
    allocation = models.CharField(max_length=12, choices=choices(AllocationStrategy), default=AllocationStrategy.FEFO)
    recipe_item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, related_name="+")
    reworks = models.ForeignKey(MaterialLot, on_delete=models.PROTECT, null=True, related_name="rework_orders")
    output_lot_code = models.CharField(max_length=60, blank=True, default="")
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="order_number_is_unique_per_site"),
            one_of("state", OrderState, "order_state_is_known"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_quantity_is_above_zero"),
            models.CheckConstraint(
                condition=Q(state="planned") | Q(released_at__isnull=False), name="open_order_was_released"
            ),
            models.CheckConstraint(
                condition=Q(kind="rework", reworks__isnull=False) | Q(reworks__isnull=True) & ~Q(kind="rework"),
                name="rework_order_names_its_lot",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="closed_order_says_when"
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def made_by_id(self) -> int:
        """The item whose route, BOM and trigger definitions it is made by."""
        return self.recipe_item_id or self.item_id


class OrderOperation(models.Model):
    """An operation of an order, copied from the item's route at release; `line` is where this order runs it."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="operations")
    number = models.CharField(max_length=10)
    sequence = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    line = models.ForeignKey(ProductionLine, on_delete=models.PROTECT)
    count_point = models.BooleanField(default=True)
    last = models.BooleanField(default=False)
    requires_clearance = models.BooleanField(default=False)
    requires_training = models.BooleanField(default=False)
    packs = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="order_has_an_operation_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(last=True), name="order_has_one_last_operation"),
        ]

    def __str__(self):
        return f"{self.order} operation {self.number} {self.name}"


class OrderPin(models.Model):
    """Insert-only: from `applicable_from` (event time) on, the order is made by this BOM version.

    `phantom_versions` maps item id to the BOM version that its phantom is exploded by; `standard_costs` maps item id
    to the standard cost per stock unit, frozen with the pin, for every item of the exploded BOM.
    """

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="pins")
    applicable_from = models.DateTimeField()
    bom_version = models.ForeignKey(BomVersion, on_delete=models.PROTECT)
    phantom_versions = models.JSONField(default=dict)
    standard_costs = models.JSONField(default=dict)
    pinned_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "applicable_from"], name="order_is_pinned_once_at_a_time")
        ]

    def __str__(self):
        return f"{self.order} by {self.bom_version}"


class LineClearance(models.Model):
    """A line was found clear for an order, by an operator and a second person; it stands until revoked."""

    order = models.ForeignKey(WorkOrder, on_delete=models.PROTECT, related_name="clearances")
    line = models.ForeignKey(ProductionLine, on_delete=models.PROTECT)
    operator = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    checklist = models.JSONField(default=list)
    cleared_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(operator=models.F("checker")), name="clearance_has_two_people"),
            models.UniqueConstraint(
                fields=["order", "line"],
                condition=Q(revoked_at__isnull=True),
                name="clearance_stands_once",
            ),
        ]

    def __str__(self):
        return f"{self.line} cleared for {self.order}"
