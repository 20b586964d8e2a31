"""Draft a trigger definition: which reports declare output at an operation, from whom, within which limits."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Device, Item, Operation, Person, ProductionLine, TriggerDefinition
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import OutputBasis, TriggerKind


def draft_trigger(
    *,
    item: Item,
    operation_number: str,
    author: Person,
    now: datetime,
    kind: str = TriggerKind.OPERATION_COMPLETE,
    output_basis: str = OutputBasis.GOOD,
    devices: Sequence[Device] = (),
    line: ProductionLine | None = None,
    any_person: bool = True,
    order_tolerance: Decimal | str = "0",
    report_limit_percent: Decimal | str = "100",
    avoidable_limit_percent: Decimal | str | None = None,
    clock_tolerance_seconds: int = 120,
    offline_allowance_hours: int = 72,
) -> TriggerDefinition:
    """The next version for this operation (at this line). Percentages are of the order's quantity."""
    require(author, Duty.DRAFT_MASTER_DATA)
    _refuse_strangers(item, operation_number, kind, devices, line, any_person)
    with acting(author):
        Item.objects.select_for_update(no_key=True).get(pk=item.pk)
        newest = (
            item.trigger_definitions.filter(operation_number=operation_number, line=line).order_by("-version").first()
        )
        row = record(
            TriggerDefinition(
                item=item,
                operation_number=operation_number,
                line=line,
                version=newest.version + 1 if newest else 1,
                kind=kind,
                output_basis=output_basis,
                any_person=any_person,
                order_tolerance=Decimal(order_tolerance),
                report_limit_percent=Decimal(report_limit_percent),
                avoidable_limit_percent=None if avoidable_limit_percent is None else Decimal(avoidable_limit_percent),
                clock_tolerance_seconds=clock_tolerance_seconds,
                offline_allowance_hours=offline_allowance_hours,
                author=author,
            ),
            actor=author,
        )
        if devices:
            row.devices.set(devices)
        return row


def _refuse_strangers(
    item: Item,
    operation_number: str,
    kind: str,
    devices: Sequence[Device],
    line: ProductionLine | None,
    any_person: bool,
) -> None:
    faults = []
    if not Operation.objects.filter(item=item, number=operation_number).exists():
        faults.append(
            Refusal(
                "unknown_operation",
                f"{item.code} has no operation {operation_number}.",
                item.code,
                "Define the operation first.",
            )
        )
    if kind == TriggerKind.SETUP:
        faults.append(
            Refusal("setup_declares_no_output", "A setup report declares no output.", item.code, "Choose another kind.")
        )
    if not devices and not any_person:
        faults.append(
            Refusal("nobody_may_send", "Neither a device nor a person may send it.", item.code, "Allow somebody.")
        )
    faults += [
        Refusal(
            "another_site", f"Device {device.code} is not at the site of {line.code}.", device.code, "Leave it out."
        )
        for device in devices
        if line is not None and device.site_id != line.site_id
    ]
    if faults:
        raise Refused(*faults)
