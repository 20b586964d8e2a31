"""May a posting be reversed, by whom, and what progress is left without it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from backflush.rules.flush import Plan
from backflush.rules.progress import LineProgress, Progress, added, negated
from backflush.rules.requirement import Counts
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import plain_text


@dataclass(frozen=True, slots=True)
class ReversalFacts:
    """What is known of a posting that somebody wants to reverse.

    `moved_on`: sentences saying where the output went that is no longer where it was received. `later`: (operation, output
    reported there, good that would remain here) of the next operation, where there is one.
    """

    number: str
    is_reversal: bool
    already_reversed_by: str
    order_number: str
    order_state: str
    moved_on: tuple[str, ...] = ()
    later: tuple[str, Fraction, Fraction] | None = None


def reversal_refusals(facts: ReversalFacts) -> list[Refusal]:
    """Every reason why the posting cannot be reversed."""
    reasons = []
    if facts.is_reversal:
        reasons.append(
            Refusal(
                "is_a_reversal",
                f"{facts.number} is itself a reversal; it is not reversed again.",
                facts.number,
                "Report the output anew.",
            )
        )
    if facts.already_reversed_by:
        reasons.append(
            Refusal(
                "already_reversed",
                f"{facts.number} was already reversed by {facts.already_reversed_by}.",
                facts.number,
                f"See {facts.already_reversed_by}.",
            )
        )
    if facts.order_state == "closed":
        reasons.append(
            Refusal(
                "order_closed",
                f"Order {facts.order_number} is closed.",
                facts.order_number,
                "QA and finance can reopen it.",
            )
        )
    if facts.later is not None and facts.later[1] > facts.later[2]:
        operation, reported, remains = facts.later
        reasons.append(
            Refusal(
                "later_operation_reported",
                f"Operation {operation} already reported {plain_text(reported)} units; only {plain_text(remains)} good "
                "ones would be left before it.",
                operation,
                f"Reverse the postings of operation {operation} first.",
            )
        )
    if facts.moved_on:
        reasons.append(
            Refusal(
                "output_moved_on",
                f"The output of {facts.number} is no longer where it was received: " + "; ".join(facts.moved_on) + ".",
                facts.number,
                "Bring it back first, or have QA sign a component correction.",
            )
        )
    return reasons


def signer_refusals(
    *, signer: int, requester: int, reporters: Collection[int | None], name: str, number: str
) -> list[Refusal]:
    """The signer is neither who reported the output nor who asked for its reversal."""
    reasons = []
    if signer == requester:
        reasons.append(
            Refusal(
                "signer_is_requester",
                f"{name} asked for the reversal of {number} and may not sign it too.",
                number,
                "Let another person of QA sign.",
            )
        )
    if signer in reporters:
        reasons.append(
            Refusal(
                "signer_is_reporter",
                f"{name} reported what {number} posted and may not sign its reversal.",
                number,
                "Let another person of QA sign.",
            )
        )
    return reasons


def progress_without(
    progress: Progress, plan: Plan, counts: Counts, factor: Fraction, unit: str, last: dict[str, tuple[int, ...]]
) -> Progress:
    """Progress as if the report of `plan` had never posted. `last`: lots of the latest issue still standing, by component.

    What is left may be under- or over-posted: the next report settles the first, the close lists both.
    """
    lines = dict(progress.lines)
    for outcome in plan.outcomes:
        key = outcome.line.component
        if key not in lines:
            continue
        now = lines[key]
        sources = dict(now.sources)
        for pick in outcome.picks:
            posted, covered = sources.get(pick.item, (ZERO, ZERO))
            sources[pick.item] = (posted - pick.quantity, covered - pick.covered)
        needs = added(now.needs, negated(outcome.needs))
        lines[key] = LineProgress(needs, _without_zeros(sources), last.get(key, ()))
    for receipt in plan.receipts:
        if receipt.component in lines:
            now = lines[receipt.component]
            posted = now.sources.get(receipt.item, (ZERO, ZERO))[0] - receipt.quantity
            lines[receipt.component] = LineProgress(now.needs, {receipt.item: (posted, posted)})
    return replace(
        progress,
        good=progress.good - counts.good / factor,
        structural=progress.structural - counts.structural / factor,
        avoidable=progress.avoidable - counts.avoidable / factor,
        rework=progress.rework - counts.rework / factor,
        setups=progress.setups - counts.setups,
        reports=max(0, progress.reports - (1 if counts.has_output else 0)),
        units_closed=tuple(closed for closed in progress.units_closed if closed != unit),
        lines=lines,
    )


def _without_zeros(
    sources: dict[int, tuple[Fraction, Fraction]],
) -> dict[int, tuple[Fraction, Fraction]]:
    return {item: both for item, both in sources.items() if both != (ZERO, ZERO)}


def output_needs_without(progress: Progress, outputs: Sequence[tuple[str, Fraction]], good: Fraction) -> Progress:
    """Take the reversed good units out of what by- and co-products were due. `outputs`: (component, per base unit)."""
    lines = dict(progress.lines)
    for key, per_unit in outputs:
        if key in lines and good * per_unit:
            now = lines[key]
            lines[key] = LineProgress(added(now.needs, {"base": -good * per_unit}), now.sources)
    return replace(progress, lines=lines)
