"""Define an operation of an item's route."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Item, Operation, ProductionLine
from masterdata.rules.duties import Duty
from masterdata.rules.operation_numbers import number_faults
from masterdata.rules.refusal import Refused


def define_operation(
    *,
    item: Item,
    number: str,
    name: str,
    actor: object,
    line: ProductionLine | None = None,
    count_point: bool = True,
    requires_clearance: bool = False,
    requires_training: bool = False,
    packs: bool = False,
) -> Operation:
    """Operations run in the order of their numbers, which are whole numbers such as 10 and 20."""
    require(actor, Duty.SET_UP_PLANT)
    faults = number_faults(number, item.code)
    if faults:
        raise Refused(*faults)
    operation = Operation(
        item=item,
        number=number,
        name=name,
        line=line,
        count_point=count_point,
        requires_clearance=requires_clearance,
        requires_training=requires_training,
        packs=packs,
    )
    with acting(actor):
        return record(operation, actor=actor)
