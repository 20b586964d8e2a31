"""Web, worker and beat look before they serve: what would be unsafe ends the process with a sentence for each reason."""

import sys
import time

from django.db import DatabaseError, connections

from backflush.project.safety import what_is_unsafe

#: gunicorn takes this one for "it cannot start", and starts no other process in its place
CANNOT_START = 3
#: after a power cut PostgreSQL replays its log first
PATIENCE_SECONDS = 20.0


def refuse_when_unsafe() -> None:
    """Return where it is safe to serve; else say why on standard error and exit with code 3."""
    limit = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            reasons = [str(one) for one in what_is_unsafe()]
            break
        except DatabaseError as error:
            if time.monotonic() > limit:
                reasons = [f"The database does not answer: {str(error).strip()} Check DATABASE_URL, and start again."]
                break
            connections.close_all()
            time.sleep(0.2)
    connections.close_all()  # the processes that are forked from here open their own
    if reasons:
        lines = "\n".join(f"  - {one}" for one in reasons)
        print(f"Backflush does not start, since it would be unsafe:\n{lines}", file=sys.stderr, flush=True)  # noqa: T201
        sys.exit(CANNOT_START)
