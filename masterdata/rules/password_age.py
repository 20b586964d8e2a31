"""When a password may no longer sign, and may only be changed."""

from datetime import datetime, timedelta

from masterdata.rules.refusal import Refusal


def due_refusal(*, set_at: datetime, must_change: bool, age_days: int, now: datetime) -> Refusal | None:
    """Why the password has to be changed first; None where it is good. `age_days` 0: it never gets too old."""
    if must_change:
        return Refusal(
            "password_is_for_one_use",
            "Your password was given to you for one use: it neither signs nor works here.",
            "password",
            "Choose your own first.",
        )
    if age_days and now - set_at >= timedelta(days=age_days):
        return Refusal(
            "password_too_old",
            f"Your password is older than {age_days} days: it neither signs nor works here.",
            "password",
            "Choose a new one first.",
        )
    return None
