"""The page of one pilot: measured beside computed per component with its limits, order by order, and what may be proposed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from backflush.models import Pilot
from backflush.pages.pilot_tones import TONES
from backflush.queries.pilot_proposals import Proposable, proposable
from backflush.queries.pilots import ComponentFound, ComponentReading, OrderReading, components_found, order_readings
from backflush.rules.pilot import PilotState
from backflush.rules.pilot_figures import Found, Proposal, decimal_of, shown, too_few_words
from masterdata.pages import lists
from masterdata.pages.access import can, status_of
from masterdata.pages.figures import day, figure, when
from masterdata.pages.histories import history_of
from masterdata.queries import effective_bom
from masterdata.rules.duties import Duty
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal, Refused

#: an order, the identity of a component, and what that says
Row = tuple[OrderReading, str, ComponentReading]


def page(request: HttpRequest, pilot: Pilot, refused: Refused | None = None) -> HttpResponse:
    """The pilot as it stands; its orders as a list that exports."""
    now = timezone.now()
    readings = order_readings(pilot, now)
    components = components_found(pilot, readings)
    offered = proposable(pilot, now, readings, components)
    by_component = {one.component: one for one in offered}
    version = effective_bom(pilot.item_id, now)
    unit = (version.base_unit.symbol or version.base_unit.code) if version else "unit"
    running = pilot.state == PilotState.RUNNING
    may_run = can(request, Duty.RUN_PILOT)
    somewhere = {one.component for one in components if one.measured}
    rows: list[Row] = [(one, name, at) for one in readings for name, at in one.components.items() if name in somewhere]
    listing = lists.Listing(
        name="measurements",
        rows=rows,
        order="order",
        file=f"pilot_{pilot.pk}",
        empty="Nothing is measured yet.",
        empty_hint="Operators open an order of the product at the line and choose “Measure”.",
        columns=_columns(unit),
        context={
            "pilot": pilot,
            "tone": TONES[pilot.state],
            "facts": _facts(pilot, readings, components),
            "components": [_component(one, by_component.get(one.component), pilot.fewest_orders) for one in components],
            "unit": unit,
            "fewest": pilot.fewest_orders,
            "seen": "|".join(one.text for one in offered),
            "may_end": running and may_run,
            "may_propose": may_run
            and pilot.state != PilotState.CANCELLED
            and any(isinstance(one.proposal, Proposal) for one in offered),
            "proposals": pilot.proposals.select_related("version__item", "person").order_by("-id"),
            "history": history_of(pilot),
            "refusals": refused.refusals if refused else (),
            "hindrance": _same_for_all(offered),
            "trail": [{"label": "Pilots", "url": reverse("pilots")}, {"label": f"Pilot {pilot.pk}"}],
        },
    )
    status = status_of(refused.refusals) if refused else 200
    return lists.show_list(request, listing, template="backflush/pilot.html", status=status)


def _same_for_all(offered: list[Proposable]) -> Refusal | None:
    """What keeps a factor from every component, to be said once."""
    reasons = {one.proposal for one in offered}
    only = reasons.pop() if len(offered) > 1 and len(reasons) == 1 else None
    return only if isinstance(only, Refusal) else None


def _facts(pilot: Pilot, readings: list[OrderReading], components: list[ComponentFound]) -> list[dict[str, Any]]:
    done = sum(1 for one in readings if not one.left_out)
    counting = ", ".join(f"{one.reading.code} {one.found.orders if one.found else 0}" for one in components)
    facts: list[dict[str, Any]] = [
        {"name": "Product", "value": pilot.item.code, "url": reverse("product", args=[pilot.item_id]), "code": True},
        {"name": "Operation", "value": pilot.operation_number, "code": True},
        {"name": "Why", "value": pilot.why},
        {"name": "Started", "value": f"{when(pilot.started_at)} by {pilot.started_by.name}"},
        {"name": "Orders measured to the end", "value": f"{done} of {len(readings)}"},
        {
            "name": "Orders that count",
            "value": f"{counting}; {pilot.fewest_orders} are wanted of each" if counting else "none yet",
        },
    ]
    if pilot.ends_on:
        late = pilot.state == PilotState.RUNNING and pilot.ends_on < timezone.localdate()
        facts.append({"name": "Planned end", "value": day(pilot.ends_on), **({"tone": "soon"} if late else {})})
    if pilot.ended_by:
        facts.append({"name": "Over", "value": f"{when(pilot.ended_at)} by {pilot.ended_by.name}: {pilot.end_reason}"})
    return facts


def _component(one: ComponentFound, offered: Proposable | None, fewest: int) -> dict[str, Any]:
    """A row of the comparison, in no more digits than the limits carry."""
    found = one.found
    row: dict[str, Any] = {
        "component": one.component,
        "code": one.reading.code,
        "item_id": one.reading.item_id,
        "unit": one.reading.unit,
        "scans": one.reading.method != "backflush",
        "orders": found.orders if found else 0,
        "of_orders": one.orders,
        "tone": "idle",
        "word": "not measured",
        "too_few": too_few_words(found.orders if found else 0, one.measured, one.orders, fewest),
    }
    if found is None:
        return row
    row |= _figures(found)
    row["tone"], row["word"] = _verdict(found)
    proposal = offered.proposal if offered else None
    if isinstance(proposal, Proposal):
        row["before"] = figure(decimal_of(proposal.before))
        row["percent"] = figure(proposal.percent)
        row["percent_limits"] = f"{figure(proposal.low)} to {figure(proposal.high)} %"
        row["ticked"] = found.differs
    elif proposal is not None:
        row["no_proposal"] = proposal
    return row


def _figures(found: Found) -> dict[str, str]:
    places = found.places if found.enough else 6
    figures = {
        "measured": _shown(found.measured, places),
        "computed": _shown(found.computed, places),
        "difference": _signed(shown(found.difference, places)),
    }
    if found.low is not None and found.high is not None:
        figures["limits"] = f"{_signed(shown(found.low, places))} to {_signed(shown(found.high, places))}"
        figures["degrees"] = f"n = {found.orders}, t for {found.orders - 1}"
    return figures


def _verdict(found: Found) -> tuple[str, str]:
    if not found.enough:
        return "idle", "too few orders"
    if not found.differs:
        return "good", "no difference shown"
    return ("blocked", "takes more than computed") if found.difference > 0 else ("soon", "takes less than computed")


def _shown(value: Fraction, places: int) -> str:
    return figure(shown(value, places))


def _signed(value: Decimal) -> str:
    return f"+{figure(value)}" if value > 0 else figure(value)


def _counts(row: Row) -> lists.Cell:
    why_not = row[0].left_out_of(row[1])
    return lists.text(why_not, tone="idle") if why_not else lists.text("yes", tone="good")


def _difference(row: Row) -> Fraction | None:
    """Measured less computed, per unit; None where the component was not measured, or no unit stands."""
    order, _, component = row
    if component.measured is None or not order.units:
        return None
    return (component.measured - component.computed) / order.units


def _columns(unit: str) -> Sequence[lists.Column]:
    per = f"per {unit}"

    def quantity(value: Fraction | None, row: Row) -> lists.Cell:
        return lists.number("" if value is None else shown(value, 9).normalize(), row[2].unit)

    def by_unit(value: Fraction | None, row: Row) -> lists.Cell:
        return lists.number(None if value is None else shown(value, 6), row[2].unit)

    return [
        lists.Column(
            "Order",
            lambda row: lists.text(row[0].order.number, reverse("order", args=[row[0].order.pk]), code=True),
            sort="order",
            by=lambda row: row[0].order.number,
        ),
        lists.Column(
            "Counts?",
            _counts,
            sort="counts",
            by=lambda row: row[0].left_out_of(row[1]),
        ),
        lists.Column(
            f"Good ({unit})",
            lambda row: lists.number(shown(row[0].units, 9).normalize()),
            number=True,
            sort="good",
            by=lambda row: row[0].units,
        ),
        lists.Column(
            "Component", lambda row: lists.text(row[2].code, code=True), sort="component", by=lambda row: row[2].code
        ),
        lists.Column("Measured", lambda row: quantity(row[2].measured, row), number=True),
        lists.Column("Computed", lambda row: quantity(row[2].computed, row), number=True),
        lists.Column("of it running", lambda row: quantity(row[2].running, row), number=True),
        lists.Column(
            f"Difference {per}",
            lambda row: by_unit(_difference(row), row),
            number=True,
            sort="difference",
            by=_difference,
        ),
    ]
