"""Which lots a need is drawn from, in which order. The same facts always give the same lots."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from masterdata.rules.vocabulary import AllocationStrategy

#: sorts behind every real expiry date
NO_EXPIRY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Offer:
    """What one balance offers: `quantity` in the item's stock unit, and what the strategies look at.

    `expires_on` and `received_at` are ISO text (UTC), so that they sort as time does. `ratio`: stock units of this lot that
    do the work of one nominal stock unit (the lot's own density or potency over the item's; 1 where none was measured).
    """

    lot: int
    bin: int
    order: int
    quantity: Fraction
    lot_code: str
    bin_code: str
    expires_on: str = NO_EXPIRY
    received_at: str = ""
    rank: int = 0
    potency: Fraction = Fraction(1)
    ratio: Fraction = Fraction(1)
    unit_cost: str = "0"


def _fefo(offer: Offer) -> tuple[object, ...]:
    return (offer.expires_on, offer.received_at, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _fifo(offer: Offer) -> tuple[object, ...]:
    return (offer.received_at, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _reservation(offer: Offer) -> tuple[object, ...]:
    return (offer.rank, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _potency(offer: Offer) -> tuple[object, ...]:
    return (-offer.potency, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _largest(offer: Offer) -> tuple[object, ...]:
    return (-offer.quantity, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


_KEYS: dict[str, Callable[[Offer], tuple[object, ...]]] = {
    AllocationStrategy.FEFO: _fefo,
    AllocationStrategy.FIFO: _fifo,
    AllocationStrategy.RESERVATION: _reservation,
    AllocationStrategy.POTENCY: _potency,
}


def ranked(offers: Sequence[Offer], strategy: str, need: Fraction) -> list[Offer]:
    """The offers in the order in which they are drawn for `need` (stock units).

    Every strategy ends with lot, then bin. `fewest_lots`: the smallest single balance that covers the need; if none does,
    the largest first.
    """
    if len(offers) < 2:
        return list(offers)
    if strategy == AllocationStrategy.LIFO:
        by_lot = sorted(offers, key=lambda offer: (offer.lot_code, offer.bin_code, offer.lot, offer.bin))
        return sorted(by_lot, key=lambda offer: offer.received_at, reverse=True)
    if strategy == AllocationStrategy.FEWEST_LOTS:
        largest = sorted(offers, key=_largest)
        covering = [offer for offer in largest if offer.quantity >= need]
        if covering:
            smallest = min(covering, key=lambda offer: (offer.quantity, offer.lot_code, offer.bin_code, offer.lot))
            return [smallest, *(offer for offer in largest if offer is not smallest)]
        return largest
    return sorted(offers, key=_KEYS[strategy])
