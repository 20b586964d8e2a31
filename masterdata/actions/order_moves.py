"""Moving an open order to another version. Orders belong to a layer above, which says how; here it is only asked to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Mover = Callable[..., None]
_movers: dict[str, Mover] = {}


def tell_how_orders_move(move: Mover) -> None:
    """Called once, when the layer starts. `move(order_id=, version=, applicable_from=, actor=)` joins the transaction."""
    _movers["order"] = move


def move_order_to(*, order_id: int, version: Any, applicable_from: datetime, actor: object) -> None:
    """From a time on (event time) the order is made by this version. RuntimeError where no layer knows how."""
    if "order" not in _movers:
        raise RuntimeError("Nothing here knows how orders move.")
    _movers["order"](order_id=order_id, version=version, applicable_from=applicable_from, actor=actor)
