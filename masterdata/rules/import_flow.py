"""How an import goes on: which state follows which. The database holds the same table."""

from enum import StrEnum


class ImportState(StrEnum):
    RECEIVED = "received"
    FAULTY = "faulty"
    READY = "ready"
    ORDERED = "ordered"
    PROPOSED = "proposed"
    DISCARDED = "discarded"


NEXT: dict[ImportState, frozenset[ImportState]] = {
    ImportState.RECEIVED: frozenset({ImportState.FAULTY, ImportState.READY}),
    ImportState.READY: frozenset({ImportState.RECEIVED, ImportState.ORDERED, ImportState.DISCARDED}),
    ImportState.ORDERED: frozenset({ImportState.PROPOSED, ImportState.FAULTY, ImportState.RECEIVED}),
    ImportState.FAULTY: frozenset({ImportState.RECEIVED, ImportState.DISCARDED}),
    ImportState.PROPOSED: frozenset(),
    ImportState.DISCARDED: frozenset(),
}
