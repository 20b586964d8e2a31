"""Measure for a pilot what an order really used of a component: rows of their own, never a move of stock."""

import uuid
from datetime import datetime
from decimal import Decimal

from backflush.actions.run_pilot import hold_pilot
from backflush.models import OrderProgress, Pilot, PilotMeasurement, PilotOrderMark
from backflush.queries.pilots import order_at_hand, order_readings
from backflush.rules.pilot import order_refusals, quantity_refusal, reason_refusal, running_refusal
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import PostingMethod
from traceability.models import MaterialLot, WorkOrder
from traceability.rules.refusing import refuse_if


def measure_usage(
    *,
    pilot: Pilot,
    event_id: uuid.UUID,
    order: WorkOrder,
    component: str,
    lot: MaterialLot,
    quantity: Decimal | None,
    actor: Person,
    now: datetime,
    report: uuid.UUID | None = None,
    note: str = "",
) -> PilotMeasurement:
    """`quantity` stock units of the lot were used. The same event id again is the same measurement, and refused if it differs.

    Refused: pilot_is_over, other_product, operation_unknown, order_not_open, order_began_earlier, measuring_completed,
    component_unknown, posted_by_scan, other_item, quantity_missing, quantity_too_fine, event_id_used.
    """
    require(actor, Duty.MEASURE_USAGE)
    with acting(actor, reason=note):
        held = hold_pilot(pilot)
        again = PilotMeasurement.objects.filter(event_id=event_id).first()
        if again is not None:
            return _the_same(again, order, component, lot, quantity)
        found = [
            running_refusal(held.state, str(held)),
            *order_refusals(order_at_hand(held, order), held.item.code, held.operation_number),
        ]
        found += [quantity_refusal(quantity, lot.item.code), _component_refusal(held, order, component, lot, now)]
        refuse_if([one for one in found if one is not None])
        assert quantity is not None
        return PilotMeasurement.objects.create(
            pilot=held,
            event_id=event_id,
            order=order,
            component=uuid.UUID(component),
            lot=lot,
            quantity=quantity,
            report=report,
            note=note.strip()[:300],
            person=actor,
            at=now,
        )


def take_back_measurement(
    *, measurement: PilotMeasurement, reason: str, actor: Person, now: datetime
) -> PilotMeasurement:
    """It was wrong: a row that says so stands against it, and neither counts."""
    require(actor, Duty.MEASURE_USAGE)
    with acting(actor, reason=reason):
        held = hold_pilot(measurement.pilot)
        order = measurement.order
        found = [running_refusal(held.state, str(held)), reason_refusal(reason, order.number)]
        if order_at_hand(held, order).completed:
            found += order_refusals(order_at_hand(held, order), held.item.code, held.operation_number)
        if measurement.takes_back_id is not None or PilotMeasurement.objects.filter(takes_back=measurement).exists():
            found.append(
                Refusal(
                    "taken_back_already",
                    "This measurement was taken back already.",
                    order.number,
                    "Look at what stands now.",
                )
            )
        refuse_if([one for one in found if one is not None])
        return PilotMeasurement.objects.create(
            pilot=held,
            event_id=uuid.uuid4(),
            order=order,
            component=measurement.component,
            lot=measurement.lot,
            quantity=measurement.quantity,
            report=measurement.report,
            takes_back=measurement,
            note=reason.strip()[:300],
            person=actor,
            at=now,
        )


def mark_order(*, pilot: Pilot, order: WorkOrder, completed: bool, actor: Person, now: datetime) -> PilotOrderMark:
    """Measuring of an order is completed: it counts, as long as its output stays as it is. Or it is taken up again.

    Refused: pilot_is_over, nothing_reported, nothing_measured, nothing_to_change.
    """
    require(actor, Duty.MEASURE_USAGE)
    with acting(actor):
        held = hold_pilot(pilot)
        at = order_at_hand(held, order)
        progress = OrderProgress.objects.filter(order_id=order.pk, operation_number=held.operation_number).first()
        found = [running_refusal(held.state, str(held))]
        if at.completed == completed:
            found.append(
                Refusal(
                    "nothing_to_change",
                    f"Measuring of order {order.number} is {'completed' if completed else 'under way'} already.",
                    order.number,
                    "Somebody else was faster: look at what stands now.",
                )
            )
        if completed and (progress is None or progress.good <= 0):
            found.append(
                Refusal(
                    "nothing_reported",
                    f"No good units of order {order.number} stand at operation {held.operation_number}.",
                    order.number,
                    "Report its output first; then complete the measuring.",
                )
            )
        if completed and not held.measurements.filter(order=order, takes_back=None, taken_back_by=None).exists():
            found.append(
                Refusal(
                    "nothing_measured",
                    f"Nothing is measured at order {order.number}.",
                    order.number,
                    "Scan a lot and enter what was used of it.",
                )
            )
        refuse_if([one for one in found if one is not None])
        return PilotOrderMark.objects.create(
            pilot=held,
            order=order,
            completed=completed,
            good=progress.good if progress else Decimal(0),
            reports=progress.reports if progress else 0,
            person=actor,
            at=now,
        )


def _the_same(
    again: PilotMeasurement, order: WorkOrder, component: str, lot: MaterialLot, quantity: Decimal | None
) -> PilotMeasurement:
    if (again.order_id, str(again.component), again.lot_id, again.quantity) == (order.pk, component, lot.pk, quantity):
        return again
    raise Refused(
        Refusal(
            "event_id_used",
            "Something else was measured under this event id.",
            str(again.event_id),
            "Load the page again, then enter it.",
        )
    )


def _component_refusal(
    pilot: Pilot, order: WorkOrder, component: str, lot: MaterialLot, now: datetime
) -> Refusal | None:
    readings = order_readings(pilot, now, only=order)
    known = readings[0].components.get(component) if readings else None
    if known is None:
        return Refusal(
            "component_unknown",
            f"Operation {pilot.operation_number} of order {order.number} takes no {lot.item.code}.",
            lot.code,
            "Scan a lot of what the operation takes.",
        )
    if known.method != PostingMethod.BACKFLUSH:
        return Refusal(
            "posted_by_scan",
            f"{known.code} is posted as it is scanned: those scans are what is measured.",
            lot.code,
            "Scan it as usual, and not a second time here.",
        )
    if lot.item_id not in known.items:
        return Refusal(
            "other_item",
            f"Lot {lot.code} is of {lot.item.code}, not of {known.code}.",
            lot.code,
            f"Scan a lot of {known.code}.",
        )
    return None
