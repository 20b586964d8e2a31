"""Every fault that keeps a drafted BOM version from being submitted, all at once. Nothing is looked up here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from masterdata.rules.bom import BomDraft, LineDraft, OutputDraft, ScrapDraft
from masterdata.rules.posting_methods import ItemFlags, method_refusal
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import ItemFactor, UnitFact, conversion
from masterdata.rules.vocabulary import AlternateStrategy, Convention, Per

_ORDINARY = ItemFlags()


@dataclass(frozen=True, slots=True)
class ItemFact:
    """What faults depend on of an item. `phantom_base`: base unit of its effective version, where that is a phantom.

    `phantom_pending`: it has versions, the newest is a phantom, and none of them is approved.
    """

    code: str
    stock_unit: str
    flags: ItemFlags = _ORDINARY
    factors: tuple[ItemFactor, ...] = ()
    phantom_base: str = ""
    phantom_pending: bool = False
    operations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything known of the items and units around a draft. `uses`: per item, what its approved versions draw."""

    items: Mapping[str, ItemFact]
    units: Mapping[str, UnitFact]
    uses: Mapping[str, frozenset[str]]


def faults_of(draft: BomDraft, around: Surroundings) -> list[Refusal]:
    """Every reason why this version may not be submitted; empty: it may."""
    found = [*_head_faults(draft, around)]
    for number, line in enumerate(draft.lines, start=1):
        where = f"line {number} ({line.item})"
        found.extend(_line_faults(draft, line, where, around))
        found.extend(_loss_faults(line, where))
        found.extend(_alternate_faults(line, where, around))
    for number, output in enumerate(draft.outputs, start=1):
        found.extend(_output_faults(draft, output, f"output {number} ({output.item})", around))
    shares = sum((output.cost_share for output in draft.outputs), Decimal(0))
    if shares > 100:
        found.append(
            Refusal("cost_shares_above_100", f"The outputs' cost shares come to {shares} %.", draft.item, "Lower one.")
        )
    return found


def cycle_through(item: str, used: Sequence[str], uses: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The shortest way from `item` through its components back to itself, or () where there is none."""
    paths: list[tuple[str, ...]] = [(item, code) for code in sorted(set(used))]
    seen: set[str] = set()
    while paths:
        longer: list[tuple[str, ...]] = []
        for path in paths:
            here = path[-1]
            if here == item:
                return path
            if here in seen:
                continue
            seen.add(here)
            longer.extend((*path, code) for code in sorted(uses.get(here, frozenset())))
        paths = longer
    return ()


def with_unknown(draft: BomDraft, around: Surroundings) -> Surroundings:
    """The surroundings with a stand-in for each item that a line or output names and nobody knows.

    So that everything else in its row is judged too; that it is unknown is told by whoever read it.
    """
    parts: tuple[LineDraft | OutputDraft, ...] = (*draft.lines, *draft.outputs)
    unknown = {
        part.item: ItemFact(part.item, part.unit or draft.base_unit) for part in parts if part.item not in around.items
    }
    return replace(around, items={**unknown, **around.items})


def _codes(line: LineDraft) -> list[str]:
    return [line.item, *(one.item for one in line.alternates)]


def _head_faults(draft: BomDraft, around: Surroundings) -> Iterator[Refusal]:
    if draft.base_quantity <= 0:
        yield Refusal("zero_base", "The base quantity must be above zero.", draft.item, "Enter the quantity made.")
    item = around.items[draft.item]
    yield from _path_fault(item, draft.base_unit, item.stock_unit, "base quantity", around)
    if not draft.lines and not draft.outputs:
        yield Refusal("empty_bom", "The BOM has no line.", draft.item, "Add what is used, at least one line.")
    used = [code for line in draft.lines for code in _codes(line)]
    cycle = cycle_through(draft.item, used, around.uses)
    if cycle:
        number = next(place for place, line in enumerate(draft.lines, start=1) if cycle[1] in _codes(line))
        where = f"line {number} ({draft.lines[number - 1].item})"
        yield Refusal(
            "cycle",
            f"{where}: the product would be made of itself: {' → '.join(cycle)}.",
            where,
            "Remove one of these uses.",
        )
    if draft.assembly_scrap is not None:
        yield from _running_faults(draft.assembly_scrap, "assembly scrap", net_allowed=False)
    seen: set[str] = set()
    for loss in draft.operation_scrap:
        where = f"operation {loss.operation} scrap"
        yield from _running_faults(loss, where, net_allowed=True)
        if loss.operation in seen:
            yield Refusal("scrap_given_twice", f"{where} is given twice.", where, "Keep one.")
        seen.add(loss.operation)
        yield from _operation_fault(draft, loss.operation, where, around)


def _line_faults(draft: BomDraft, line: LineDraft, where: str, around: Surroundings) -> Iterator[Refusal]:
    item = around.items[line.item]
    yield from _operation_fault(draft, line.operation, where, around)
    yield from _path_fault(item, line.unit or item.stock_unit, item.phantom_base or item.stock_unit, where, around)
    if not item.phantom_base:
        refusal = method_refusal(item.flags, line.method, line.item)
        if refusal is not None:
            yield Refusal(refusal.code, refusal.sentence, where, refusal.remedy)
    if item.phantom_pending:
        yield Refusal(
            "missing_phantom_version",
            f"{line.item} is drafted as a phantom, but no version of it is approved.",
            where,
            f"Approve a version of {line.item} first.",
        )
    if line.quantity < 0 or line.pieces <= 0:
        yield Refusal("negative_quantity", f"{where}: quantities and pieces must be above zero.", where, "Mend it.")
    if line.quantity == 0 and line.per != Per.STEPS and line.setup is None:
        yield Refusal("zero_quantity", f"{where} takes nothing.", where, "Enter a quantity, or remove the line.")
    if not 0 <= line.tolerance <= 100:
        yield Refusal("tolerance_out_of_range", f"{where}: a tolerance goes from 0 to 100 %.", where, "Mend it.")
    if (line.per == Per.HANDLING_UNIT) != bool(line.handling_unit_kind):
        yield Refusal(
            "handling_unit_unclear",
            f"{where}: a kind of handling unit belongs to lines per handling unit, and to no others.",
            where,
            "Name unit, case or pallet, or change what the line is per.",
        )
    yield from _step_faults(line, where)


def _step_faults(line: LineDraft, where: str) -> Iterator[Refusal]:
    if (line.per == Per.STEPS) != bool(line.steps):
        yield Refusal("steps_unclear", f"{where}: steps belong to lines by order size.", where, "Add or remove them.")
        return
    starts = [step.from_quantity for step in line.steps]
    if starts and starts[0] != 0:
        yield Refusal("steps_not_from_zero", f"{where}: the first step must start at 0.", where, "Add a step from 0.")
    if any(earlier >= later for earlier, later in pairwise(starts)):
        yield Refusal("steps_not_rising", f"{where}: each step must start above the one before.", where, "Sort them.")
    if any(step.quantity < 0 for step in line.steps):
        yield Refusal("negative_quantity", f"{where}: a step takes less than nothing.", where, "Mend it.")


def _loss_faults(line: LineDraft, where: str) -> Iterator[Refusal]:
    if line.scrap is not None:
        yield from _running_faults(line.scrap, f"{where} scrap", net_allowed=False)
        if line.per != Per.BASE and line.scrap.percent != 0:
            yield Refusal(
                "percent_on_fixed_line",
                f"{where} is owed per {line.per}, so a percentage would not be taken.",
                where,
                "Remove the scrap, or write it into the quantity.",
            )
    if line.setup is not None and (line.setup.quantity <= 0 or line.setup.percent != 0):
        yield Refusal(
            "setup_without_quantity", f"{where}: setup scrap is a quantity above zero.", where, "Enter the quantity."
        )


def _running_faults(loss: ScrapDraft, where: str, *, net_allowed: bool) -> Iterator[Refusal]:
    if loss.percent < 0:
        yield Refusal("negative_percent", f"{where} is below zero.", where, "Enter a loss, not a gain.")
    if loss.convention == Convention.GROSS_UP and loss.percent > 100:
        yield Refusal(
            "percent_above_100",
            f"{where}: {loss.percent.normalize():f} % would take more than twice what goes in.",
            where,
            "Lower it to 100 % or less; 5 stands for 5 %.",
        )
    if loss.convention == Convention.DIVIDE and loss.percent >= 100:
        yield Refusal(
            "divide_by_nothing",
            f"{where}: dividing by 1 − s needs a loss below 100 %.",
            where,
            "Lower it, or gross up.",
        )
    if loss.quantity != 0:
        yield Refusal(
            "setup_not_on_a_line",
            f"{where}: a quantity per setup belongs to a component line.",
            where,
            "Write the setup quantity on each line that it takes.",
        )
    if loss.net and not net_allowed:
        yield Refusal("net_not_at_operation", f"{where}: only an operation's scrap can be net.", where, "Clear net.")


def _alternate_faults(line: LineDraft, where: str, around: Surroundings) -> Iterator[Refusal]:
    if bool(line.alternates) != bool(line.strategy):
        yield Refusal(
            "strategy_unclear",
            f"{where}: alternates need a strategy, and a strategy needs alternates.",
            where,
            "Choose priority, mix or share, or remove it.",
        )
    codes = _codes(line)
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Refusal("alternate_given_twice", f"{where}: {code} is named twice.", where, "Name it once.")
    for one in line.alternates:
        refusal = method_refusal(around.items[one.item].flags, line.method, one.item)
        if refusal is not None:
            yield Refusal(refusal.code, refusal.sentence, f"{where}, alternate {one.item}", refusal.remedy)
        if one.factor <= 0:
            yield Refusal(
                "zero_factor", f"{where}: alternate {one.item} needs a factor above zero.", where, "Enter the factor."
            )
        if around.items[one.item].phantom_base:
            yield Refusal(
                "phantom_alternate", f"{where}: {one.item} is a phantom, which has no stock.", where, "Remove it."
            )
    yield from _share_faults(line, where)


def _share_faults(line: LineDraft, where: str) -> Iterator[Refusal]:
    percents = [one.percent or Decimal(0) for one in line.alternates]
    if line.strategy != AlternateStrategy.SHARE:
        if any(one.percent is not None for one in line.alternates):
            yield Refusal(
                "percent_without_share", f"{where}: percentages belong to the share strategy.", where, "Clear them."
            )
        return
    if any(percent <= 0 for percent in percents):
        yield Refusal("share_missing", f"{where}: every alternate needs a share above 0 %.", where, "Enter it.")
        return
    total = sum(percents, Decimal(0))
    if total > 100:
        yield Refusal(
            "shares_above_100",
            f"{where}: the alternates' shares come to {total} %.",
            where,
            "Lower one.",
        )


def _output_faults(draft: BomDraft, output: OutputDraft, where: str, around: Surroundings) -> Iterator[Refusal]:
    item = around.items[output.item]
    yield from _operation_fault(draft, output.operation, where, around)
    yield from _path_fault(item, output.unit or item.stock_unit, item.phantom_base or item.stock_unit, where, around)
    if output.quantity <= 0:
        yield Refusal("zero_quantity", f"{where} gives nothing.", where, "Enter a quantity, or remove it.")
    if output.item == draft.item:
        yield Refusal("output_is_the_product", f"{where} is the product itself.", where, "Remove it.")
    if not 0 <= output.cost_share <= 100:
        yield Refusal("cost_share_out_of_range", f"{where}: a cost share goes from 0 to 100 %.", where, "Mend it.")


def _operation_fault(draft: BomDraft, operation: str, where: str, around: Surroundings) -> Iterator[Refusal]:
    """A phantom's lines flush at the operation of the line that uses it, so it needs no route of its own."""
    known = around.items[draft.item].operations
    if draft.phantom or operation in known:
        return
    listed = ", ".join(sorted(known)) or "none"
    yield Refusal(
        "unknown_operation",
        f"{where}: {draft.item} has no operation {operation or '(empty)'} (its route: {listed}).",
        where,
        "Choose one of the route, or add the operation.",
    )


def _path_fault(item: ItemFact, unit: str, to_unit: str, where: str, around: Surroundings) -> Iterator[Refusal]:
    if conversion(unit, to_unit, around.units, item.factors) is None:
        yield Refusal(
            "no_conversion",
            f"{where}: nothing converts {unit} of {item.code} to {to_unit}.",
            where,
            f"Approve a factor {unit} → {to_unit} for {item.code}.",
        )
