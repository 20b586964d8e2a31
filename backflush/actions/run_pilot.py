"""Start a pilot at a product's operation; end or cancel it."""

from datetime import date, datetime

from backflush.models import Pilot
from backflush.rules.pilot import PilotState, flow_refusal, reason_refusal
from backflush.rules.pilot_figures import FEWEST_ORDERS
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Item, Operation, Person, Site
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from traceability.rules.refusing import refuse_if


def start_pilot(
    *,
    site: Site,
    item: Item,
    operation: str,
    why: str,
    actor: Person,
    now: datetime,
    fewest_orders: int = FEWEST_ORDERS,
    ends_on: date | None = None,
) -> Pilot:
    """From now on operators measure what is used there. Postings go on as before.

    Refused: operation_unknown, pilot_runs_already, reason_missing, too_few_orders, ends_before_it_begins.
    """
    require(actor, Duty.RUN_PILOT)
    with acting(actor, reason=why):
        # one after the other at a product, so that two do not start at the same moment
        Item.objects.select_for_update(no_key=True).get(pk=item.pk)
        refuse_if(_faults(site, item, operation, why, fewest_orders, ends_on, now))
        return record(
            Pilot(
                site=site,
                item=item,
                operation_number=operation,
                why=why.strip()[:500],
                fewest_orders=fewest_orders,
                ends_on=ends_on,
                started_by=actor,
                started_at=now,
            ),
            actor=actor,
            reason=why,
        )


def end_pilot(*, pilot: Pilot, reason: str, actor: Person, now: datetime, cancel: bool = False) -> Pilot:
    """Nothing is measured for it any more. Cancelled, it counts for nothing; what was measured stays readable."""
    require(actor, Duty.RUN_PILOT)
    with acting(actor, reason=reason):
        held = hold_pilot(pilot)
        after = PilotState.CANCELLED if cancel else PilotState.ENDED
        refusals = [flow_refusal(held.state, after, str(held)), reason_refusal(reason, str(held))]
        refuse_if([one for one in refusals if one is not None])
        held.state, held.ended_by, held.ended_at, held.end_reason = after, actor, now, reason.strip()[:500]
        return record(held, actor=actor, reason=reason, changed=["state", "ended_by", "ended_at", "end_reason"])


def hold_pilot(pilot: Pilot) -> Pilot:
    """The pilot as it stands now, locked until the transaction ends."""
    held = (
        Pilot.objects.select_for_update(no_key=True, of=("self",))
        .select_related("item", "site")
        .filter(pk=pilot.pk)
        .first()
    )
    if held is None:
        raise Refused(Refusal("no_such_pilot", "There is no such pilot.", "", "Choose one of the list."))
    return held


def _faults(
    site: Site, item: Item, operation: str, why: str, fewest_orders: int, ends_on: date | None, now: datetime
) -> list[Refusal]:
    name = f"{item.code}, operation {operation}"
    found = [reason_refusal(why, name)]
    if not Operation.objects.filter(item=item, number=operation).exists():
        found.append(
            Refusal(
                "operation_unknown",
                f"{item.code} has no operation {operation}.",
                operation,
                "Choose an operation of its route.",
            )
        )
    if fewest_orders < FEWEST_ORDERS:
        found.append(
            Refusal(
                "too_few_orders",
                f"{fewest_orders} orders are too few to say anything.",
                name,
                f"Ask for {FEWEST_ORDERS} or more.",
            )
        )
    if ends_on is not None and ends_on < now.date():
        found.append(
            Refusal("ends_before_it_begins", "The planned end is past.", name, "Choose a day from today on, or none.")
        )
    running = Pilot.objects.filter(site=site, item=item, operation_number=operation, state=PilotState.RUNNING).first()
    if running is not None:
        found.append(
            Refusal(
                "pilot_runs_already",
                f"Pilot {running.pk} runs there already, since {running.started_at:%d %b %Y}.",
                name,
                "Measure for that one, or end it first.",
            )
        )
    return [one for one in found if one is not None]
