"""Draft an item's own unit factor: density, pieces per case, and whatever else crosses dimensions."""

from datetime import datetime
from decimal import Decimal

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.define_item import unit_of
from masterdata.actions.record import record
from masterdata.models import Item, Person, Unit, UnitFactor
from masterdata.queries.units import unit_facts
from masterdata.rules.duties import Duty
from masterdata.rules.exact import ONE
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.units import ItemFactor, conversion
from masterdata.rules.vocabulary import RecordState


def draft_unit_factor(
    *,
    item: Item,
    from_unit: Unit | str,
    to_unit: Unit | str,
    numerator: int,
    denominator: int,
    author: Person,
    now: datetime,
    reference_temperature: Decimal | None = None,
    temperature_coefficient: Decimal | None = None,
    version: int = 0,
) -> UnitFactor:
    """1 `from_unit` = numerator / denominator `to_unit` of this item. Refused where the unit table says it already.

    `version`: its number where it comes from; it keeps that where it is above every number that is taken.
    """
    require(author, Duty.DRAFT_MASTER_DATA)
    start, end = unit_of(from_unit), unit_of(to_unit)
    subject = f"{item.code} {start.code} → {end.code}"
    if conversion(start.code, end.code, unit_facts(), []) is not None:
        raise Refused(
            Refusal("table_says_it", f"The unit table converts {start.code} to {end.code}.", subject, "Leave it out.")
        )
    with acting(author):
        Item.objects.select_for_update(no_key=True).get(pk=item.pk)
        if item.unit_factors.filter(from_unit=end, to_unit=start).exists():
            raise Refused(
                Refusal(
                    "written_the_other_way",
                    f"{item.code} has a factor {end.code} → {start.code} already.",
                    subject,
                    "Draft its next version, in the same direction.",
                )
            )
        linked = _linked_already(item, start.code, end.code)
        if linked:
            raise Refused(
                Refusal(
                    "linked_already",
                    f"Other factors of {item.code} link {start.code} and {end.code} already: {linked}.",
                    subject,
                    "Draft the next version of one of those: two ways between the same units could disagree.",
                )
            )
        newest = item.unit_factors.filter(from_unit=start, to_unit=end).order_by("-version").first()
        return record(
            UnitFactor(
                item=item,
                from_unit=start,
                to_unit=end,
                numerator=numerator,
                denominator=denominator,
                reference_temperature=reference_temperature,
                temperature_coefficient=temperature_coefficient,
                version=max(newest.version + 1 if newest else 1, version),
                author=author,
            ),
            actor=author,
        )


def _linked_already(item: Item, start: str, end: str) -> str:
    """The way that the item's other factors, drafts included, lead between the units; empty where they do not.

    Factors that link no two units twice say one thing whatever path is taken.
    """
    rows = item.unit_factors.exclude(state=RecordState.REJECTED).exclude(from_unit__code=start, to_unit__code=end)
    pairs = set(rows.values_list("from_unit__code", "to_unit__code"))
    found = conversion(start, end, unit_facts(), [ItemFactor(one, other, ONE) for one, other in sorted(pairs)])
    return " → ".join(found.path) if found else ""
