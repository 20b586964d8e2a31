"""Define an item; the same checks hold when it is changed."""

from datetime import datetime
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import faults_in, record
from masterdata.models import Item, Unit
from masterdata.rules.duties import Duty
from masterdata.rules.gtin import gtin_is_valid
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import Dimension, Tracking

#: What may be given beside code, name, kind and stock unit.
FIELDS = frozenset(
    {
        "gtin",
        "decimals",
        "multiple",
        "rounding",
        "tracking",
        "shelf_life_days",
        "standard_cost",
        "potency_controlled",
        "label_potency",
        "safety_critical",
        "operator_determined",
        "high_value",
        "variable_weight",
        "label_controlled",
        "supermarket",
    }
)


def define_item(
    *, code: str, name: str, kind: str, stock_unit: Unit | str, actor: object, now: datetime, **fields: Any
) -> Item:
    """Make an item. `stock_unit`: a unit or its code; `fields`: any of FIELDS."""
    require(actor, Duty.SET_UP_PLANT)
    refuse_strangers(fields, FIELDS, code)
    item = Item(code=code.strip(), name=name, kind=kind, stock_unit=unit_of(stock_unit), **fields)
    refuse_faults(item)
    with acting(actor):
        return record(item, actor=actor)


def unit_of(unit: Unit | str) -> Unit:
    """A unit by its code; Refused where there is none."""
    if isinstance(unit, Unit):
        return unit
    found = Unit.objects.filter(code=unit).first()
    if found is None:
        raise Refused(Refusal("unknown_unit", f"There is no unit {unit}.", unit, "Use a UN/ECE Rec 20 code."))
    return found


def refuse_strangers(fields: dict[str, Any], known: frozenset[str], subject: str) -> None:
    strangers = sorted(set(fields) - known)
    if strangers:
        raise Refused(
            *(
                Refusal("unknown_field", f"{name} cannot be set here.", subject, f"Known: {', '.join(sorted(known))}.")
                for name in strangers
            )
        )


def refuse_faults(item: Item) -> None:
    """Refused with every fault of the item, those of its fields and those that fields have together."""
    faults = faults_in(item)
    if item.gtin and not gtin_is_valid(item.gtin):
        faults.append(
            Refusal("gtin_invalid", f"{item.gtin} is no GTIN: 14 digits with a check digit.", item.code, "Scan it.")
        )
    if item.tracking == Tracking.SERIAL and item.stock_unit.dimension != Dimension.COUNT:
        faults.append(
            Refusal("serial_is_counted", f"{item.code} is serialized, so it is counted.", item.code, "Use unit C62.")
        )
    if item.shelf_life_days is not None and item.shelf_life_days == 0:
        faults.append(
            Refusal("no_shelf_life", "A shelf life is at least a day.", item.code, "Leave it empty for none.")
        )
    if item.label_potency is not None and item.label_potency <= 0:
        faults.append(Refusal("no_potency", "A label potency is above zero.", item.code, "Mend it."))
    if faults:
        raise Refused(*faults)
