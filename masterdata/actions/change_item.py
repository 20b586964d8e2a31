"""Change an item. Its code and stock unit never change: the ledger is written in them."""

from datetime import datetime
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.define_item import FIELDS, refuse_faults, refuse_strangers
from masterdata.actions.record import record
from masterdata.models import Item
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused

CHANGEABLE = FIELDS | {"name", "kind"}


def change_item(*, item: Item, actor: object, reason: str, now: datetime, **fields: Any) -> Item:
    """Change fields of an item, with a reason. `queries.boms_made_invalid(item)` then lists what its flags spoil."""
    require(actor, Duty.SET_UP_PLANT)
    refuse_strangers(fields, CHANGEABLE, item.code)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the item is changed.", item.code, "Enter a reason."))
    with acting(actor, reason=reason):
        row = Item.objects.select_for_update(no_key=True, of=("self",)).select_related("stock_unit").get(pk=item.pk)
        for name, value in fields.items():
            setattr(row, name, value)
        refuse_faults(row)
        record(row, actor=actor, reason=reason)
    for name in fields:
        setattr(item, name, getattr(row, name))
    return row
