"""Which way a ledger line counts in the cost of its order: what was used adds to it, what was made takes off it."""

USED, GIVEN_BACK, RECEIVED, TAKEN_BACK = "used", "given back", "received", "receipt taken back"


def direction_of(*, into_use: bool, mirror: bool) -> tuple[str, int]:
    """The word and the sign of a line. `into_use`: it moved goods into consumption; `mirror`: it reverses another line.

    With these signs the amounts of an order's lines add up to what it cost beyond what it made: its variance.
    """
    if into_use:
        return (TAKEN_BACK, 1) if mirror else (USED, 1)
    return (GIVEN_BACK, -1) if mirror else (RECEIVED, -1)
