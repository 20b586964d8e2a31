"""What is wrong with the audit trail: its seals, its events, and the rows that it tells of."""

from collections.abc import Iterator

from django.db import connection

from masterdata.models import AuditBlock, AuditEvent
from masterdata.rules.audit_heads import Head

_AUDITED = """
SELECT c.oid::regclass::text, string_to_array(encode(t.tgargs, 'escape'), '\\000'), count(*) FILTER (WHERE t.tgenabled = 'A')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname ~ '^audit_(insert|update|delete)$' AND NOT t.tgisinternal
GROUP BY 1, 2 ORDER BY 1
"""


def stored_heads() -> list[Head]:
    """The heads of the blocks, in their order."""
    return [Head(*row) for row in AuditBlock.objects.order_by("number").values_list("number", "epoch", "digest")]


def audit_faults() -> Iterator[str]:
    """A sentence for everything that is wrong; nothing where all is well."""
    yield from _broken_seals()
    yield from _nameless_events()
    yield from _differences()


def _broken_seals() -> Iterator[str]:
    """Each block computed anew from the events of its range: none is missing, changed, added or out of its chain."""
    number, previous = 0, ""
    begins: dict[int, int] = {}
    for block in AuditBlock.objects.order_by("number").iterator():
        number += 1
        if block.number != number:
            yield f"Block {number} is missing."
            number = block.number
        if block.previous != previous:
            yield f"Block {block.number} does not follow the block before it."
        if block.from_xid != begins.get(block.epoch, 0):
            yield f"Block {block.number} does not begin where the one before it ended."
        begins[block.epoch], previous = block.below_xid, block.digest
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT events, first_id, last_id, digest FROM masterdata_audit_block(%s, %s, %s, %s)",
                [block.epoch, block.from_xid, block.below_xid, block.previous],
            )
            events, first, last, digest = cursor.fetchone()
        if events != block.events:
            yield f"Block {block.number} was sealed over {block.events} events, and there are {events}."
        elif (first, last, digest) != (block.first_id, block.last_id, block.digest):
            yield f"An event of block {block.number} (events {block.first_id} to {block.last_id}) was changed."


def _nameless_events() -> Iterator[str]:
    for event in AuditEvent.objects.filter(actor="").order_by("id")[:20]:
        yield f"Event {event.pk} does not say who acted."


def _differences() -> Iterator[str]:
    """Each table against its events."""
    for table, arguments, always in audited_tables_with_arguments():
        if always != 3:
            yield f"{table} is not fully under audit: {always} of its 3 triggers are ALWAYS on."
        key, hidden = arguments[0], arguments[1:]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT key, event, fault FROM masterdata_audit_differences(%s, %s, %s) ORDER BY 2, 1 LIMIT 20",
                [table, key, hidden],
            )
            for row_key, event, fault in cursor.fetchall():
                at = f" (event {event})" if event else ""
                yield f"{table} {row_key} {fault}{at}."


def audited_tables_with_arguments() -> list[tuple[str, list[str], int]]:
    """(table, its key and the columns kept as fingerprints, how many of its three triggers are ALWAYS on)."""
    with connection.cursor() as cursor:
        cursor.execute(_AUDITED)
        return [(table, [one for one in arguments if one], always) for table, arguments, always in cursor.fetchall()]
