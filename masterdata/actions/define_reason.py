"""Define a reason code, with who answers for it and where its cost belongs."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import ReasonCode
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import CopqCategory, Loss, ReasonKind

#: A loss that is not classified cannot be worked on.
_NO_REASONS = frozenset({"misc", "miscellaneous", "other", "others", "various", "unknown", "n/a", "na"})


def define_reason(
    *,
    code: str,
    name: str,
    kind: str,
    owner: str,
    actor: object,
    loss: str = "",
    copq_category: str = CopqCategory.INTERNAL_FAILURE,
) -> ReasonCode:
    """Scrap reasons say whether the loss is structural or avoidable."""
    require(actor, Duty.SET_UP_PLANT)
    faults = reason_faults(code, name, kind, loss)
    if faults:
        raise Refused(*faults)
    reason = ReasonCode(code=code, name=name, kind=kind, loss=loss, copq_category=copq_category, owner=owner)
    with acting(actor):
        return record(reason, actor=actor)


def reason_faults(code: str, name: str, kind: str, loss: str) -> list[Refusal]:
    """A reason says something, and one for scrap whether the loss is structural or avoidable."""
    found = []
    if {code.strip().lower(), name.strip().lower()} & _NO_REASONS:
        found.append(
            Refusal("reason_says_nothing", f"{name} is no reason.", code, "Name what happened; add a code for it.")
        )
    if kind == ReasonKind.SCRAP and loss not in set(Loss):
        found.append(
            Refusal("scrap_reason_names_its_loss", f"Is {code} structural or avoidable?", code, "Give one of the two.")
        )
    return found
