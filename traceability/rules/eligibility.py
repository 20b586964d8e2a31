"""May this lot be drawn for this order and operation? One rule, all reasons, for the tablet's light and for posting."""

from collections.abc import Collection
from dataclasses import dataclass, field

from masterdata.rules.days import written_day
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import BinKind
from traceability.rules.allocation import NO_EXPIRY
from traceability.rules.vocabulary import LotStatus


@dataclass(frozen=True, slots=True)
class StockFact:
    """One balance with what eligibility and allocation ask of its lot.

    Times are ISO text in UTC with microseconds and `Z`, days are ISO text: they sort as time does. `released_since` is when the
    lot's present released state began; `earlier_releases` the (from, until) spans before it. `ratio`: stock units of this
    lot that do the work of one nominal stock unit. `key` names the balance: bin, lot, order.
    """

    lot: int
    item: int
    bin: int
    order: int
    lot_code: str
    bin_code: str
    bin_kind: str
    status: str
    released_since: str = ""
    earlier_releases: tuple[tuple[str, str], ...] = ()
    expires_on: str = NO_EXPIRY
    received_at: str = ""
    staged_at: str = ""
    rank: int = 0
    potency: Fraction | None = None
    density: Fraction | None = None
    density_temperature: Fraction | None = None
    ratio: Fraction = ONE
    unit_cost: Fraction = ZERO
    key: tuple[int, int, int] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", (self.bin, self.lot, self.order))


def was_released(stock: StockFact, at: str) -> bool:
    """Whether the lot stood released at a moment (ISO text, UTC)."""
    if stock.released_since and stock.released_since <= at:
        return True
    return any(start <= at < end for start, end in stock.earlier_releases)


def may_be_offered(stock: StockFact, supermarket_item: bool) -> bool:
    """Whether unbound stock may be offered at all: in a supermarket bin, where the item is flagged for it."""
    return stock.order == 0 and supermarket_item and stock.bin_kind == BinKind.SUPERMARKET


def lot_refusals(
    stock: StockFact, *, serving: Collection[int], event: str, event_day: str, item_code: str, accepted: str = ""
) -> list[Refusal]:
    """Every reason why this balance cannot be drawn (empty: it can): expired, not_released, wrong_bin.

    `event` is when the units were made (ISO text, UTC), `event_day` the day it then was at the site: a lot is good
    until its expiry day is over. `accepted`: when QA signed that a lot which stood released then is accepted though it was
    not when the units were made. The balance is one that `may_be_offered`; what is not offered at all is `not_staged`.
    """
    in_date, in_place = stock.expires_on >= event_day, stock.bin in serving
    in_time = was_released(stock, event) or bool(accepted and was_released(stock, accepted))
    if in_date and in_place and stock.status == LotStatus.RELEASED and in_time:
        return []
    reasons: list[Refusal] = []
    subject = f"{item_code} {stock.lot_code}"
    if not in_date:
        reasons.append(
            Refusal(
                "expired",
                f"Lot {stock.lot_code} of {item_code} expired on {written_day(stock.expires_on)}.",
                subject,
                "Return it to stock and stage a lot that is in date.",
            )
        )
    if stock.status != LotStatus.RELEASED:
        reasons.append(
            Refusal(
                "not_released",
                f"Lot {stock.lot_code} of {item_code} is in status {stock.status}, not released.",
                subject,
                "Stage a released lot, or ask QA for a disposition.",
            )
        )
    elif not in_time:
        reasons.append(
            Refusal(
                "not_released",
                f"Lot {stock.lot_code} of {item_code} was not released when the units were made.",
                subject,
                "Ask QA for a disposition.",
            )
        )
    if not in_place:
        reasons.append(
            Refusal(
                "wrong_bin",
                f"Lot {stock.lot_code} of {item_code} lies in bin {stock.bin_code}, "
                "which does not serve this operation.",
                subject,
                "Move it to a staging bin that serves this line.",
            )
        )
    return reasons
