"""Which status of a lot may follow which, and when a lot can be used at all on the floor."""

from collections.abc import Sequence
from datetime import date

from masterdata.rules.days import written_day
from masterdata.rules.refusal import Refusal
from traceability.rules.vocabulary import LotStatus

_S = LotStatus

#: Which status may follow which; the database holds the same table.
LOT_TRANSITIONS: dict[LotStatus, frozenset[LotStatus]] = {
    _S.QUARANTINE: frozenset({_S.RELEASED, _S.HELD, _S.REJECTED, _S.RECALLED}),
    _S.RELEASED: frozenset({_S.QUARANTINE, _S.HELD, _S.REJECTED, _S.RECALLED}),
    _S.HELD: frozenset({_S.QUARANTINE, _S.RELEASED, _S.REJECTED, _S.RECALLED}),
    _S.REJECTED: frozenset({_S.HELD, _S.RECALLED}),
    _S.RECALLED: frozenset({_S.HELD, _S.REJECTED}),
}


def status_refusals(current: str, wanted: str, *, lot_code: str, complete: bool, reason_given: bool) -> list[Refusal]:
    """Why a lot may not take a status now (empty: it may). Only a release needs no reason."""
    refusals = []
    if wanted not in LOT_TRANSITIONS[LotStatus(current)]:
        refusals.append(
            Refusal(
                "status_not_allowed",
                f"Lot {lot_code} is {_in_words(current)}; it cannot become {wanted} from there.",
                lot_code,
                "Hold it first, then decide." if current != wanted else "Nothing needs to be done.",
            )
        )
    if wanted == _S.RELEASED and not complete:
        refusals.append(
            Refusal(
                "lot_incomplete",
                f"Lot {lot_code} still lacks scans or serials of its components.",
                lot_code,
                "Scan what is missing, then release the lot.",
            )
        )
    if wanted != _S.RELEASED and not reason_given:
        refusals.append(
            Refusal("reason_missing", f"Say why lot {lot_code} becomes {wanted}.", lot_code, "Give a reason or a note.")
        )
    return refusals


def ncmr_refusals(lot_code: str, undecided: Sequence[str]) -> list[Refusal]:
    """A lot is not released past a record of nonconforming material (numbers) that QA has not decided on."""
    if not undecided:
        return []
    named = ", ".join(undecided)
    return [
        Refusal(
            "ncmr_undecided",
            f"Lot {lot_code} does not conform by {named}, which is not decided on.",
            lot_code,
            f"Sign the disposition of {named}; the lot is released by it.",
        )
    ]


def use_refusals(*, lot_code: str, item_code: str, status: str, expires_on: date | None, today: date) -> list[Refusal]:
    """Why a lot may not go to a line today (site's calendar): not released, or expired. Its last day still counts."""
    subject = f"{item_code} {lot_code}"
    refusals = []
    if status != _S.RELEASED:
        refusals.append(
            Refusal(
                "not_released",
                f"Lot {lot_code} of {item_code} is {_in_words(status)}, not released.",
                subject,
                "Take a released lot, or ask QA for a disposition.",
            )
        )
    if expires_on is not None and expires_on < today:
        refusals.append(
            Refusal(
                "expired",
                f"Lot {lot_code} of {item_code} expired on {written_day(expires_on)}.",
                subject,
                "Take a lot that is in date, and bring this one to quarantine.",
            )
        )
    return refusals


def _in_words(status: str) -> str:
    return "in quarantine" if status == _S.QUARANTINE else str(status)
