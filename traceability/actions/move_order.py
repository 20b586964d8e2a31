"""Move an open order to another version of its BOM, as a signed change request decided."""

from datetime import datetime

from masterdata.actions.effectivity import told
from masterdata.models import BomVersion
from masterdata.rules.refusal import Refusal, Refused
from traceability.actions.holding import hold_order
from traceability.actions.pin_order import pin_order
from traceability.models import OrderPin, WorkOrder
from traceability.queries.pinned_boms import items_of, resolve


def move_order(*, order_id: int, version: BomVersion, applicable_from: datetime, actor: object) -> OrderPin:
    """From `applicable_from` (event time) on it is made by `version`, or by its own with `version` as the phantom's.

    Joins the transaction of the change that moves it, which holds the posting locks; line identities carry over, so
    what is still owed is by the new figures from that time on. Refused (order_moves_later) where it was decided already
    what the order is made by at or after that time: what is put before it would be undone then, or come too early.
    """
    order = hold_order(order_id)
    _refuse_between(order, version, applicable_from)
    last = order.pins.select_related("bom_version").order_by("-applicable_from").first()
    assert last is not None  # released orders are pinned
    top = version if version.item_id == last.bom_version.item_id else last.bom_version
    pinned = resolve(top, applicable_from)
    # What else the order was pinned to stays: only this version was decided on.
    phantoms = {**{str(item): one for item, one in pinned.phantoms.items()}, **last.phantom_versions}
    if str(version.item_id) in phantoms and version.item_id != top.item_id:
        phantoms[str(version.item_id)] = version.pk
    return pin_order(
        order,
        version_id=top.pk,
        phantoms=phantoms,
        items=items_of(pinned) | {int(item) for item in last.standard_costs},
        applicable_from=applicable_from,
        actor=actor,
    )


def _refuse_between(order: WorkOrder, version: BomVersion, applicable_from: datetime) -> None:
    coming = order.pins.filter(applicable_from__gte=applicable_from).select_related("bom_version__item")
    decided = coming.order_by("applicable_from").last()
    if decided is not None:
        raise Refused(
            Refusal(
                "order_moves_later",
                f"What order {order.number} is made by from {told(decided.applicable_from)} on is decided already;"
                f" {version} would come before that.",
                order.number,
                "Let it take effect after that time, or keep the order on its version.",
            )
        )
