"""What a pilot lets us propose: for each component a percentage, or why there is none."""

from dataclasses import dataclass
from datetime import datetime

from backflush.models import Pilot
from backflush.queries.pilots import ComponentFound, OrderReading, components_found, order_readings
from backflush.rules.pilot_figures import Line, Proposal, proposal
from masterdata.models import BomLine, BomVersion
from masterdata.queries import effective_bom
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import Convention, PostingMethod, ScrapKind


@dataclass(frozen=True, slots=True)
class Proposable:
    """A component with its proposal. `text`: what is proposed, as it is compared with what somebody saw."""

    component: str
    code: str
    orders: int
    proposal: Proposal | Refusal

    @property
    def text(self) -> str:
        if isinstance(self.proposal, Refusal):
            return f"{self.code}: {self.proposal.code}"
        return (
            f"{self.code}: {self.proposal.percent:f} % ({self.proposal.low:f} to {self.proposal.high:f} %),"
            f" {self.orders} orders"
        )


def proposable(
    pilot: Pilot,
    now: datetime,
    readings: list[OrderReading] | None = None,
    components: list[ComponentFound] | None = None,
) -> list[Proposable]:
    """Of every component of the pilot, in the order of the BOM. Read already, `readings` and `components` may be given."""
    readings = order_readings(pilot, now) if readings is None else readings
    components = components_found(pilot, readings) if components is None else components
    version = effective_bom(pilot.item_id, now)
    nothing = _no_version(pilot) if version is None else None
    lines = _lines(version) if version else {}
    found = []
    for one in components:
        if one.found is None:
            continue
        other = nothing or _other_version(one, version)
        made = other or proposal(one.found, _line(one, lines.get(one.component)))
        found.append(Proposable(one.component, one.reading.code, one.found.orders, made))
    return found


def _no_version(pilot: Pilot) -> Refusal:
    return Refusal(
        "no_effective_bom",
        f"{pilot.item.code} has no effective BOM.",
        pilot.item.code,
        "Have a version approved first.",
    )


def _other_version(one: ComponentFound, version: BomVersion | None) -> Refusal | None:
    """Orders that count for the component must have been made by the version in force; the others do not matter to it."""
    if version is None or one.versions <= {version.pk}:
        return None
    return Refusal(
        "pilot_is_of_another_version",
        f"Orders of the pilot were made by another version than {version}, which is in force now.",
        str(version),
        "End this pilot, and start another one for the version in force.",
    )


def _lines(version: BomVersion) -> dict[str, BomLine]:
    rows = version.lines.select_related("item").prefetch_related("scrap_factors")
    return {str(line.identity): line for line in rows}


def _line(one: ComponentFound, line: BomLine | None) -> Line:
    running = [loss for loss in line.scrap_factors.all() if loss.kind == ScrapKind.RUNNING] if line else []
    return Line(
        item=one.reading.code,
        percent=Fraction(running[0].percent) if running else ZERO,
        convention=Convention(running[0].convention) if running else Convention.GROSS_UP,
        per_base=one.reading.per_base,
        backflushed=one.reading.method == PostingMethod.BACKFLUSH,
        of_a_phantom=line is None,
    )
