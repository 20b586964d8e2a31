"""May this lot be bound to this order, in this bin? All reasons at once, in words for whoever holds the scanner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import BinKind
from traceability.rules.lot_status import use_refusals
from traceability.rules.vocabulary import LotStatus, OrderState

#: Where material for a line may be fetched from.
SOURCES_OF_STAGING = frozenset({BinKind.STORE, BinKind.SUPERMARKET, BinKind.FINISHED})


@dataclass(frozen=True, slots=True)
class BinFact:
    """A bin by its code and kind."""

    code: str
    kind: str


@dataclass(frozen=True, slots=True)
class StagingFact:
    """What a staging scan is judged on.

    `operations`: the order's operations that take the item by its pinned BOM, alternates counted. `serving`: the codes of
    the staging bins that serve one of these operations at its line; `served`: those of them that the target bin serves.
    `taken_up`: the lot is held, and the order is the rework order that takes it up.
    `rebound`: it lies in a staging bin already, bound to another order.
    """

    order_number: str
    order_state: str
    lot_code: str
    item_code: str
    lot_status: str
    expires_on: date | None
    today: date
    from_bin: BinFact
    to_bin: BinFact
    operations: tuple[str, ...]
    served: bool
    serving: tuple[str, ...]
    taken_up: bool = False
    rebound: bool = False


def order_refusals(number: str, state: str) -> list[Refusal]:
    """`order_not_open` unless the order is released and not closed."""
    if state == OrderState.RELEASED:
        return []
    remedy = "Release the order first." if state == OrderState.PLANNED else "Choose an order that is still open."
    return [Refusal("order_not_open", f"Order {number} is {state}.", number, remedy)]


def staging_refusals(fact: StagingFact) -> list[Refusal]:
    """Every reason why the lot may not be bound (empty: it may). Whether enough is there, the ledger says."""
    refusals = order_refusals(fact.order_number, fact.order_state)
    refusals += use_refusals(
        lot_code=fact.lot_code,
        item_code=fact.item_code,
        status=LotStatus.RELEASED if fact.taken_up else fact.lot_status,
        expires_on=fact.expires_on,
        today=fact.today,
    )
    if not fact.operations:
        refusals.append(
            Refusal(
                "not_in_bom",
                f"Order {fact.order_number} does not use {fact.item_code}.",
                fact.item_code,
                "Check order and lot: the pick list names what the order takes.",
            )
        )
    sources = {BinKind.STAGING} if fact.rebound else SOURCES_OF_STAGING
    if fact.from_bin.kind not in sources and not (fact.taken_up and fact.from_bin.kind == BinKind.QUARANTINE):
        refusals.append(_wrong_source(fact.from_bin))
    if fact.to_bin.kind != BinKind.STAGING:
        refusals.append(
            Refusal(
                "wrong_bin",
                f"Bin {fact.to_bin.code} is a {fact.to_bin.kind} bin, not a staging bin.",
                fact.to_bin.code,
                _use_one_of(fact.serving),
            )
        )
    elif fact.operations and not fact.served:
        refusals.append(
            Refusal(
                "wrong_bin",
                f"Bin {fact.to_bin.code} does not serve the operation that takes {fact.item_code}"
                f" ({', '.join(fact.operations)}).",
                fact.to_bin.code,
                _use_one_of(fact.serving),
            )
        )
    return refusals


def _wrong_source(source: BinFact) -> Refusal:
    if source.kind == BinKind.QUARANTINE:
        return Refusal(
            "wrong_bin",
            f"Bin {source.code} is a quarantine bin: nothing in it may go to a line.",
            source.code,
            "Ask QA to decide about it and to put it away first.",
        )
    return Refusal(
        "wrong_bin",
        f"Material for an order is not taken from a {source.kind} bin such as {source.code}.",
        source.code,
        "Scan the store bin that the lot lies in.",
    )


def _use_one_of(codes: Sequence[str]) -> str:
    if not codes:
        return "Let an engineer name a staging bin that serves this line."
    return f"Stage it into {' or '.join(codes[:3])}."
