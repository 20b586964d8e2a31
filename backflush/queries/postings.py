"""Postings as people and machines read them: their lines, and the arithmetic decided again from the stored facts."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from backflush.models import OperationReport, Posting, Recipe, ReversalRequest
from backflush.queries.explanations import lines_as_data
from backflush.queries.line_versions import versions_of_components
from backflush.queries.staged_late import staged_late
from backflush.rules.avoidable_scrap import report_beyond_limit
from backflush.rules.decide import decide
from backflush.rules.goods_movements import number_text
from backflush.rules.ledger_lines import IssueLine, issue_lines
from backflush.rules.recipe import Recipe as RecipeFigures
from backflush.rules.recipe import read_recipe
from backflush.rules.stored_facts import read_facts
from masterdata.models import BomVersion, Device, Person, TriggerDefinition
from masterdata.rules.exact import scaled_text
from masterdata.rules.usage import plain_text
from traceability.models import LedgerEntry, WorkOrder

_CLASSES = ("base", "loss", "setup", "avoidable", "structural", "rework", "rounding")


def posting_number(number: int) -> str:
    """How a posting's number is written: P-000123."""
    return number_text(number)


def parse_posting_number(text: str) -> int | None:
    """The number behind `P-000123` or plain digits; None where it is neither."""
    found = re.fullmatch(r"(?:P-?)?([0-9]{1,15})", text.upper())
    return int(found[1]) if found else None


def ledger_of_entries(entry_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Ledger lines by entry, with codes of item, lot and bins, in the order written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.entry_id, l.id, i.id, i.code, i.name, u.code, t.id, t.code, f.code, f.kind, d.code, d.kind, l.quantity,"
            " l.component, l.output_lot_id, l.standard_quantity, l.base_quantity, l.loss_quantity, l.setup_quantity,"
            " l.avoidable_quantity, l.structural_quantity, l.rework_quantity, l.rounding_quantity, l.standard_amount,"
            " l.actual_amount, l.mirrors"
            " FROM traceability_ledgerline l JOIN masterdata_item i ON i.id = l.item_id"
            " JOIN masterdata_unit u ON u.id = i.stock_unit_id JOIN traceability_materiallot t ON t.id = l.lot_id"
            " JOIN masterdata_bin f ON f.id = l.from_bin_id JOIN masterdata_bin d ON d.id = l.to_bin_id"
            " WHERE l.entry_id = ANY(%s) ORDER BY l.id",
            [entry_ids],
        )
        rows = cursor.fetchall()
    lines: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        classes = {name: plain_decimal(value) for name, value in zip(_CLASSES, row[16:23], strict=True) if value}
        lines.setdefault(row[0], []).append(
            {
                "id": row[1],
                "item_id": row[2],
                "item": row[3],
                "name": row[4],
                "unit": row[5],
                "lot_id": row[6],
                "lot": row[7],
                "from_bin": row[8],
                "from_kind": row[9],
                "to_bin": row[10],
                "to_kind": row[11],
                "quantity": plain_decimal(row[12]),
                "component": str(row[13]) if row[13] else "",
                "output_lot_id": row[14],
                "standard_quantity": plain_decimal(row[15]) if row[15] is not None else None,
                "classes": classes,
                "standard_amount": plain_decimal(row[23]),
                "actual_amount": plain_decimal(row[24]),
                "mirrors": row[25],
            }
        )
    return lines


def plain_decimal(value: Any) -> str:
    """A stored decimal as text without trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_issue(line: dict[str, Any]) -> bool:
    """Whether the line took something for an order, rather than receiving it."""
    return line["to_kind"] == "consumed"


def postings_of(order_id: int) -> list[dict[str, Any]]:
    """An order's postings, the newest first: number, operation, when, good, cost, and what reversed them."""
    rows = list(Posting.objects.filter(order_id=order_id).order_by("-number").defer("facts"))
    reversed_by = {row.reversal_of: row.number for row in rows if row.reversal_of}
    corrected = corrections_of([order_id])
    corrects = {right: wrong for wrong, right in corrected.items()}
    numbers = {row.pk: posting_number(row.number) for row in rows}
    return [
        {
            "number": posting_number(row.number),
            "kind": row.kind,
            "operation": row.operation_number,
            "occurred_at": row.occurred_at,
            "recorded_at": row.recorded_at,
            "good": plain_decimal(row.good),
            "actual_amount": plain_decimal(row.actual_amount),
            "reversal": posting_number(reversed_by[row.pk]) if row.pk in reversed_by else None,
            "corrected_by": numbers.get(corrected.get(row.pk, 0)),
            "corrects": numbers.get(corrects.get(row.pk, 0)),
        }
        for row in rows
    ]


def corrections_of(order_ids: Iterable[int]) -> dict[int, int]:
    """Of the postings of these orders, those that were corrected, each with the posting in its place."""
    rows = ReversalRequest.objects.filter(posting__order_id__in=list(order_ids), correction__isnull=False)
    return dict(rows.values_list("posting_id", "correction_id"))


def undone_counts(postings: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many of `postings_of` were reversed, and how many of these were corrected in the same step."""
    rows = list(postings)
    return {
        "reversed": sum(1 for row in rows if row["reversal"]),
        "corrected": sum(1 for row in rows if row["corrected_by"]),
    }


def posting_lines(posting: Posting) -> dict[str, list[dict[str, str]]]:
    """What a posting issued and received, as the API answers it."""
    lines = ledger_of_entries([posting.entry_id]).get(posting.entry_id, [])
    issued = [line for line in lines if is_issue(line)]
    received = [line for line in lines if not is_issue(line)]
    return {
        "lines": [
            {"item": n["item"], "lot": n["lot"], "bin": n["from_bin"], "quantity": n["quantity"], "unit": n["unit"]}
            for n in issued
        ],
        "outputs": [
            {"item": n["item"], "lot": n["lot"], "quantity": n["quantity"], "unit": n["unit"]} for n in received
        ],
    }


def posting_page(site_id: int, number: int) -> dict[str, Any] | None:
    """Everything that explains one posting, or None where there is none of that number."""
    posting = Posting.objects.filter(site_id=site_id, number=number).first()
    if posting is None:
        return None
    entry = LedgerEntry.objects.get(pk=posting.entry_id)
    order = WorkOrder.objects.select_related("item", "item__stock_unit", "unit").get(pk=posting.order_id)
    reversal = Posting.objects.filter(reversal_of=posting.pk).first()
    mirrored = Posting.objects.filter(pk=posting.reversal_of).first() if posting.reversal_of else None
    report = OperationReport.objects.filter(pk=posting.report_id).first() if posting.report_id else None
    corrected = corrections_of([posting.order_id])
    linked = Posting.objects.filter(pk__in=[*corrected, *corrected.values()])
    numbers = {pk: posting_number(number) for pk, number in linked.values_list("id", "number")}
    ledger = ledger_of_entries([posting.entry_id]).get(posting.entry_id, [])
    late = staged_late(posting.entry_id) if posting.kind != "reversal" else set()
    for line in ledger:
        line["staged_late"] = line["id"] in late
    return {
        "id": posting.pk,
        "number": posting_number(posting.number),
        "kind": posting.kind,
        "order": order,
        "operation": posting.operation_number,
        "occurred_at": posting.occurred_at,
        "recorded_at": posting.recorded_at,
        "device": Device.objects.filter(pk=entry.device_id).first() if entry.device_id else None,
        "person": Person.objects.filter(pk=entry.person_id).first() if entry.person_id else None,
        "report": report,
        "note": entry.note,
        "good": plain_decimal(posting.good),
        "actual_amount": plain_decimal(posting.actual_amount),
        "output_lot_id": posting.output_lot_id,
        "ledger": ledger,
        "outputs": [line for line in ledger if not is_issue(line)],
        "reversal": posting_number(reversal.number) if reversal else None,
        "reversal_of": posting_number(mirrored.number) if mirrored else None,
        "corrected_by": numbers.get(corrected.get(posting.pk, 0)),
        "corrects": numbers.get(next((wrong for wrong, right in corrected.items() if right == posting.pk), 0)),
        "request": ReversalRequest.objects.filter(posting=posting, declined_at=None, reversal=None).first(),
        "reversible": posting.kind != "reversal" and reversal is None,
        **_explained(posting, ledger),
    }


def _explained(posting: Posting, ledger: list[dict[str, Any]]) -> dict[str, Any]:
    """The arithmetic decided again from the stored facts, beside the ledger lines that it must equal."""
    if posting.recipe_id is None:
        return {"lines": [], "versions": [], "trigger": None, "replays": True, "recipe_digest": ""}
    stored = Recipe.objects.get(pk=posting.recipe_id)
    recipe = read_recipe(stored.body)
    report, order, progress, stock = read_facts(posting.facts)
    plan = decide(report, order, recipe, progress, stock)
    lines = lines_as_data(plan, order, recipe)
    costs = {(fact.item, fact.lot): fact.unit_cost for facts in stock.offers.values() for fact in facts}
    for row in ledger:
        figures, cost = recipe.items.get(row["item_id"]), costs.get((row["item_id"], row["lot_id"]))
        row["standard_price"] = "" if figures is None else plain_text(figures.standard_cost)
        row["actual_price"] = "" if cost is None else plain_text(cost)
    for line in lines:
        line["ledger"] = [row for row in ledger if is_issue(row) and row["component"] == line["component"]]
    versions = (
        BomVersion.objects.filter(pk__in=recipe.versions)
        .select_related("item", "signature", "author")
        .order_by("item__code")
    )
    trigger = TriggerDefinition.objects.filter(pk=recipe.trigger.id).first() if recipe.trigger else None
    return {
        "lines": lines,
        "versions": list(versions),
        "version_of": versions_of_components(recipe.product, versions),
        "clock_offset_ms": report.clock_offset_ms,
        "beyond_limit": report_beyond_limit(report, order.quantity, recipe, progress),
        "trigger": trigger,
        "factors": list(recipe.factors),
        "replays": not replay_differences(posting),
        "recipe_digest": stored.digest,
        "counted": {
            "good": plain_text(report.good),
            "scrap": [{"quantity": plain_text(quantity), "loss": loss} for quantity, loss in report.scrap],
            "rework": plain_text(report.rework),
            "setups": report.setup_events,
            "scan": plain_text(report.scan.quantity) if report.scan else "",
        },
    }


#: what a replay compares of an issue
_DIGITS = (
    "component",
    "item_id",
    "lot_id",
    "quantity",
    "classes",
    "standard_quantity",
    "standard_amount",
    "actual_amount",
)


def _digits(line: IssueLine, decimals: int) -> tuple[str, ...]:
    """A planned issue as the ledger would show it; see `_DIGITS`."""
    classes = {name: scaled_text(part, 9) for name, part in zip(_CLASSES, line.classes, strict=True) if part}
    return (
        line.component,
        str(line.item),
        str(line.lot),
        scaled_text(line.quantity, 9),
        str(classes),
        scaled_text(line.standard_quantity, 9),
        scaled_text(line.standard_amount, decimals),
        scaled_text(line.actual_amount, decimals),
    )


def replay_differences(posting: Posting) -> list[str]:
    """Decide a stored posting again from its facts and compare with the ledger, line by line. Empty: the same digits."""
    if posting.recipe_id is None:
        return []
    stored = Recipe.objects.get(pk=posting.recipe_id)
    recipe = read_recipe(stored.body)
    lines = ledger_of_entries([posting.entry_id]).get(posting.entry_id, [])
    return [*recipe_faults(stored), *differences_between(posting.facts, recipe, lines)]


def recipe_faults(stored: Recipe) -> list[str]:
    """The stored text is what was signed by the digest; how today's code would write it is of no matter."""
    digest = hashlib.sha256(stored.body.encode()).hexdigest()
    return [] if digest == stored.digest else [f"recipe {stored.digest[:12]} does not match its digest"]


def differences_between(facts: str, recipe: RecipeFigures, lines: list[dict[str, Any]]) -> list[str]:
    """What a posting's facts decide by its recipe, against the ledger lines that it wrote."""
    report, order, progress, stock = read_facts(facts)
    plan = decide(report, order, recipe, progress, stock)
    if plan.refusals:
        return [f"would be refused: {refusal.sentence}" for refusal in plan.refusals]
    planned = sorted(
        _digits(line, recipe.currency_decimals) for outcome in plan.outcomes for line in issue_lines(outcome, recipe)
    )
    made = sorted((receipt.item, plain_text(receipt.quantity)) for receipt in plan.receipts)
    posted = sorted(tuple(str(n[name]) for name in _DIGITS) for n in lines if is_issue(n))
    received = sorted((n["item_id"], n["quantity"]) for n in lines if not is_issue(n))
    differences = [f"planned but not posted: {line}" for line in planned if line not in posted]
    differences += [f"posted but not planned: {line}" for line in posted if line not in planned]
    # a line that stands twice is in the other list all the same
    if not differences and planned != posted:
        differences.append(f"{len(posted)} lines are posted, {len(planned)} planned")
    if made != received:
        differences.append(f"received {received}, planned {made}")
    return differences
