"""What stands between an order and its close: every finding at once. Some may be accepted with a reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from backflush.rules.drawing import Source, pick_line, rounded
from backflush.rules.progress import UNTOUCHED, LineProgress, Progress
from backflush.rules.recipe import ItemFigures, Recipe
from backflush.rules.requirement import fixed_quantity
from backflush.rules.scan_issue import target_of
from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.units import RoundingRule
from masterdata.rules.usage import UsageLine, readable
from masterdata.rules.vocabulary import AllocationStrategy, OutputBasis, PostingMethod, Rounding

#: findings that may be accepted with a reason; the others must be mended
ACCEPTABLE = frozenset({"over_posted", "scan_missing", "under_posted"})
#: of these, findings that are accepted under signature only
SIGNED = frozenset({"over_posted"})


@dataclass(frozen=True, slots=True)
class LabelCount:
    """What became of one lot of a label-controlled item that was issued to an order, in its stock unit."""

    item: str
    lot: str
    issued: Fraction
    used: Fraction
    returned: Fraction
    destroyed: Fraction

    @property
    def missing(self) -> Fraction:
        return self.issued - self.used - self.returned - self.destroyed


@dataclass(frozen=True, slots=True)
class CloseFacts:
    """An order about to close.

    `residuals`: (item, lot, quantity, bin) still bound; `unsettled`: event ids; `rework`: lots; `quality`: numbers of open
    records about the order, its reports or what it made; `labels`: every lot of labels that was issued to it.
    """

    number: str
    quantity: Fraction
    operations: Sequence[tuple[Recipe, Progress]]
    residuals: Sequence[tuple[str, str, str, str]]
    unsettled: Sequence[str]
    rework: Sequence[str]
    handling_units: Sequence[str]
    quality: Sequence[str] = ()
    labels: Sequence[LabelCount] = ()


def close_refusals(facts: CloseFacts) -> list[Refusal]:
    """Every finding: residuals, unsettled_triggers, rework_open, handling_units_open, labels_unreconciled, open_quality, and
    per line what is missing or over. Labels are reconciled as 21 CFR 211.125(c) wants: issued, used and returned, and what was
    destroyed.
    """
    findings = [
        Refusal(
            "residuals",
            f"{quantity} of {item}, lot {lot}, are still bound to the order in {bin_code}.",
            lot,
            "Return it, scrap it with a reason, or rebind it to the next order.",
        )
        for item, lot, quantity, bin_code in facts.residuals
    ]
    if facts.unsettled:
        findings.append(
            Refusal(
                "unsettled_triggers",
                f"{len(facts.unsettled)} reports of the order are not settled.",
                facts.number,
                "Mend what blocks them and retry, or have them waived.",
            )
        )
    findings += [
        Refusal("rework_open", f"Rework lot {lot} is not consumed yet.", lot, "Finish the rework order first.")
        for lot in facts.rework
    ]
    findings += [
        Refusal("handling_units_open", f"Handling unit {unit} is still open.", unit, "Close it or empty it.")
        for unit in facts.handling_units
    ]
    findings += [
        Refusal("open_quality", f"Quality record {number} is not closed.", number, "Have QA decide on it and close it.")
        for number in facts.quality
    ]
    findings += [_label_finding(one) for one in facts.labels if one.missing != 0]
    for recipe, progress in facts.operations:
        findings += _line_findings(facts, recipe, progress)
    return findings


def _label_finding(one: LabelCount) -> Refusal:
    return Refusal(
        "labels_unreconciled",
        f"Labels {one.item}, lot {one.lot}: {readable(one.issued)} issued, {readable(one.used)} used,"
        f" {readable(one.returned)} returned, {readable(one.destroyed)} destroyed:"
        f" {readable(one.missing)} are not accounted for.",
        one.lot,
        "Count them; return what is good, and scrap the rest with a reason.",
    )


def _line_findings(facts: CloseFacts, recipe: Recipe, progress: Progress) -> list[Refusal]:
    found = []
    order_quantity = facts.quantity * recipe.factor
    for line in recipe.lines:
        before = progress.lines.get(line.component) or UNTOUCHED
        if line.method == PostingMethod.BACKFLUSH:
            found += _backflush_findings(line, before, progress, order_quantity, recipe)
        elif line.method == PostingMethod.SCAN:
            found += _scan_findings(line, before, order_quantity, recipe)
    return found


def _backflush_findings(
    line: UsageLine, before: LineProgress, progress: Progress, order_quantity: Fraction, recipe: Recipe
) -> list[Refusal]:
    """What the next report would still post, or what is posted beyond one rounding step of each item that covered it."""
    item = recipe.items[line.item]
    need = before.need + _owed_once(line, before, progress, order_quantity)
    required = rounded(need, item)
    covered = before.covered
    sources = [Source(line.item, ONE, []), *(Source(other.item, other.factor, []) for other in line.alternates)]
    if any(pick.wanted > 0 for pick in pick_line(line, sources, before, need, recipe.items, AllocationStrategy.FEFO)):
        return [
            Refusal(
                "under_posted",
                f"{item.code}: {readable(required)} {item.measure} are required, {readable(covered)} are posted.",
                item.code,
                "Post the difference, or accept it with a reason.",
            )
        ]
    steps = (_step(recipe.items[source.item]) / source.factor for source in sources if source.item in before.sources)
    if covered - required > sum(steps, ZERO):
        return [
            Refusal(
                "over_posted",
                f"{item.code}: {readable(covered)} {item.measure} are posted, {readable(required)} are required.",
                item.code,
                "Reverse what is too much, or accept it with a reason.",
            )
        ]
    return []


def _owed_once(line: UsageLine, before: LineProgress, progress: Progress, order_quantity: Fraction) -> Fraction:
    """What is owed once for output that stands, though the report that took it was reversed, or the order amended."""
    owed = ZERO
    if progress.output > 0 and (line.fixed or line.steps):
        owed += fixed_quantity(line, order_quantity) - before.needs.get("fixed", ZERO)
    if progress.output > 0 and progress.setups == 0:
        owed += line.setup
    return owed


def _step(item: ItemFigures) -> Fraction:
    return RoundingRule(item.decimals, item.multiple, Rounding(item.rounding)).step


def _scan_findings(line: UsageLine, before: LineProgress, order_quantity: Fraction, recipe: Recipe) -> list[Refusal]:
    item = recipe.items[line.item]
    if item.serial:
        missing = rounded(before.need, item) - before.covered
        if missing <= 0:
            return []
        return [
            Refusal(
                "serials_missing",
                f"{readable(missing)} serials of {item.code} are not scanned.",
                item.code,
                "Scan the serials that were built in.",
            )
        ]
    basis = recipe.trigger.basis if recipe.trigger else OutputBasis.GOOD
    least = target_of(line, order_quantity, basis) * (1 - line.tolerance / 100)
    if before.covered >= least:
        return []
    return [
        Refusal(
            "scan_missing",
            f"{item.code}: {readable(before.covered)} {item.measure} are scanned; at least {readable(least)} are due.",
            item.code,
            "Scan what was used, or accept the difference with a reason.",
        )
    ]


def unaccepted(findings: Sequence[Refusal], accepted: Mapping[str, str]) -> list[Refusal]:
    """Findings that still stand: those that must be mended, and those that nobody gave a reason for."""
    return [f for f in findings if f.code not in ACCEPTABLE or not accepted.get(f.code, "").strip()]


def signature_refusals(findings: Sequence[Refusal], *, signed: bool) -> list[Refusal]:
    """`signature_missing` where what is accepted takes a signature, and none was given."""
    wanted = sorted({finding.subject for finding in findings if finding.code in SIGNED})
    if signed or not wanted:
        return []
    return [
        Refusal(
            "signature_missing",
            f"More is posted than required of {', '.join(wanted)}: that is accepted under signature only.",
            wanted[0],
            "Sign with user name and password, or have a posting reversed.",
        )
    ]


def reopening_refusals(*, number: str, state: str, asked: bool, why: str) -> list[Refusal]:
    """Why nobody can ask for the order to be opened again."""
    refusals = []
    if state != "closed":
        refusals.append(Refusal("order_not_closed", f"Order {number} is {state}.", number, "Nothing is to be opened."))
    if asked:
        refusals.append(
            Refusal(
                "already_requested",
                f"The reopening of order {number} already waits for signatures.",
                number,
                "Ask QA and finance to sign.",
            )
        )
    if not why.strip():
        refusals.append(Refusal("reason_missing", "Say why the order is opened again.", "why", "Write a sentence."))
    return refusals


def signer_of_reopening(
    *, name: str, roles: Collection[str], qa_signed: bool, finance_signed: bool, again: bool
) -> str | Refusal:
    """For which of the two, `qa` or `finance`, this person signs; `again`: they signed before."""
    if again:
        return Refusal(
            "same_signer", f"{name} signed already.", name, "QA and finance are two people: let the other one sign."
        )
    for role, signed in (("qa", qa_signed), ("finance", finance_signed)):
        if role in roles and not signed:
            return role
    missing = " and ".join(role for role, signed in (("QA", qa_signed), ("finance", finance_signed)) if not signed)
    return Refusal("already_signed", f"{missing} must sign, not {name}.", name, f"Ask somebody of {missing}.")
