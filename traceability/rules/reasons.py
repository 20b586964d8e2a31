"""A reason code must be one for what is being done."""

from masterdata.rules.refusal import Refusal


def reason_refusals(code: str, kind: str, active: bool, *, wanted: str) -> list[Refusal]:
    """`reason_wrong_kind` or `reason_not_in_use`; empty where the reason fits."""
    refusals = []
    if kind != wanted:
        refusals.append(
            Refusal(
                "reason_wrong_kind",
                f"{code} is a reason for a {kind}, not for a {wanted}.",
                code,
                f"Choose a reason for a {wanted}.",
            )
        )
    if not active:
        refusals.append(
            Refusal("reason_not_in_use", f"Reason {code} is not in use any more.", code, "Choose another reason.")
        )
    return refusals
