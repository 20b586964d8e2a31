"""The one writer of the ledger: entries, lines and balances, set-based, for one movement or a batch of postings.

A movement on the floor calls `record_moves`. The drain, which judges many reports over the same locked balances, uses the
pieces, in this order and in one transaction:

    balances = lock_balances(cursor, site_id, keys)          # one sorted statement; judge only afterwards
    ids = take_entry_ids(cursor, len(plans))
    rows = [entry_row(id, site_id, "goods_issue", …) for …]  # text, ready for COPY
    lines = [line_row(site_id, id, item, lot, …) for …]
    receive_into_balances(cursor, site_id, received)         # new lots' balances, which nobody could lock before
    write_entries(cursor, rows, lines)                       # two COPYs, whatever the number of entries
    change_balances(cursor, {balances[key].id: change, …})   # one UPDATE; `rules.moves.net_changes` sums the changes

Everybody locks balances in the order of (bin, lot, order), after orders and reports and before lots.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.models import Bin, Device, Person, ReasonCode
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import UNCOUNTED_BINS
from traceability.models import LedgerEntry
from traceability.queries.arrays import array_of
from traceability.queries.shortages import explain_shortages
from traceability.rules.moves import BalanceKey, Move, net_changes, shortages, touched

#: how COPY writes a value that is not there
NULL = r"\N"

ENTRY_COLUMNS = "id, site_id, kind, order_id, person_id, device_id, reason_id, note, occurred_at, recorded_at"
LINE_COLUMNS = (
    "site_id, entry_id, item_id, lot_id, from_bin_id, from_order, to_bin_id, to_order, quantity, order_id, component,"
    " output_lot_id, standard_quantity, base_quantity, loss_quantity, setup_quantity, avoidable_quantity,"
    " structural_quantity, rework_quantity, rounding_quantity, standard_amount, actual_amount, mirrors"
)
#: `classes` of a line that is nobody's usage
NO_CLASSES = "\t".join([NULL] * 7)
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


class LockedBalance(NamedTuple):
    """A balance as it stands while this transaction holds it."""

    id: int
    quantity: Decimal


class NewBalance(NamedTuple):
    """A quantity (stock units, or their text) received into a balance that may not exist yet."""

    key: BalanceKey
    item_id: int
    quantity: Decimal | str


def record_moves(
    *,
    site_id: int,
    kind: str,
    moves: Sequence[Move],
    actor: Person | Device,
    occurred_at: datetime,
    now: datetime,
    order_id: int | None = None,
    reason: ReasonCode | None = None,
    note: str = "",
    judge: Callable[[], Iterable[Refusal]] = tuple,
) -> LedgerEntry:
    """Record one movement of goods, whole or not at all, and return its entry.

    Locks every balance it touches, then judges: `judge` reads what it needs only now, when a lot's status cannot change
    any more, and returns what forbids the movement. Raises Refused with all of that, and `short` for each bin and lot that
    holds too little. `order_id` is the order that the movement was for; a line is an order's usage only by `Move.order_id`.
    """
    if not moves:
        raise ValueError("An entry has at least one move.")
    with acting(actor), connection.cursor() as cursor:
        uncounted = uncounted_bins(site_id)
        items = touched(moves, uncounted)
        arriving = {move.target for move in moves}
        open_balances(cursor, site_id, {key: item for key, item in items.items() if key in arriving})
        balances = lock_balances(cursor, site_id, items)
        short = shortages(moves, {key: balance.quantity for key, balance in balances.items()}, uncounted)
        refusals = [*judge(), *explain_shortages(short)]
        if refusals:
            raise Refused(*refusals)
        entry = LedgerEntry(
            id=take_entry_ids(cursor, 1)[0],
            site_id=site_id,
            kind=kind,
            order_id=order_id,
            person_id=actor.pk if isinstance(actor, Person) else None,
            device_id=actor.pk if isinstance(actor, Device) else None,
            reason_id=reason.pk if reason else None,
            note=note,
            occurred_at=occurred_at,
            recorded_at=now,
        )
        amounts = _amounts(cursor, site_id, moves)
        write_entries(
            cursor,
            [_row_of(entry)],
            [_line_of(site_id, entry.id, move, *amounts[index]) for index, move in enumerate(moves)],
        )
        changes = net_changes(moves, uncounted)
        change_balances(cursor, {balances[key].id: change for key, change in changes.items()})
    return entry


def record_empty_entry(
    *,
    site_id: int,
    kind: str,
    actor: Person | Device,
    now: datetime,
    order_id: int | None = None,
    reason: ReasonCode | None = None,
    note: str = "",
) -> LedgerEntry:
    """An entry that moves nothing: the reversal of a posting that had nothing to issue. Joins the action's transaction."""
    with acting(actor), connection.cursor() as cursor:
        entry = LedgerEntry(
            id=take_entry_ids(cursor, 1)[0],
            site_id=site_id,
            kind=kind,
            order_id=order_id,
            person_id=actor.pk if isinstance(actor, Person) else None,
            device_id=actor.pk if isinstance(actor, Device) else None,
            reason_id=reason.pk if reason else None,
            note=note,
            occurred_at=now,
            recorded_at=now,
        )
        write_entries(cursor, [_row_of(entry)], [])
    return entry


def uncounted_bins(site_id: int) -> frozenset[int]:
    """Ids of the site's bins that are ends of moves only: nothing is ever in stock there."""
    kinds = [kind.value for kind in UNCOUNTED_BINS]
    return frozenset(Bin.objects.filter(site_id=site_id, kind__in=kinds).values_list("id", flat=True))


def lock_balances(cursor: Any, site_id: int, keys: Collection[BalanceKey]) -> dict[BalanceKey, LockedBalance]:
    """Lock these balances in one statement, in the order that everybody locks them; absent ones are left out."""
    cursor.execute(
        "SELECT b.bin_id, b.lot_id, b.order_id, b.id, b.quantity"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS k (bin_id, lot_id, order_id)"
        " JOIN traceability_stockbalance b ON b.site_id = %s"
        "  AND b.bin_id = k.bin_id AND b.lot_id = k.lot_id AND b.order_id = k.order_id"
        " ORDER BY b.bin_id, b.lot_id, b.order_id FOR NO KEY UPDATE OF b",
        [*_columns(keys), site_id],
    )
    return {BalanceKey(*row[:3]): LockedBalance(row[3], row[4]) for row in cursor.fetchall()}


def lock_balances_of_lot(cursor: Any, lot_id: int) -> dict[BalanceKey, LockedBalance]:
    """Lock all of a lot: whoever changes what the lot may be used for waits for those who are using it."""
    cursor.execute(
        "SELECT bin_id, lot_id, order_id, id, quantity FROM traceability_stockbalance WHERE lot_id = %s"
        " ORDER BY bin_id, lot_id, order_id FOR NO KEY UPDATE",
        [lot_id],
    )
    return {BalanceKey(*row[:3]): LockedBalance(row[3], row[4]) for row in cursor.fetchall()}


def open_balances(cursor: Any, site_id: int, items: Mapping[BalanceKey, int]) -> None:
    """Make the balances (key to item id) that do not exist yet, empty, so that they can be locked with the others."""
    keys = sorted(items)
    if not keys:
        return
    cursor.execute(
        "INSERT INTO traceability_stockbalance (site_id, bin_id, lot_id, order_id, item_id, quantity, rank)"
        " SELECT %s, bin_id, lot_id, order_id, item_id, 0, 0"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS n (bin_id, lot_id, order_id, item_id)"
        " ON CONFLICT (site_id, bin_id, lot_id, order_id) DO NOTHING",
        [site_id, *_columns(keys), array_of(items[key] for key in keys)],
    )


def receive_into_balances(cursor: Any, site_id: int, received: Iterable[NewBalance]) -> None:
    """Add quantities to balances that were not locked before, such as a new lot's; makes them where they are missing."""
    rows = sorted(received)
    if not rows:
        return
    cursor.execute(
        "INSERT INTO traceability_stockbalance AS b (site_id, bin_id, lot_id, order_id, item_id, quantity, rank)"
        " SELECT %s, bin_id, lot_id, order_id, item_id, quantity, 0"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[])"
        "  AS n (bin_id, lot_id, order_id, item_id, quantity)"
        " ON CONFLICT (site_id, bin_id, lot_id, order_id) DO UPDATE SET quantity = b.quantity + excluded.quantity",
        [
            site_id,
            *_columns([row.key for row in rows]),
            array_of(row.item_id for row in rows),
            array_of(row.quantity for row in rows),
        ],
    )


def change_balances(cursor: Any, changes: Mapping[int, Decimal | str]) -> None:
    """Add to each locked balance (by its id) its net change, in one statement. PostgreSQL refuses to go below zero.

    A change is a quantity in stock units, or its text.
    """
    if not changes:
        return
    cursor.execute(
        "UPDATE traceability_stockbalance b SET quantity = b.quantity + c.change"
        " FROM unnest(%s::bigint[], %s::numeric[]) AS c (id, change) WHERE b.id = c.id",
        [array_of(changes), array_of(changes.values())],
    )
    if cursor.rowcount != len(changes):
        raise RuntimeError(f"{len(changes)} balances were to change, {cursor.rowcount} did.")


def take_entry_ids(cursor: Any, count: int) -> list[int]:
    """Ids for `count` entries."""
    cursor.execute("SELECT nextval('traceability_ledgerentry_id_seq') FROM generate_series(1, %s)", [count])
    return [row[0] for row in cursor.fetchall()]


def write_entries(cursor: Any, entries: Sequence[str], lines: Sequence[str]) -> None:
    """Append entries and their lines, given as rows of text from `entry_row` and `line_row`: two COPYs for a batch."""
    copy_rows(cursor, "traceability_ledgerentry", ENTRY_COLUMNS, entries)
    copy_rows(cursor, "traceability_ledgerline", LINE_COLUMNS, lines)


def copy_rows(cursor: Any, table: str, columns: str, rows: Sequence[str]) -> None:
    """COPY ready rows of text (tab-separated, each ending in a newline) into a table."""
    if not rows:
        return
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        copy.write("".join(rows))
    if cursor.rowcount != len(rows):
        raise RuntimeError(f"{len(rows)} rows were to be added to {table}, {cursor.rowcount} were.")


def copy_text(text: str) -> str:
    """Free text as COPY wants it."""
    return text.translate(_ESCAPES)


def entry_row(
    entry_id: int,
    site_id: int,
    kind: str,
    order_id: int | str,
    person_id: int | str,
    device_id: int | str,
    reason_id: int | str,
    note: str,
    occurred_at: str,
    recorded_at: str,
) -> str:
    """One entry for COPY. Absent values are `NULL`; the note went through `copy_text`; times are ISO text."""
    return (
        f"{entry_id}\t{site_id}\t{kind}\t{order_id}\t{person_id}\t{device_id}\t{reason_id}\t{note}"
        f"\t{occurred_at}\t{recorded_at}\n"
    )


def line_row(
    site_id: int,
    entry_id: int,
    item_id: int,
    lot_id: int,
    from_bin_id: int,
    from_order: int,
    to_bin_id: int,
    to_order: int,
    quantity: Decimal | str,
    order_id: int | str = NULL,
    component: object = NULL,
    output_lot_id: int | str = NULL,
    standard_quantity: Decimal | str = NULL,
    classes: str = NO_CLASSES,
    standard_amount: Decimal | str = "0",
    actual_amount: Decimal | str = "0",
    mirrors: int | str = NULL,
) -> str:
    """One line for COPY. Absent values are `NULL`.

    `classes` is the quantity by class, seven values with tabs between: base, loss, setup, avoidable, structural, rework,
    rounding.
    """
    return (
        f"{site_id}\t{entry_id}\t{item_id}\t{lot_id}\t{from_bin_id}\t{from_order}\t{to_bin_id}\t{to_order}\t{quantity}"
        f"\t{order_id}\t{component}\t{output_lot_id}\t{standard_quantity}\t{classes}"
        f"\t{standard_amount}\t{actual_amount}\t{mirrors}\n"
    )


def _columns(keys: Iterable[BalanceKey]) -> tuple[str, str, str]:
    keys = list(keys)
    return (
        array_of(key.bin_id for key in keys),
        array_of(key.lot_id for key in keys),
        array_of(key.order_id for key in keys),
    )


def _or_null(value: object) -> Any:
    return NULL if value is None else value


def _row_of(entry: LedgerEntry) -> str:
    return entry_row(
        entry.id,
        entry.site_id,
        entry.kind,
        _or_null(entry.order_id),
        _or_null(entry.person_id),
        _or_null(entry.device_id),
        _or_null(entry.reason_id),
        copy_text(entry.note),
        entry.occurred_at.isoformat(),
        entry.recorded_at.isoformat(),
    )


def _line_of(site_id: int, entry_id: int, move: Move, standard: Decimal, actual: Decimal) -> str:
    return line_row(
        site_id,
        entry_id,
        move.item_id,
        move.lot_id,
        move.from_bin_id,
        move.from_order,
        move.to_bin_id,
        move.to_order,
        move.quantity,
        _or_null(move.order_id),
        _or_null(move.component),
        _or_null(move.output_lot_id),
        standard_quantity=_or_null(move.standard_quantity),
        classes="\t".join(str(_or_null(part)) for part in move.classes) if move.classes else NO_CLASSES,
        standard_amount=standard if move.standard_amount is None else move.standard_amount,
        actual_amount=actual if move.actual_amount is None else move.actual_amount,
        mirrors=_or_null(move.mirrors),
    )


def _amounts(cursor: Any, site_id: int, moves: Sequence[Move]) -> list[tuple[Decimal, Decimal]]:
    """Each move's standard and actual value, rounded once, half to even, to the minor unit of the site's currency."""
    cursor.execute(
        "SELECT l.id, i.standard_cost, l.unit_cost, s.currency_decimals FROM traceability_materiallot l"
        " JOIN masterdata_item i ON i.id = l.item_id JOIN masterdata_site s ON s.id = %s WHERE l.id = ANY(%s)",
        [site_id, list({move.lot_id for move in moves})],
    )
    costs = {row[0]: row[1:] for row in cursor.fetchall()}
    amounts = []
    for move in moves:
        standard, actual, decimals = costs[move.lot_id]
        cent = Decimal(1).scaleb(-decimals)
        amounts.append(
            (
                (move.quantity * standard).quantize(cent, ROUND_HALF_EVEN),
                (move.quantity * actual).quantize(cent, ROUND_HALF_EVEN),
            )
        )
    return amounts
