"""What QA may sign about a blocked report: that it stands although it failed when it happened, or when it truly happened."""

from collections.abc import Collection, Sequence
from datetime import datetime

from backflush.rules.vocabulary import ReportState
from masterdata.rules.refusal import Refusal

CLOCK = "clock_out_of_sync"


def ruling_refusals(
    *, state: str, event_id: str, note: str, signer: int, reporter: int | None, name: str
) -> list[Refusal]:
    """What speaks against any ruling: the report waits for none, no reason is given, or the signer reported it."""
    refusals = []
    if state != ReportState.BLOCKED:
        refusals.append(
            Refusal(
                "not_blocked", f"This report is {state}; only a blocked one is ruled on.", event_id, "Look at it again."
            )
        )
    if not note.strip():
        refusals.append(Refusal("reason_missing", "Say why.", "why", "Write a sentence, then sign."))
    if reporter is not None and reporter == signer:
        refusals.append(
            Refusal("reporter_is_signer", f"{name} sent this report.", name, "Let somebody else of QA sign.")
        )
    return refusals


def acceptance_refusals(mended: Sequence[Refusal], event_id: str) -> list[Refusal]:
    """`nothing_to_accept` where no reason against the report would go away by accepting the lots as they are now."""
    if mended:
        return []
    return [
        Refusal(
            "nothing_to_accept",
            "No reason against this report held only when it happened.",
            event_id,
            "Mend the causes that it names; it is then retried by itself.",
        )
    ]


def correction_refusals(
    *, codes: Collection[str], said_at: datetime, corrected_at: datetime, received_at: datetime, event_id: str
) -> list[Refusal]:
    """Why a time may not be corrected to this one. Only where the clock stands against the report, and never after receipt."""
    refusals = []
    if CLOCK not in codes:
        refusals.append(
            Refusal(
                "time_not_in_doubt",
                "Nothing is wrong with the time of this report.",
                event_id,
                "Only a report that its clock speaks against gets another time.",
            )
        )
    if corrected_at > received_at:
        refusals.append(
            Refusal(
                "after_receipt",
                f"It was received at {received_at:%d %b %Y %H:%M:%S} UTC; it cannot have happened after that.",
                event_id,
                "Give a time before its receipt.",
            )
        )
    return refusals
