"""The ledger: append-only entries and lines, and the balances that must always equal their sum.

Only `traceability.actions.ledger`, the drain's writer and queries touch these tables. Foreign keys are not constraints here:
six of them halved posting; `check_ledger` looks for orphans instead.
"""

from django.db import models
from django.db.models import F, Q

from masterdata.models.choices import Money, Quantity, choices, one_of
from traceability.rules.vocabulary import EntryKind

UNBOUND = 0


class LedgerEntry(models.Model):
    """One movement of goods with its lines, all or nothing. `source` names what caused it."""

    site_id = models.BigIntegerField()
    kind = models.CharField(max_length=14, choices=choices(EntryKind))
    order_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    device_id = models.BigIntegerField(null=True)
    reason_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True, default="")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("kind", EntryKind, "entry_kind_is_known"),
            models.CheckConstraint(
                condition=Q(person_id__isnull=False) | Q(device_id__isnull=False),
                name="entry_names_a_person_or_device",
            ),
        ]

    def __str__(self):
        return f"ledger entry {self.pk}: {self.kind}"


class LedgerLine(models.Model):
    """A positive quantity of one lot moved from one bin to another, in the item's stock unit.

    `from_order`/`to_order`: the order that the quantity was or became bound to (0: unbound).
    `component`: identity of the BOM line (or output) that it satisfied. `output_lot_id`: the lot it went into.
    `*_quantity`: the parts by class; on an issue they add up to `quantity`. `standard_quantity`: what the line should
    have taken by plan. Amounts are rounded once, to the currency's minor unit. `mirrors`: the line that this one reverses.
    """

    site_id = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    lot_id = models.BigIntegerField()
    from_bin_id = models.BigIntegerField()
    from_order = models.BigIntegerField(default=UNBOUND)
    to_bin_id = models.BigIntegerField()
    to_order = models.BigIntegerField(default=UNBOUND)
    quantity = Quantity()
    order_id = models.BigIntegerField(null=True)
    component = models.UUIDField(null=True)
    output_lot_id = models.BigIntegerField(null=True)
    standard_quantity = Quantity(null=True)
    base_quantity = Quantity(null=True)
    loss_quantity = Quantity(null=True)
    setup_quantity = Quantity(null=True)
    avoidable_quantity = Quantity(null=True)
    structural_quantity = Quantity(null=True)
    rework_quantity = Quantity(null=True)
    rounding_quantity = Quantity(null=True)
    standard_amount = Money(default=0)
    actual_amount = Money(default=0)
    mirrors = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="move_is_positive"),
            models.CheckConstraint(
                condition=~Q(from_bin_id=F("to_bin_id"), from_order=F("to_order")),
                name="move_goes_somewhere_else",
            ),
        ]
        indexes = [
            models.Index(fields=["entry_id"], name="ledger_lines_of_an_entry"),
            models.Index(fields=["lot_id"], name="ledger_lines_of_a_lot"),
            models.Index(fields=["order_id"], name="ledger_lines_of_an_order", condition=Q(order_id__isnull=False)),
            models.Index(
                fields=["output_lot_id"],
                name="ledger_lines_into_a_lot",
                condition=Q(output_lot_id__isnull=False),
            ),
            models.Index(fields=["mirrors"], name="ledger_lines_that_mirror", condition=Q(mirrors__isnull=False)),
        ]

    def __str__(self):
        return f"ledger line {self.pk} of entry {self.entry_id}"


class StockBalance(models.Model):
    """What of a lot is in a counted bin, bound to an order or unbound (`order_id` 0). Never negative."""

    site_id = models.BigIntegerField()
    bin_id = models.BigIntegerField()
    lot_id = models.BigIntegerField()
    order_id = models.BigIntegerField(default=UNBOUND)
    item_id = models.BigIntegerField()
    quantity = Quantity()
    staged_at = models.DateTimeField(null=True)
    rank = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site_id", "bin_id", "lot_id", "order_id"], name="one_balance_per_bin_lot_and_order"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_is_never_negative"),
        ]
        indexes = [
            models.Index(fields=["lot_id"], name="balances_of_a_lot"),
            models.Index(fields=["order_id"], name="balances_of_an_order", condition=~Q(order_id=0)),
        ]

    def __str__(self):
        return f"stock of lot {self.lot_id} in bin {self.bin_id}"


class CarriedLink(models.Model):
    """Insert-only: an output lot contains a lot whose issue was posted before it, by a line that owed nothing new.

    Own links are ledger lines (`output_lot_id`); earlier operations' lines, which name no output lot, are shared by all
    output lots of their order.
    """

    site_id = models.BigIntegerField()
    output_lot_id = models.BigIntegerField()
    input_lot_id = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    component = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["output_lot_id"], name="carried_into_a_lot"),
            models.Index(fields=["input_lot_id"], name="carried_from_a_lot"),
        ]

    def __str__(self):
        return f"lot {self.input_lot_id} in lot {self.output_lot_id}"
