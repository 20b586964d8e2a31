"""What must hold before any component is looked at: order, device, clock, operation, line, people, quantities."""

from collections.abc import Iterator

from backflush.rules.clock import clock_refusals
from backflush.rules.confirmation import CLAIM_REACHES, NOBODY_CONFIRMS
from backflush.rules.facts import OrderFact, ReportFact
from backflush.rules.progress import Progress
from backflush.rules.recipe import Recipe, TriggerFigures
from backflush.rules.vocabulary import TRUE_UP, ReportKind
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import RoundingRule
from masterdata.rules.usage import readable
from traceability.rules.quantities import is_countable
from traceability.rules.vocabulary import OrderState

#: refused for good: a later change of the plant cannot make this event postable
FINAL = frozenset({"method_not_allowed", "over_tolerance", "quantity_too_fine"})


def gate(report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress) -> list[Refusal]:
    """Every reason why the report may not post, leaving lots aside."""
    reasons = list(report.found)
    if order.state != OrderState.RELEASED:
        reasons.append(
            Refusal(
                "order_not_open",
                f"Order {order.number} is {order.state}.",
                order.number,
                "Release the order, or report to the right one.",
            )
        )
    reasons.extend(_figures(order, recipe))
    if report.device is not None and not report.device_enabled:
        reasons.append(
            Refusal("device_not_allowed", "The device is switched off.", "device", "Ask an administrator to enable it.")
        )
    if recipe.trigger is not None and report.kind != TRUE_UP:
        reasons.extend(_device(report, recipe.trigger))
        reasons.extend(
            clock_refusals(
                occurred_at=report.occurred_at,
                received_at=report.received_at,
                offset_ms=report.clock_offset_ms,
                tolerance_seconds=recipe.trigger.clock_tolerance,
                offline_hours=recipe.trigger.offline_allowance,
                signed=bool(report.said_at),
            )
        )
    reasons.extend(_operation(report, order, recipe))
    if report.kind != ReportKind.SCAN_ISSUE:
        reasons.extend(_methods(recipe))
        reasons.extend(_quantities(report, order, recipe, progress))
    return reasons


def _figures(order: OrderFact, recipe: Recipe) -> Iterator[Refusal]:
    for code, item, detail in recipe.missing:
        name = recipe.items[item].code if item in recipe.items else str(item)
        if code == "no_conversion":
            yield Refusal(
                code,
                f"There is no approved conversion for {name}: {detail}.",
                name,
                "Ask an engineer to approve the unit factor.",
            )
        else:
            yield Refusal(
                code,
                f"No approved BOM version applies to order {order.number}.",
                name,
                "Ask an engineer to approve a version and pin it to the order.",
            )
    if recipe.trigger is None:
        yield Refusal(
            "no_trigger_definition",
            f"No approved trigger definition says what flushes at operation {recipe.operation.number}.",
            recipe.operation.number,
            "Ask an engineer to approve one.",
        )


def _device(report: ReportFact, trigger: TriggerFigures) -> Iterator[Refusal]:
    if report.device is None:
        if not trigger.any_person:
            yield Refusal(
                "device_not_allowed",
                "Only devices may report here.",
                "device",
                "Report from a device that the trigger definition names.",
            )
        return
    if trigger.devices and report.device not in trigger.devices:
        yield Refusal(
            "device_not_allowed",
            "The trigger definition does not name this device.",
            "device",
            "Report from a device that it names, or have the definition changed.",
        )


def _operation(report: ReportFact, order: OrderFact, recipe: Recipe) -> Iterator[Refusal]:
    if recipe.operation.requires_clearance and not order.line_clear:
        yield Refusal(
            "line_not_clear",
            f"The line is not clear for order {order.number}.",
            order.number,
            "Do the line clearance and have it checked by a second person.",
        )
    if recipe.operation.requires_training and not report.trained:
        yield Refusal(
            "not_trained",
            "The operator is not trained for this operation.",
            recipe.operation.number,
            "Let a trained person report, or record the training.",
        )
    if recipe.operation.packs:
        for line in recipe.lines:
            item = recipe.items[line.item]
            if item.label_controlled and not item.label_ok:
                yield Refusal(
                    "label_not_approved",
                    f"No approved and verified label version of {item.code} is in force.",
                    item.code,
                    "Have the label approved and verified.",
                )


def _methods(recipe: Recipe) -> Iterator[Refusal]:
    for figures in recipe.forbidden_items:
        yield Refusal(
            "method_not_allowed",
            f"{figures.code} may not be backflushed: it is {figures.backflush_forbidden}.",
            figures.code,
            "Have the BOM changed to scan-issue it, then report again.",
        )


def _quantities(report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress) -> Iterator[Refusal]:
    trigger = recipe.trigger
    if trigger is None or report.kind != trigger.kind:
        return
    yield from _counted(report, recipe)
    scrapped = sum((quantity for quantity, _ in report.scrap), Fraction(0))
    here = progress.output + report.good + scrapped + report.rework
    if order.good_before is not None and here > order.good_before:
        yield Refusal(
            "operation_out_of_sequence",
            f"{readable(here)} units would be reported at operation {recipe.operation.number}, but only "
            f"{readable(order.good_before)} good ones came from operation {recipe.operation.after}.",
            recipe.operation.number,
            f"Report operation {recipe.operation.after} first.",
        )
    most = order.quantity * (1 + trigger.order_tolerance / 100)
    limit = order.quantity * trigger.report_limit / 100
    # what engineers signed as tolerable is never impossible
    reach = max(most, limit, NOBODY_CONFIRMS * order.quantity)
    if here > reach:
        yield Refusal(
            "quantity_impossible",
            f"{readable(here)} units would be reported at operation {recipe.operation.number}; beyond {readable(reach)} "
            f"nobody can confirm it for order {order.number} over {readable(order.quantity)}.",
            order.number,
            "Count again, withdraw this report and send the right figures.",
        )
        return
    yield from _beyond_limits(report, order, progress, most, limit)


def _beyond_limits(
    report: ReportFact, order: OrderFact, progress: Progress, most: Fraction, limit: Fraction
) -> Iterator[Refusal]:
    """`most`: good units of the whole order; `limit`: of one report. A confirmation lifts both, as far as it reaches."""
    if report.confirmed:
        claimed = max(most, limit, CLAIM_REACHES * order.quantity)
        if report.device is not None and progress.good + report.good > claimed:
            yield Refusal(
                "quantity_implausible",
                f"{readable(progress.good + report.good)} good units are more than the {readable(claimed)} that a device "
                f"may report for order {order.number} on its word that a supervisor confirmed.",
                order.number,
                "Check the count; the supervisor reports it on a tablet and confirms with badge and PIN.",
            )
        return
    if progress.good + report.good > most:
        yield Refusal(
            "quantity_implausible",
            f"{readable(progress.good + report.good)} good units would be more than the {readable(most)} "
            f"that order {order.number} allows.",
            order.number,
            "Check the count; a supervisor can confirm it with a badge.",
        )
    if report.good > limit:
        yield Refusal(
            "quantity_implausible",
            f"{readable(report.good)} good units in one report are more than the limit of {readable(limit)}.",
            order.number,
            "Check the count; a supervisor can confirm it with a badge.",
        )


def _counted(report: ReportFact, recipe: Recipe) -> Iterator[Refusal]:
    """Units are reported as the product is counted: half a device cannot be received, so it must not consume either.

    Where the order counts in another unit than stock does, what is received is rounded after the conversion.
    """
    product = recipe.items[recipe.product]
    if recipe.factor * recipe.receipt_factor != 1:
        return
    rule = RoundingRule(product.decimals, product.multiple)
    reported = {"good": report.good, "rework": report.rework, "scrap": sum((q for q, _ in report.scrap), Fraction(0))}
    for name, quantity in reported.items():
        if quantity and not is_countable(quantity, rule):
            step = readable(RoundingRule(product.decimals).step)
            yield Refusal(
                "quantity_too_fine",
                f"{product.code} is counted in steps of {step} {product.measure}; "
                f"{readable(quantity)} {product.measure} {name} is finer.",
                product.code,
                f"Report a multiple of {step} {product.measure}.",
            )
