"""Packing: units into a handling unit and out of it, cases onto a pallet and off it. History is only added to."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.units import decimal_text
from traceability.actions.holding import hold_order
from traceability.models import HandlingUnit, PackingRecord
from traceability.queries.packing import unit_fact
from traceability.rules.packing import aggregation_refusals, packing_refusals, unpacking_refusals
from traceability.rules.quantities import exact_quantity
from traceability.rules.refusing import refuse_if
from traceability.rules.staging import order_refusals
from traceability.rules.vocabulary import PackingAct


def pack_units(
    *, unit: HandlingUnit, quantity: object, actor: Person, now: datetime, lot_code: str = ""
) -> PackingRecord:
    """Put units (in the order's unit) into an open handling unit. `lot_code`: their output lot (default: the order's).

    Refused: handling_unit_closed, another_lot_inside, order_not_open, quantity_not_positive, …
    """
    require(actor, Duty.REPORT_OUTPUT)
    exact = exact_quantity(quantity)
    with acting(actor):
        unit = _held(unit)
        code = lot_code.strip() or unit.order.output_lot_code or unit.order.number
        refuse_if([*order_refusals(unit.order.number, unit.order.state), *packing_refusals(unit_fact(unit), code)])
        return _record(unit, PackingAct.PACKED, actor, now, lot_code=code, quantity=decimal_text(exact))


def unpack_units(
    *, unit: HandlingUnit, quantity: object, lot_code: str, actor: Person, now: datetime, note: str = ""
) -> PackingRecord:
    """Take units out of a handling unit that is still open. Refused: handling_unit_closed, not_inside."""
    require(actor, Duty.REPORT_OUTPUT)
    exact = exact_quantity(quantity)
    with acting(actor):
        unit = _held(unit)
        refuse_if(unpacking_refusals(unit_fact(unit), lot_code, exact))
        return _record(
            unit, PackingAct.UNPACKED, actor, now, lot_code=lot_code, quantity=decimal_text(exact), note=note
        )


def aggregate(*, child: HandlingUnit, parent: HandlingUnit, actor: Person, now: datetime) -> PackingRecord:
    """Put a closed handling unit into a larger open one.

    Refused: does_not_go_in, packed_before, not_closed_yet, another_order, handling_unit_closed, order_not_open.
    """
    require(actor, Duty.REPORT_OUTPUT)
    with acting(actor):
        parent = _held(parent)
        child = _fresh(child)
        refuse_if(
            [
                *order_refusals(parent.order.number, parent.order.state),
                *aggregation_refusals(unit_fact(child), unit_fact(parent)),
            ]
        )
        child.parent = parent
        child.save(update_fields=["parent"])
        return _record(parent, PackingAct.PACKED, actor, now, child=child)


def disaggregate(*, child: HandlingUnit, actor: Person, now: datetime, note: str) -> PackingRecord:
    """Take a handling unit out of the larger one that it stands in, closed or not; `note` says why. What was counted stays."""
    require(actor, Duty.REPORT_OUTPUT)
    with acting(actor):
        child = _held(child)
        if child.parent is None:
            raise Refused(
                Refusal(
                    "not_packed", f"{child.sscc} stands in no other handling unit.", child.sscc, "Scan another one."
                )
            )
        if not note.strip():
            raise Refused(Refusal("note_missing", "Say why it is taken out.", child.sscc, "Write a few words."))
        parent = child.parent
        child.parent = None
        child.save(update_fields=["parent"])
        return _record(parent, PackingAct.UNPACKED, actor, now, child=child, note=note.strip())


def _held(unit: HandlingUnit) -> HandlingUnit:
    """The handling unit as it stands, while its order is kept from posting and from other packing."""
    hold_order(unit.order_id)
    return _fresh(unit)


def _fresh(unit: HandlingUnit) -> HandlingUnit:
    return HandlingUnit.objects.select_related("order", "parent").get(pk=unit.pk)


def _record(unit: HandlingUnit, act: str, actor: Person, now: datetime, **fields: object) -> PackingRecord:
    row = PackingRecord.objects.create(handling_unit=unit, act=act, person=actor, at=now, **fields)
    row.refresh_from_db()
    return row
