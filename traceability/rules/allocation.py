"""Which lots a need is drawn from, in which order. The same facts always give the same lots."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from masterdata.rules.exact import Fraction
from masterdata.rules.vocabulary import AllocationStrategy

#: sorts behind every real expiry date
NO_EXPIRY = "9999-12-31"


class Offered(Protocol):
    """What the strategies look at: expiry and receipt as ISO text, which sorts as time does."""

    @property
    def lot(self) -> int: ...
    @property
    def bin(self) -> int: ...
    @property
    def lot_code(self) -> str: ...
    @property
    def bin_code(self) -> str: ...
    @property
    def expires_on(self) -> str: ...
    @property
    def received_at(self) -> str: ...
    @property
    def rank(self) -> int: ...
    @property
    def potency(self) -> Fraction | None: ...


T = TypeVar("T", bound=Offered)


def _fefo(offer: Offered) -> tuple[object, ...]:
    return (offer.expires_on, offer.received_at, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _fifo(offer: Offered) -> tuple[object, ...]:
    return (offer.received_at, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _reservation(offer: Offered) -> tuple[object, ...]:
    return (offer.rank, offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _potency(offer: Offered) -> tuple[object, ...]:
    return (-(offer.potency or 1), offer.lot_code, offer.bin_code, offer.lot, offer.bin)


def _by_lot(offer: Offered) -> tuple[object, ...]:
    return (offer.lot_code, offer.bin_code, offer.lot, offer.bin)


_KEYS: dict[str, Callable[[Offered], tuple[object, ...]]] = {
    AllocationStrategy.FEFO: _fefo,
    AllocationStrategy.FIFO: _fifo,
    AllocationStrategy.RESERVATION: _reservation,
    AllocationStrategy.POTENCY: _potency,
}


def ranked(offers: Sequence[tuple[T, Fraction]], strategy: str, need: Fraction) -> list[tuple[T, Fraction]]:
    """The offers, each with what is left of it, in the order in which they are drawn for `need` (stock units).

    Every strategy ends with lot, then bin. `reservation`: by the rank set at staging. `potency`: highest first.
    `fewest_lots`: the smallest single balance that covers the need; if none does, the largest first.
    """
    if len(offers) < 2:
        return list(offers)
    by_lot = sorted(offers, key=lambda pair: _by_lot(pair[0]))
    if strategy == AllocationStrategy.LIFO:
        return sorted(by_lot, key=lambda pair: pair[0].received_at, reverse=True)
    if strategy == AllocationStrategy.FEWEST_LOTS:
        largest = sorted(by_lot, key=lambda pair: -pair[1])
        covering = [pair for pair in by_lot if pair[1] >= need]
        if not covering:
            return largest
        smallest = min(covering, key=lambda pair: pair[1])
        return [smallest, *(pair for pair in largest if pair is not smallest)]
    key = _KEYS[strategy]
    return sorted(offers, key=lambda pair: key(pair[0]))
