"""Whether a lot may be taken up by a rework order, and by which recipe."""

from dataclasses import dataclass

from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import readable
from traceability.rules.vocabulary import LotOrigin, LotStatus


@dataclass(frozen=True, slots=True)
class ReworkFact:
    """A lot that is to be reworked. `there`: unbound in the plant; `takes_it`: the recipe in force consumes its item."""

    lot_code: str
    item_code: str
    status: str
    origin: str
    there: Fraction
    quantity: Fraction
    recipe_code: str
    has_bom: bool
    takes_it: bool


def rework_refusals(fact: ReworkFact) -> list[Refusal]:
    """Every reason against it: not_held, not_made_here, short, no_effective_bom, recipe_takes_another_item."""
    refusals = []
    if fact.status != LotStatus.HELD:
        refusals.append(
            Refusal(
                "not_held",
                f"Lot {fact.lot_code} is in status {fact.status}; rework takes up lots that are held.",
                fact.lot_code,
                "Have QA hold it for rework.",
            )
        )
    if fact.origin == LotOrigin.RECEIPT:
        refusals.append(
            Refusal(
                "not_made_here",
                f"Lot {fact.lot_code} came from a supplier; only what was made here is reworked.",
                fact.lot_code,
                "Return it to the supplier, or have QA decide about it.",
            )
        )
    if fact.quantity > fact.there:
        refusals.append(
            Refusal(
                "short",
                f"Only {readable(fact.there)} of lot {fact.lot_code} are there; {readable(fact.quantity)} are to be reworked.",
                fact.lot_code,
                f"Plan at most {readable(fact.there)}.",
            )
        )
    if not fact.has_bom:
        refusals.append(
            Refusal(
                "no_effective_bom",
                f"{fact.recipe_code} has no approved BOM version in force.",
                fact.recipe_code,
                "Have the rework recipe approved first.",
            )
        )
    elif not fact.takes_it:
        refusals.append(
            Refusal(
                "recipe_takes_another_item",
                f"The recipe {fact.recipe_code} does not take {fact.item_code}.",
                fact.recipe_code,
                "Choose the recipe that reworks this product.",
            )
        )
    return refusals
