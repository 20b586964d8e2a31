"""Reads what a story left behind: issues and outputs of postings, balances, reasons, and the arithmetic in words."""

from collections.abc import Iterable, Sequence
from typing import Any

from backflush.models import Posting, ReportTransition
from backflush.queries.postings import posting_page
from masterdata.models import Bin, Item
from masterdata.rules.exact import Fraction
from tests.worked_examples.story.building import Stage
from traceability.models import LedgerEntry, LedgerLine, MaterialLot, StockBalance, WorkOrder


def issued(stage: Stage, postings: Sequence[Posting]) -> dict[tuple[str, str], Fraction]:
    """(item, lot) → quantity taken by these postings; a reversal counts below zero."""
    found: dict[tuple[str, str], Fraction] = {}
    for line, sign in _signed_lines(postings, issues=True):
        key = (_item_code(line.item_id), _lot_code(line.lot_id))
        found[key] = found.get(key, Fraction(0)) + sign * Fraction(line.quantity)
    return {key: quantity for key, quantity in found.items() if quantity}


def received(stage: Stage, postings: Sequence[Posting]) -> dict[str, Fraction]:
    """By- and co-products: item → quantity made. The product itself and its rework name no BOM output."""
    found: dict[str, Fraction] = {}
    for line, sign in _signed_lines(postings, issues=False):
        if line.component is not None:
            code = _item_code(line.item_id)
            found[code] = found.get(code, Fraction(0)) + sign * Fraction(line.quantity)
    return {code: quantity for code, quantity in found.items() if quantity}


def _signed_lines(postings: Sequence[Posting], *, issues: bool) -> Iterable[tuple[LedgerLine, int]]:
    """Issues go to what is consumed, outputs come from there; a reversal has both the other way round."""
    consumed = set(Bin.objects.filter(kind="consumed").values_list("pk", flat=True))
    kinds = dict(LedgerEntry.objects.filter(pk__in=[p.entry_id for p in postings]).values_list("pk", "kind"))
    for line in LedgerLine.objects.filter(entry_id__in=kinds).order_by("id"):
        mirrored = kinds[line.entry_id] == "reversal"
        is_issue = (line.from_bin_id if mirrored else line.to_bin_id) in consumed
        if is_issue == issues:
            yield line, -1 if mirrored else 1


def left_at_order(stage: Stage, lot: str, order: WorkOrder) -> Fraction:
    """What is bound to the order; of a lot in the supermarket, what lies there."""
    rows = StockBalance.objects.filter(lot_id__in=[row.pk for row in stage.lots[lot]])
    bound = rows.filter(order_id=order.pk)
    loose = rows.filter(order_id=0, bin_id=stage.bins["supermarket"].pk)
    return sum((Fraction(row.quantity) for row in [*bound, *loose]), Fraction(0))


def left_in_store(stage: Stage, lot: str) -> Fraction:
    rows = StockBalance.objects.filter(
        lot_id__in=[row.pk for row in stage.lots[lot]], bin_id=stage.bins["store"].pk, order_id=0
    )
    return sum((Fraction(row.quantity) for row in rows), Fraction(0))


def reasons_of(report_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Why reports were blocked or refused, the latest time each."""
    found: list[dict[str, Any]] = []
    for report_id in report_ids:
        last = (
            ReportTransition.objects.filter(report_id=report_id, to_state__in=["blocked", "refused"])
            .order_by("-id")
            .first()
        )
        found += last.reasons if last else []
    return found


def standing_scans(lots: Sequence[MaterialLot], order: WorkOrder) -> list[Posting]:
    """Scan-issues of these lots for the order that nobody reversed, the latest first."""
    entries = LedgerLine.objects.filter(lot_id__in=[lot.pk for lot in lots], order_id=order.pk).values("entry_id")
    undone = Posting.objects.filter(reversal_of__isnull=False).values("reversal_of")
    return list(Posting.objects.filter(entry_id__in=entries, kind="scan_issue").exclude(pk__in=undone).order_by("-id"))


def explanation(stage: Stage, sentences: Sequence[str], postings: Sequence[Posting]) -> str:
    """The product's own words: why not, or how much and why."""
    told = [f"  it says: {sentence}" for sentence in sentences]
    for posting in postings:
        page = posting_page(stage.site.pk, posting.number) or {"lines": []}
        for line in page["lines"]:
            told.append(f"  {line['item']} ({line['written']}): {line['quantity']} {line['unit']}")
            for step in line["steps"]:
                told.append(f"    {step['label']}: {step['value']} {step.get('note') or ''}".rstrip())
    return "\n".join(told)


def _item_code(item_id: int) -> str:
    return str(Item.objects.values_list("code", flat=True).get(pk=item_id))


def _lot_code(lot_id: int) -> str:
    return str(MaterialLot.objects.values_list("code", flat=True).get(pk=lot_id))
