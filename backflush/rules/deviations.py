"""What opens a deviation by rule: one table of codes, of refusals and of what QA or a supervisor signed."""

from collections.abc import Iterable

from masterdata.rules.refusal import Refusal

MACHINERY_FAILURE = "machinery_failure"
WAIVER = "waiver"
ACCEPTED = "accepted_against_reasons"
TIME_CORRECTED = "time_corrected"
AVOIDABLE_SCRAP = "avoidable_scrap_beyond_limit"

#: Code → what the deviation is called. What mends itself by ordinary work (staging, clearing, waiting) opens none.
OPENS_DEVIATION: dict[str, str] = {
    MACHINERY_FAILURE: "Posting failed for a reason of its own",
    "method_not_allowed": "Output was reported of a product that may not be backflushed",
    "over_tolerance": "More was weighed or scanned than the tolerance allows",
    "label_not_approved": "Units were packed without an approved label",
    "not_trained": "Units were made by somebody not trained for it",
    WAIVER: "A report was withdrawn as untrue",
    ACCEPTED: "A report was accepted against its reasons",
    TIME_CORRECTED: "The time of a report was corrected",
    AVOIDABLE_SCRAP: "Avoidable scrap went beyond its limit",
}


def cause_among(refusals: Iterable[Refusal]) -> Refusal | None:
    """The first refusal that opens a deviation, if there is one."""
    return next((refusal for refusal in refusals if refusal.code in OPENS_DEVIATION), None)
