"""The outbox as the surroundings follow it: messages after a position, in the order of commits, with none left out.

Positions are given out under the lock of the site's head row, which is held until the commit. So whoever sees position n
sees every position below it, and nothing is ever committed behind a reader. Ids of postings give no such promise.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from backflush.models import OutboxHead
from backflush.queries.postings import plain_decimal
from backflush.rules.goods_movements import LineFact, PostingFact, first_gap, message_of
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import BinKind, Tracking

MOST_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class Stretch:
    """Messages after a position. `next_after`: where to go on; `head`: the last position given out so far."""

    messages: list[dict[str, Any]]
    next_after: int
    head: int


def head_of(site_id: int) -> int:
    """The last position given out at a site; 0 where nothing was posted yet."""
    return OutboxHead.objects.filter(site_id=site_id).values_list("position", flat=True).first() or 0


def messages_after(site_id: int, after: int, limit: int = MOST_MESSAGES) -> Stretch:
    """At most `limit` messages that follow `after` one by one.

    Refused: after_is_beyond_head (a consumer that saw more than there is, as after restoring an older backup), outbox_gap.
    """
    facts = posting_facts(site_id, after=after, limit=limit)
    head = head_of(site_id)
    if after > head:
        raise Refused(
            Refusal(
                "after_is_beyond_head",
                f"Position {after} is not given out yet: the outbox ends at {head}.",
                str(after),
                "If an older backup was restored here, compare with the ERP before going on; else ask with a lower position.",
            )
        )
    gap = first_gap(after, [fact.position for fact in facts])
    if gap == 0:
        raise Refused(
            Refusal(
                "outbox_gap",
                f"Position {after + 1} is missing from the outbox, so nothing after it is given out.",
                str(after + 1),
                "Ask an admin to run manage.py check_ledger.",
            )
        )
    facts = facts[:gap]
    return Stretch([message_of(fact) for fact in facts], facts[-1].position if facts else after, head)


_POSTINGS = """
    SELECT m.position, p.kind, p.entry_id, o.id, o.number, o.item_id, i.code, u.code, p.operation_number, l.code, p.good,
        p.occurred_at, p.recorded_at, s.code, s.time_zone, s.currency, original.number, r.code, e.note, right_one.number
    FROM backflush_outboxmessage m
    JOIN backflush_posting p ON p.id = m.posting_id
    JOIN traceability_workorder o ON o.id = p.order_id
    JOIN masterdata_item i ON i.id = o.item_id
    JOIN masterdata_unit u ON u.id = o.unit_id
    JOIN masterdata_site s ON s.id = m.site_id
    JOIN traceability_ledgerentry e ON e.id = p.entry_id
    LEFT JOIN traceability_orderoperation n ON n.order_id = o.id AND n.number = p.operation_number
    LEFT JOIN masterdata_productionline l ON l.id = n.line_id
    LEFT JOIN backflush_posting original ON original.id = p.reversal_of
    LEFT JOIN masterdata_reasoncode r ON r.id = e.reason_id
    LEFT JOIN backflush_reversalrequest asked ON asked.reversal_id = p.id
    LEFT JOIN backflush_posting right_one ON right_one.id = asked.correction_id
    WHERE m.site_id = %s AND m.position > %s
    ORDER BY m.position LIMIT %s"""


def posting_facts(site_id: int, *, after: int, limit: int) -> list[PostingFact]:
    """What happened at the positions after `after`, each with its lines in the order written."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTINGS, [site_id, after, limit])
        rows = cursor.fetchall()
    lines = _lines([row[2] for row in rows])
    return [
        PostingFact(
            position=row[0],
            kind=row[1],
            order=row[4],
            product=row[6],
            good_unit=row[7],
            operation=row[8],
            production_line=row[9] or "",
            good=plain_decimal(row[10]),
            occurred_at=row[11],
            recorded_at=row[12],
            site=row[13],
            time_zone=row[14],
            currency=row[15],
            reverses=row[16],
            reason=row[17] or "",
            note=row[18],
            corrected_by=row[19],
            lines=tuple(_fact(line, row[5]) for line in lines.get(row[2], ())),
        )
        for row in rows
    ]


_LINES = """
    SELECT l.entry_id, l.id, i.id, i.code, i.gtin, i.tracking, u.code, t.code, f.code, d.code, d.kind, l.quantity,
        l.component, l.standard_amount, l.actual_amount, l.mirrors
    FROM traceability_ledgerline l
    JOIN masterdata_item i ON i.id = l.item_id
    JOIN masterdata_unit u ON u.id = i.stock_unit_id
    JOIN traceability_materiallot t ON t.id = l.lot_id
    JOIN masterdata_bin f ON f.id = l.from_bin_id
    JOIN masterdata_bin d ON d.id = l.to_bin_id
    WHERE l.entry_id = ANY(%s) ORDER BY l.id"""


def _lines(entry_ids: list[int]) -> dict[int, list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [entry_ids])
        found: dict[int, list[Any]] = {}
        for row in cursor.fetchall():
            found.setdefault(row[0], []).append(row)
    return found


def _fact(row: Any, product_id: int) -> LineFact:
    into_consumption = row[10] == BinKind.CONSUMED
    return LineFact(
        id=row[1],
        item=row[3],
        gtin=row[4],
        serial=row[5] == Tracking.SERIAL,
        unit=row[6],
        lot=row[7],
        bin=row[8] if into_consumption else row[9],
        into_consumption=into_consumption,
        quantity=plain_decimal(row[11]),
        component=str(row[12]) if row[12] else "",
        standard_amount=plain_decimal(row[13]),
        actual_amount=plain_decimal(row[14]),
        mirrors=row[15],
        main=row[2] == product_id,
    )
