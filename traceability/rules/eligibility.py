"""May this lot be drawn for this order and operation? One rule, all reasons, for the tablet's light and for posting."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import BinKind
from traceability.rules.vocabulary import LotStatus


@dataclass(frozen=True, slots=True)
class StockFact:
    """One balance with what eligibility asks of its lot.

    `expired`: its expiry day, by the site's calendar, was over at the event. `released_at_event`: it stood released when
    the event happened. `staged_late`: it was bound after the event.
    """

    lot: int
    item: int
    bin: int
    order: int
    quantity: Fraction
    lot_code: str
    bin_code: str
    bin_kind: str
    status: str
    released_at_event: bool
    expired: bool
    expires_on: str
    received_at: str
    rank: int = 0
    potency: Fraction | None = None
    density: Fraction | None = None
    unit_cost: str = "0"
    staged_late: bool = False


def lot_refusals(
    stock: StockFact, *, serving_bins: Collection[int], order: int, item_code: str
) -> list[Refusal]:
    """Every reason why this balance cannot be drawn for the order (empty: it can).

    Codes as in the eligibility table: expired, not_released, wrong_bin. The balance is taken to be bound to the order, or
    unbound in a supermarket bin; others are not offered at all (`not_staged`).
    """
    reasons: list[Refusal] = []
    subject = f"{item_code} {stock.lot_code}"
    if stock.expired:
        reasons.append(
            Refusal(
                "expired",
                f"Lot {stock.lot_code} of {item_code} expired on {stock.expires_on}.",
                subject,
                "Return it and stage a lot that is in date.",
            )
        )
    if stock.status != LotStatus.RELEASED:
        reasons.append(
            Refusal(
                "not_released",
                f"Lot {stock.lot_code} of {item_code} is {stock.status}, not released.",
                subject,
                "Stage a released lot, or ask QA for a disposition.",
            )
        )
    elif not stock.released_at_event:
        reasons.append(
            Refusal(
                "not_released",
                f"Lot {stock.lot_code} of {item_code} was not yet released when this was reported to have happened.",
                subject,
                "Ask QA for a disposition.",
            )
        )
    if stock.bin not in serving_bins:
        reasons.append(
            Refusal(
                "wrong_bin",
                f"Lot {stock.lot_code} of {item_code} lies in bin {stock.bin_code}, which does not serve this operation.",
                subject,
                "Move it to a staging bin of this line.",
            )
        )
    return reasons


def may_be_offered(stock: StockFact, *, order: int, supermarket_item: bool) -> bool:
    """Bound to the order, or unbound in a supermarket bin where the item is flagged for it."""
    if stock.order == order:
        return True
    return stock.order == 0 and supermarket_item and stock.bin_kind == BinKind.SUPERMARKET
