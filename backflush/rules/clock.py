"""No time sync, no posting: may we believe when this happened?"""

from datetime import datetime, timedelta

from masterdata.rules.refusal import Refusal

_CODE = "clock_out_of_sync"


def clock_refusals(
    *,
    occurred_at: str,
    received_at: str,
    offset_ms: int | None,
    tolerance_seconds: int,
    offline_hours: int,
    signed: bool = False,
) -> list[Refusal]:
    """Every reason against the report's time (ISO text, UTC): measured offset, the future, or too long ago.

    The event may be ahead of its receipt by the tolerance, and behind it by the offline allowance.
    `signed`: QA signed the time, so that neither the device's clock nor the age of the event speaks against it.
    """
    reasons = []
    if not signed and offset_ms is not None and abs(offset_ms) > tolerance_seconds * 1000:
        reasons.append(
            Refusal(
                _CODE,
                f"The device's clock is {abs(offset_ms) / 1000:.0f} s {'ahead' if offset_ms > 0 else 'behind'}; "
                f"{tolerance_seconds} s are allowed.",
                "device clock",
                "Set the device's clock; the report is then retried by itself.",
            )
        )
    occurred, received = datetime.fromisoformat(occurred_at), datetime.fromisoformat(received_at)
    if occurred > received + timedelta(seconds=tolerance_seconds):
        reasons.append(
            Refusal(
                _CODE,
                f"It is said to have happened at {occurred:%d %b %Y %H:%M:%S} UTC; it was received before that, "
                f"at {received:%d %b %Y %H:%M:%S} UTC.",
                "event time",
                "Check the device's clock; QA can sign a corrected time.",
            )
        )
    if not signed and received - occurred > timedelta(hours=offline_hours):
        reasons.append(
            Refusal(
                _CODE,
                f"It happened more than {offline_hours} hours before it was received.",
                "event time",
                "QA can sign a corrected time, or waive the report.",
            )
        )
    return reasons
