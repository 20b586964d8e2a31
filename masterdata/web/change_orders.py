"""What a change request means for open orders, as its form asks and remembers it: keep or move, each or all at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from masterdata.models import ChangeRequest
from masterdata.queries.changes import order_decisions
from masterdata.rules.change_control import ChangeState, OrderChoice

#: what the buttons send that decide on every order of the form
ALL = {f"{one.value}-all": one for one in OrderChoice}
CHOICE_WORDS = {
    OrderChoice.KEEP: "keep: stays on its version",
    OrderChoice.MOVE: "move: made by the new one from then on",
}
_FIELD = "order-"


def chosen(post: QueryDict) -> dict[int, str]:
    """Each order of the form with its choice; the one of the button, where it was pressed for all."""
    every = ALL.get(post.get("do", ""))
    return {
        int(name.removeprefix(_FIELD)): str(every or value)
        for name, value in post.items()
        if name.startswith(_FIELD) and name.removeprefix(_FIELD).isdecimal() and len(name) < len(_FIELD) + 19
    }


def done_words(post: QueryDict) -> str:
    """What the button for all did, for the message above the page; empty where it was another button."""
    every, number = ALL.get(post.get("do", "")), len(chosen(post))
    if every is None:
        return ""
    orders = "1 open order" if number == 1 else f"{number} open orders"
    return (
        f"is saved: {orders} {'stay on the version' if every == OrderChoice.KEEP else 'move'}{_ending(every, number)}"
    )


def _ending(every: OrderChoice, number: int) -> str:
    if every == OrderChoice.MOVE:
        return " when it takes effect."
    return " of the release." if number == 1 else " of their release."


def orders_shown(found: ChangeRequest, record: Any, typed: Mapping[int, str] | None = None) -> dict[str, Any]:
    """Open orders that the change touches, each with what was decided; and those that were decided on and are not open now.

    `typed`: what a form said that was refused. It is shown again, beside what is saved where that differs.
    """
    stands = order_decisions(found, record)
    if not stands:
        return {}
    rows = []
    for row in stands["rows"]:
        one, saved = row["order"], row["choice"]
        choice = saved if typed is None else typed.get(one.order_id, saved)
        other = saved if choice != saved else ""
        rows.append({"order": one, "choice": choice, "saved": other, "url": order_url(one.order_id)})
    past = [
        {"name": one.order_name, "choice": one.choice, "url": order_url(one.order_id)}
        for one in sorted(stands["past"], key=lambda one: one.order_id)
    ]
    return {"rows": rows, "past": past, "asked": stands["asked"], "told": _told(rows, _ahead(found))}


def _ahead(found: ChangeRequest) -> str:
    """What was decided ahead for orders that were released after the submission; nothing of a draft's own orders."""
    return "" if found.state == ChangeState.DRAFT else found.later_orders


def _told(rows: Sequence[Mapping[str, Any]], ahead: str) -> str:
    """How many there are, and how many of them are decided, in one sentence."""
    if not rows:
        return ""
    left = 0 if ahead else sum(1 for row in rows if not row["choice"])
    many = "1 open order is" if len(rows) == 1 else f"{len(rows)} open orders are"
    if not left:
        return f"{many} made by an earlier version; {'it is decided' if len(rows) == 1 else 'all are decided'}."
    undecided = "it is" if len(rows) == 1 else f"{left} {'is' if left == 1 else 'are'}"
    return f"{many} made by an earlier version; {undecided} undecided."


def order_url(order_id: int) -> str:
    """Orders belong to a layer above: their page, where there is one."""
    try:
        return reverse("order", args=[order_id])
    except NoReverseMatch:
        return ""
