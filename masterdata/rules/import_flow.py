"""How an import goes on: which state follows which. The database holds the same table."""

from enum import StrEnum


class ImportState(StrEnum):
    RECEIVED = "received"
    FAULTY = "faulty"
    READY = "ready"
    ORDERED = "ordered"
    PROPOSED = "proposed"
    DISCARDED = "discarded"
    FAILED = "failed"


NEXT: dict[ImportState, frozenset[ImportState]] = {
    ImportState.RECEIVED: frozenset({ImportState.FAULTY, ImportState.READY, ImportState.FAILED}),
    ImportState.READY: frozenset({ImportState.RECEIVED, ImportState.ORDERED, ImportState.DISCARDED}),
    ImportState.ORDERED: frozenset(
        {ImportState.PROPOSED, ImportState.FAULTY, ImportState.RECEIVED, ImportState.FAILED}
    ),
    ImportState.FAULTY: frozenset({ImportState.RECEIVED, ImportState.DISCARDED}),
    ImportState.FAILED: frozenset({ImportState.RECEIVED, ImportState.DISCARDED}),
    ImportState.PROPOSED: frozenset(),
    ImportState.DISCARDED: frozenset(),
}

#: tries at one step of an import: after that many it waits for somebody who looks at it
MOST_TRIES = 3


def crash_words(what: str, trace: str) -> str:
    """Why an import failed whose work stopped at a fault of ours, and what to do. `trace` stands in the log of the worker."""
    return (
        f"The work on this file stopped at a fault of the program ({what}), {MOST_TRIES} times. Check it again; if it fails"
        f" again, tell an administrator to look for {trace} in the log."
    )


def lost_words(trace: str) -> str:
    """Why an import failed whose workers died: nobody knows more than that."""
    return (
        f"{MOST_TRIES} workers died while they worked on this file; it may be too large for them. Split it into several"
        f" files, or check it again; an administrator finds it in the log by {trace}."
    )


class BatchStep(StrEnum):
    """What is done with all change requests of an import at once."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"


class BatchState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
