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
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.units import conversion


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
) -> UnitFactor:
    """1 `from_unit` = numerator / denominator `to_unit` of this item. Refused where the unit table says it already."""
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
                version=newest.version + 1 if newest else 1,
                author=author,
            ),
            actor=author,
        )
