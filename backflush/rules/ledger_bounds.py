"""What the ledger can hold at all: beyond it a report is refused in words, before the database would say so in its own."""

from collections.abc import Sequence

from backflush.rules.progress import Progress
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import plain_text

#: the database keeps eighteen digits before the point
LEDGER_HOLDS = 10**18


def ledger_refusals(after: Progress, made: Sequence[Fraction], order_number: str) -> list[Refusal]:
    """`quantity_impossible` where a plan would count up, or make, more than the ledger has digits for."""
    largest = max(after.good, after.structural, after.avoidable, after.rework, *made)
    if largest < LEDGER_HOLDS:
        return []
    return [
        Refusal(
            "quantity_impossible",
            f"{plain_text(largest)} units are more than any ledger entry can hold.",
            order_number,
            "Count again, withdraw this report and send the right figures.",
        )
    ]
