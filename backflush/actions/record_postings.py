"""Writes a batch of decided reports: entries, lines, balances, lots, progress, postings, outbox. A few statements for all.

Runs inside the drain's transaction, under its locks. The outbox head is locked last, just before the commit, so that
positions are given out in the order of commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from backflush.queries.batch import Batch, ReportRow
from backflush.rules.facts import BalanceKey as Key
from backflush.rules.facts import OrderFact, ReportFact
from backflush.rules.flush import Plan
from backflush.rules.ledger_lines import decimal_of, issue_lines
from backflush.rules.progress import Progress, write_lines
from backflush.rules.recipe import Recipe
from backflush.rules.vocabulary import TRUE_UP, PostingKind, ReportKind
from masterdata.rules.exact import billionths, minor_units
from masterdata.rules.vocabulary import OutputKind
from traceability.actions.close_handling_units import close_handling_units
from traceability.actions.ledger import (
    NULL,
    NewBalance,
    change_balances,
    copy_rows,
    copy_text,
    entry_row,
    line_row,
    receive_into_balances,
    take_entry_ids,
    write_entries,
)
from traceability.actions.open_output_lots import NewLot, open_output_lots
from traceability.queries.arrays import array_of, texts_of
from traceability.rules.moves import BalanceKey

_POSTING_COLUMNS = (
    "id, site_id, number, kind, report_id, reversal_of, order_id, operation_number, entry_id, output_lot_id, good,"
    " actual_amount, recipe_id, facts, occurred_at, recorded_at"
)


#: the kind of posting by what was decided; everything else is a report of output
_KINDS = {ReportKind.SCAN_ISSUE.value: PostingKind.SCAN_ISSUE, TRUE_UP: PostingKind.TRUE_UP}


@dataclass(slots=True)
class Decided:
    """A report with its plan, the facts it was decided on as text, and what is to be written."""

    row: ReportRow
    report: ReportFact
    order: OrderFact
    recipe: Recipe
    plan: Plan
    facts: str


def record_postings(batch: Batch, site_id: int, decided: Sequence[Decided], recorded_at: datetime) -> None:
    """Write all of them in the open transaction. Raises where a row count does not match: then nothing is written."""
    if not decided:
        return
    with connection.cursor() as cursor:
        lots = _output_lots(batch, site_id, decided, recorded_at)
        entry_ids = take_entry_ids(cursor, len(decided))
        entries, lines, amounts = [], [], []
        changes: dict[Key, int] = {}
        received: dict[Key, tuple[int, int]] = {}
        for one, entry_id in zip(decided, entry_ids, strict=True):
            entries.append(_entry(one, entry_id, recorded_at))
            issued, amount = _issues(one, entry_id, lots, changes)
            lines += issued
            lines += _receipts(one, entry_id, lots, received)
            amounts.append(amount)
        write_entries(cursor, entries, lines)
        _write_balances(cursor, batch, site_id, changes, received)
        _write_carried(cursor, site_id, decided, entry_ids, lots)
        closed = [one.report.handling_unit for one in decided if one.row.kind == ReportKind.HANDLING_UNIT_CLOSED]
        close_handling_units(site_id=site_id, ssccs=closed, at=recorded_at)
        _write_progress(cursor, batch, decided)
        _settle_reports(cursor, [one.row.id for one in decided if one.row.id], recorded_at)
        recipes = store_recipes(cursor, [one.recipe for one in decided])
        _write_postings(cursor, site_id, decided, entry_ids, recipes, amounts, lots, recorded_at)


def _output_lots(
    batch: Batch, site_id: int, decided: Sequence[Decided], recorded_at: datetime
) -> dict[tuple[int, str], int]:
    """Ids of all lots that are received into; new ones are made."""
    lots = {key: lot_id for key, (lot_id, _) in batch.output_lots.items()}
    new: dict[tuple[int, str], NewLot] = {}
    for one in decided:
        salvage = {output.component for output in one.recipe.outputs if output.kind == OutputKind.SALVAGE}
        for receipt in one.plan.receipts:
            key = (receipt.item, receipt.lot_code)
            if key not in lots and key not in new:
                new[key] = NewLot(
                    item_id=receipt.item,
                    code=receipt.lot_code,
                    order_id=one.order.id,
                    held=receipt.held,
                    made_on=one.report.event_day,
                    salvaged=receipt.component in salvage,
                    unit_cost=Decimal(decimal_of(one.recipe.items[receipt.item].standard_cost, 6)),
                )
    lots.update(open_output_lots(site_id=site_id, lots=list(new.values()), now=recorded_at))
    for key in new:
        batch.output_lots[key] = (lots[key], new[key].order_id)
    return lots


def _entry(one: Decided, entry_id: int, recorded_at: datetime) -> str:
    row = one.row
    return entry_row(
        entry_id,
        row.site_id,
        "goods_issue",
        one.order.id,
        row.person_id or NULL,
        row.device_id or NULL,
        NULL,
        copy_text(one.plan.note),
        one.report.occurred_at,
        recorded_at.isoformat(),
    )


def _issues(
    one: Decided, entry_id: int, lots: dict[tuple[int, str], int], changes: dict[Key, int]
) -> tuple[list[str], int]:
    """Lines of what was taken, and what it cost (minor units)."""
    output = lots.get((one.recipe.product, one.plan.output_lot), NULL) if one.plan.output_lot else NULL
    site, order, consumed, decimals = one.row.site_id, one.order.id, one.recipe.consumed, one.recipe.currency_decimals
    lines = []
    amount = 0
    for outcome in one.plan.outcomes:
        if not outcome.picks:
            continue
        for issue in issue_lines(outcome, one.recipe):
            lines.append(
                line_row(
                    site,
                    entry_id,
                    issue.item,
                    issue.lot,
                    issue.bin,
                    issue.order,
                    consumed,
                    0,
                    f"{issue.quantity}e-9",
                    order,
                    issue.component,
                    output,
                    f"{issue.standard_quantity}e-9",
                    "\t".join([f"{part}e-9" if part else NULL for part in issue.classes]),
                    f"{issue.standard_amount}e-{decimals}",
                    f"{issue.actual_amount}e-{decimals}",
                )
            )
            amount += issue.actual_amount
            key = (issue.bin, issue.lot, issue.order)
            changes[key] = changes.get(key, 0) - issue.quantity
    return lines, amount


def _receipts(
    one: Decided, entry_id: int, lots: dict[tuple[int, str], int], received: dict[Key, tuple[int, int]]
) -> list[str]:
    """Lines of what was made, at standard cost."""
    lines = []
    decimals = one.recipe.currency_decimals
    for receipt in one.plan.receipts:
        lot_id = lots[(receipt.item, receipt.lot_code)]
        to_bin = one.recipe.quarantine if receipt.held else one.recipe.finished
        amount = minor_units(receipt.quantity, one.recipe.items[receipt.item].standard_cost, decimals)
        quantity = billionths(receipt.quantity)
        lines.append(
            line_row(
                one.row.site_id,
                entry_id,
                receipt.item,
                lot_id,
                one.recipe.consumed,
                0,
                to_bin,
                0,
                f"{quantity}e-9",
                one.order.id,
                receipt.component or NULL,
                NULL,
                standard_amount=f"{amount}e-{decimals}",
                actual_amount=f"{amount}e-{decimals}",
            )
        )
        key = (to_bin, lot_id, 0)
        received[key] = (receipt.item, received.get(key, (receipt.item, 0))[1] + quantity)
    return lines


def _write_balances(
    cursor: Any,
    batch: Batch,
    site_id: int,
    changes: dict[Key, int],
    received: dict[Key, tuple[int, int]],
) -> None:
    """One net update per balance; balances of new lots are made."""
    new = []
    for key, (item_id, quantity) in received.items():
        if key in batch.balance_ids:
            changes[key] = changes.get(key, 0) + quantity
        else:
            new.append(NewBalance(BalanceKey(*key), item_id, f"{quantity}e-9"))
    receive_into_balances(cursor, site_id, new)
    ids = batch.balance_ids
    change_balances(cursor, {ids[key]: f"{change}e-9" for key, change in sorted(changes.items()) if change})


def _write_carried(
    cursor: Any, site_id: int, decided: Sequence[Decided], entry_ids: list[int], lots: dict[tuple[int, str], int]
) -> None:
    rows = []
    for one, entry_id in zip(decided, entry_ids, strict=True):
        output = lots.get((one.recipe.product, one.plan.output_lot))
        if output is None:
            continue
        for outcome in one.plan.outcomes:
            rows += [f"{site_id}\t{output}\t{lot}\t{entry_id}\t{outcome.line.component}\n" for lot in outcome.carried]
    copy_rows(cursor, "traceability_carriedlink", "site_id, output_lot_id, input_lot_id, entry_id, component", rows)


def _write_progress(cursor: Any, batch: Batch, decided: Sequence[Decided]) -> None:
    """The latest progress of each order's operation, one statement for all."""
    latest: dict[tuple[int, str], Progress] = {
        (one.order.id, one.row.operation): batch.orders[one.order.id].progress[one.row.operation] for one in decided
    }
    for key, text in write_progress(cursor, latest).items():
        batch.book.orders.keep_progress(text, latest[key])


def write_progress(cursor: Any, latest: dict[tuple[int, str], Progress]) -> dict[tuple[int, str], str]:
    """Keep the progress of order operations, whose orders are locked. Returns each one's text."""
    keys = sorted(latest)
    columns: list[Any] = [array_of(order for order, _ in keys), [operation for _, operation in keys]]
    for name in ("good", "structural", "avoidable", "rework"):
        columns.append(array_of(f"{billionths(getattr(latest[key], name))}e-9" for key in keys))
    columns.append(array_of(latest[key].setups for key in keys))
    columns.append(array_of(latest[key].reports for key in keys))
    texts = [write_lines(latest[key]) for key in keys]
    columns.append(texts_of(texts))
    cursor.execute(
        "INSERT INTO backflush_orderprogress AS p"
        " (order_id, operation_number, good, structural_scrap, avoidable_scrap, rework, setups, reports, lines)"
        " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[],"
        " %s::int[], %s::int[], string_to_array(%s, chr(31)))"
        " ON CONFLICT (order_id, operation_number) DO UPDATE SET good = excluded.good,"
        " structural_scrap = excluded.structural_scrap, avoidable_scrap = excluded.avoidable_scrap,"
        " rework = excluded.rework, setups = excluded.setups, reports = excluded.reports, lines = excluded.lines",
        columns,
    )
    return dict(zip(keys, texts, strict=True))


def _settle_reports(cursor: Any, report_ids: list[int], recorded_at: datetime) -> None:
    cursor.execute(
        "UPDATE backflush_operationreport SET state = 'posted', settled_at = %s, judged_at = %s"
        " WHERE id = ANY(%s) AND state = 'received'",
        [recorded_at, recorded_at, report_ids],
    )
    if cursor.rowcount != len(report_ids):
        raise RuntimeError(f"{len(report_ids)} reports were to be settled, {cursor.rowcount} were.")


def store_recipes(cursor: Any, recipes: Sequence[Recipe]) -> list[int]:
    """Ids of the stored recipes, in the order given; what is new is added."""
    texts = {recipe.digest: recipe.text for recipe in recipes}
    cursor.execute("SELECT digest, id FROM backflush_recipe WHERE digest = ANY(%s)", [list(texts)])
    ids = dict(cursor.fetchall())
    new = sorted(texts.keys() - ids.keys())
    if new:
        cursor.execute(
            "INSERT INTO backflush_recipe (digest, body) SELECT * FROM unnest(%s::text[], %s::text[])"
            " ON CONFLICT (digest) DO NOTHING",
            [new, [texts[digest] for digest in new]],
        )
        cursor.execute("SELECT digest, id FROM backflush_recipe WHERE digest = ANY(%s)", [new])
        ids |= dict(cursor.fetchall())
    return [ids[recipe.digest] for recipe in recipes]


def take_positions(cursor: Any, site_id: int, count: int) -> int:
    """Lock the site's outbox head and take `count` positions; returns the first. Commit at once afterwards."""
    cursor.execute(
        "INSERT INTO backflush_outboxhead AS h (site_id, position) VALUES (%s, %s)"
        " ON CONFLICT (site_id) DO UPDATE SET position = h.position + excluded.position RETURNING position",
        [site_id, count],
    )
    return cursor.fetchone()[0] - count + 1


def take_posting_ids(cursor: Any, count: int) -> list[int]:
    cursor.execute("SELECT nextval('backflush_posting_id_seq') FROM generate_series(1, %s)", [count])
    return [row[0] for row in cursor.fetchall()]


def _write_postings(
    cursor: Any,
    site_id: int,
    decided: Sequence[Decided],
    entry_ids: list[int],
    recipe_ids: list[int],
    amounts: list[int],
    lots: dict[tuple[int, str], int],
    recorded_at: datetime,
) -> None:
    at = recorded_at.astimezone(UTC).isoformat()
    ids = take_posting_ids(cursor, len(decided))
    texts = [copy_text(one.facts) for one in decided]
    first = take_positions(cursor, site_id, len(decided))
    postings, messages = [], []
    for index, one in enumerate(decided):
        kind = _KINDS.get(one.row.kind, PostingKind.REPORT)
        output = lots.get((one.recipe.product, one.plan.output_lot), NULL) if one.plan.output_lot else NULL
        number = first + index
        postings.append(
            f"{ids[index]}\t{site_id}\t{number}\t{kind}\t{one.row.id or NULL}\t{NULL}\t{one.order.id}\t{one.row.operation}"
            f"\t{entry_ids[index]}\t{output}\t{billionths(one.plan.good)}e-9\t{amounts[index]}e-{one.recipe.currency_decimals}"
            f"\t{recipe_ids[index]}\t{texts[index]}\t{one.report.occurred_at}\t{at}\n"
        )
        messages.append(f"{site_id}\t{number}\t{kind}\t{ids[index]}\t{at}\n")
    copy_rows(cursor, "backflush_posting", _POSTING_COLUMNS, postings)
    copy_rows(cursor, "backflush_outboxmessage", "site_id, position, kind, posting_id, recorded_at", messages)
