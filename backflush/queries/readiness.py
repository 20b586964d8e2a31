"""Would the next report post? How many more units until something runs out, and what? By the rule that posts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from backflush.queries.batch import Batch, ReportRow
from backflush.queries.recipes import RecipeBook
from backflush.rules.count_points import CountPoint, nothing_more_comes
from backflush.rules.decide import decide
from backflush.rules.ledger_lines import decimal_of
from backflush.rules.progress import Progress
from masterdata.rules.exact import ONE, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import plain_text
from traceability.models import WorkOrder

#: below this share of what is still to make, "ready" becomes "soon"
_SOON = Fraction(1, 4)


@dataclass(frozen=True, slots=True)
class Readiness:
    """The light of one order's operation. `units`: how many more good units the staged lots cover (None: all of them).

    `word` says why a light is idle, where that is not simply that nothing has begun; `ended`: nothing is left to do here.
    """

    state: str
    sentence: str
    units: Decimal | None = None
    runs_out: str = ""
    reasons: list[Refusal] = field(default_factory=list)
    word: str = ""
    ended: bool = False


def readiness(order: WorkOrder, operation_number: str, now: datetime) -> Readiness:
    """The light of one operation of an order."""
    return readiness_of([order], now)[order.pk].get(
        operation_number, Readiness("idle", f"Order {order.number} is {order.state}.")
    )


def readiness_of(orders: Iterable[WorkOrder], now: datetime) -> dict[int, dict[str, Readiness]]:
    """The lights of several orders, by order id and operation number; facts are gathered once for all."""
    wanted = {order.pk: order for order in orders}
    answers: dict[int, dict[str, Readiness]] = {pk: {} for pk in wanted}
    batch = Batch(RecipeBook(), list(wanted), [])
    probes: list[tuple[ReportRow, Any]] = []
    for facts in batch.orders.values():
        for operation in facts.operations:
            row = probe_of(facts.order, operation.number, now)
            recipe = batch.recipe(row)
            if recipe is not None:
                probes.append((row, recipe))
    batch.rows = [row for row, _ in probes]
    batch.load_stock([recipe for _, recipe in probes], lock=False)
    for row, recipe in probes:
        answers[row.order_id][row.operation] = _light(batch, row, recipe)
    return answers


def probe_of(order: WorkOrder, operation: str, now: datetime) -> ReportRow:
    """A report of one unit that nobody sent, to ask the rules with."""
    return ReportRow(
        id=0,
        site_id=order.site_id,
        order_id=order.pk,
        order_number=order.number,
        operation=operation,
        kind="operation_complete",
        device_id=None,
        person_id=None,
        occurred_at=now,
        received_at=now,
        body={"good": "1"},
    )


def _light(batch: Batch, row: ReportRow, recipe: Any) -> Readiness:
    order = batch.order_fact(row, recipe)
    progress = batch.progress(row)
    if order.state != "released":
        return Readiness("idle", f"Order {order.number} is {order.state}.")
    if recipe.trigger is not None:
        row.kind = recipe.trigger.kind
    remaining = order.quantity - progress.good
    if remaining <= 0:
        return Readiness("idle", "The order's quantity is made.", word="Done", ended=True)
    if order.good_before is not None and order.good_before <= progress.output:
        ended = nothing_more_comes(_count_points(batch, row), order.quantity)
        if ended:
            return Readiness("idle", ended, word="Done", ended=True)
        return Readiness("idle", f"Operation {recipe.operation.after} comes first.", word="Waiting")

    def posts(units: Fraction) -> list[Refusal]:
        row.body = {"good": decimal_of(units)}
        found = decide(batch.report_fact(row, recipe), order, recipe, progress, batch.stock()).refusals
        # whoever reports will be trained or a device; serials are scanned just before
        return [refusal for refusal in found if refusal.code not in _LATER]

    probe = min(ONE, remaining)
    reasons = posts(probe)
    short = posts(remaining)
    if reasons:
        # said of all that remains: nobody stages for a single unit
        whole = {(refusal.code, refusal.subject): refusal for refusal in short}
        reasons = [whole.get((refusal.code, refusal.subject), refusal) for refusal in reasons]
        return Readiness("blocked", reasons[0].sentence, Decimal(0), reasons[0].subject, reasons)
    if not short:
        return Readiness("ready", f"For all {_grouped(remaining)} units that remain.")
    units, runs_out = _most(posts, probe, remaining)
    state = "soon" if units < remaining * _SOON else "ready"
    what = f"until {runs_out} runs out" if runs_out else "until something is missing"
    return Readiness(state, f"{_grouped(units)} units {what}.", Decimal(decimal_of(units)), runs_out, short)


def _count_points(batch: Batch, row: ReportRow) -> list[CountPoint]:
    """The count points up to the row's operation, that one last, with what they counted."""
    facts = batch.orders[row.order_id]
    here = facts.operation(row.operation)
    assert here is not None
    before = [one for one in facts.operations if one.count_point and one.sequence < here.sequence]
    points = []
    for one in (*before, here):
        made = facts.progress.get(one.number) or Progress()
        points.append(CountPoint(one.number, made.good, made.structural + made.avoidable, made.output))
    return points


def _grouped(units: Fraction) -> str:
    """A count with its thousands apart."""
    text = plain_text(units)
    whole, point, rest = text.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.isdecimal() else text


_LATER = frozenset(
    {"not_trained", "device_not_allowed", "operation_out_of_sequence", "serials_missing", "quantity_implausible"}
)


def _most(posts: Any, low: Fraction, high: Fraction) -> tuple[Fraction, str]:
    """The most whole units that would still post, by halving, and what is missing for one more."""
    least, most = int(low), int(high)
    runs_out = ""
    while most - least > 1:
        middle = (least + most) // 2
        reasons = posts(Fraction(middle))
        if reasons:
            most, runs_out = middle, reasons[-1].subject
        else:
            least = middle
    if not runs_out:
        reasons = posts(Fraction(most))
        runs_out = reasons[-1].subject if reasons else ""
    return Fraction(least), runs_out
