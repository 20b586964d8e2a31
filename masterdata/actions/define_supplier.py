"""Define a supplier."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Supplier
from masterdata.rules.duties import Duty


def define_supplier(*, code: str, name: str, actor: object) -> Supplier:
    require(actor, Duty.SET_UP_PLANT)
    with acting(actor):
        return record(Supplier(code=code, name=name), actor=actor)
