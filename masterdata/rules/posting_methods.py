"""Which items may be backflushed, and which must be issued by scan: asked at BOM submission and again at posting."""

from dataclasses import dataclass

from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import PostingMethod, Tracking

_BY_SCAN = frozenset({PostingMethod.SCAN})
_BY_SCAN_OR_PICK = frozenset({PostingMethod.SCAN, PostingMethod.FORWARD})


@dataclass(frozen=True, slots=True)
class ItemFlags:
    """What of an item decides how it may be issued."""

    tracking: Tracking = Tracking.LOT
    potency_controlled: bool = False
    safety_critical: bool = False
    operator_determined: bool = False
    high_value: bool = False
    variable_weight: bool = False


def reasons_against_backflush(flags: ItemFlags) -> tuple[str, ...]:
    """Why the item is not taken blindly; empty for an ordinary one."""
    found = {
        "serialized": flags.tracking == Tracking.SERIAL,
        "potency-controlled": flags.potency_controlled,
        "safety-critical": flags.safety_critical,
        "operator-determined": flags.operator_determined,
        "high-value": flags.high_value,
        "variable-weight": flags.variable_weight,
    }
    return tuple(word for word, holds in found.items() if holds)


def allowed_methods(flags: ItemFlags) -> frozenset[PostingMethod]:
    """Serials and potency need the scan at the point of use; the other flags also allow a scanned issue at pick."""
    if flags.tracking == Tracking.SERIAL or flags.potency_controlled:
        return _BY_SCAN
    if reasons_against_backflush(flags):
        return _BY_SCAN_OR_PICK
    return frozenset(PostingMethod)


def method_refusal(flags: ItemFlags, method: str, item_code: str) -> Refusal | None:
    """`method_not_allowed` where an item of these flags may not be issued by this method; else None."""
    allowed = allowed_methods(flags)
    if method in allowed:
        return None
    why = " and ".join(reasons_against_backflush(flags))
    instead = " or ".join(sorted(allowed))
    return Refusal(
        "method_not_allowed",
        f"{item_code} is {why}, so it may not be posted by {method}.",
        item_code,
        f"Change the line's posting method to {instead}.",
    )
