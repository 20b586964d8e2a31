"""Define a unit that the shipped table lacks."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Unit
from masterdata.rules.duties import Duty


def define_unit(
    *, code: str, name: str, symbol: str, dimension: str, numerator: int, denominator: int, actor: object
) -> Unit:
    """1 unit = numerator / denominator of its dimension's base unit (kg, m³, m, m², one, s), exactly."""
    require(actor, Duty.SET_UP_PLANT)
    unit = Unit(code=code, name=name, symbol=symbol, dimension=dimension, numerator=numerator, denominator=denominator)
    with acting(actor):
        return record(unit, actor=actor)
