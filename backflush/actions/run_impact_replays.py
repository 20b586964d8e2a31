"""Go on with the impact replays that wait: a few seconds at a time, so that posting keeps its worker.

Reading and deciding hold no locks and no transaction; after each batch one short statement records how far the replay has come,
and finds out whether it was cancelled or another worker has it. A worker that dies leaves a hold that runs out; the next one
goes on after the last order that is whole. What fails for a reason of its own fails at once, and says so.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection

from backflush.models import ImpactReplay
from backflush.queries.impact_cases import CaseReader, OrderToReplay, in_batches, orders_to_replay
from backflush.queries.proposals import Proposal, proposal_of
from backflush.rules.impact import Difference, OrderReplay
from backflush.rules.impact_totals import Impact, read_impact
from backflush.rules.vocabulary import OPEN_IMPACTS, ImpactState
from masterdata.actions.acting import acting

REPLAYER = "service:impact-replay"
#: much longer than a batch takes
HOLD = timedelta(seconds=30)
#: after that many workers died of it, one after the other, no further one tries
MOST_LOST = 3
BUDGET_SECONDS = 5.0
_LOCK = (7, 22)

log = structlog.get_logger(__name__)


class _NotOursError(Exception):
    """Cancelled, or another worker has it."""


class _Run:
    """One worker's go at one replay. `moment` is the time of day, counted on from when the task began."""

    def __init__(self, replay: ImpactReplay, proposal: Proposal, moment: Callable[[], datetime]) -> None:
        self._replay, self._moment = replay, moment
        self._reader = CaseReader(replay, proposal)
        self._impact: Impact = read_impact(replay.result)
        orders = orders_to_replay(replay, proposal)
        self._total = replay.total or sum(one.postings for one in orders)
        self._left = [one for one in orders if one.order_id > replay.reached]
        self._done = max(0, self._total - sum(one.postings for one in self._left))

    def go_on(self, until: float) -> None:
        """Replay until all is done or the time is up. `_NotOursError` where it was taken away."""
        self._record(total=self._total, done=self._done)
        for batch in in_batches(self._left):
            if time.monotonic() >= until:
                self._record(held_until=None)
                return
            self._replay_batch(batch)
        self._record(
            state=ImpactState.DONE, finished_at=self._moment(), held_until=None, done=self._total, result=self._result()
        )

    def _replay_batch(self, batch: list[OrderToReplay]) -> None:
        replays = {one.order_id: OrderReplay() for one in batch}
        found: dict[int, list[Difference]] = {one.order_id: [] for one in batch}
        begun = self._done
        for cases in self._reader.cases(batch):
            for case in cases:
                difference = replays[case.order.id].replay(case)
                if case.counted:
                    found[case.order.id].append(difference)
            self._done = min(self._done + len(cases), self._total)
            if self._done < begun + sum(one.postings for one in batch):  # a large order: the next batch is not its end
                self._record(done=self._done)
        for order_id, number in self._reader.order_names(batch).items():
            self._impact.add_order(order_id, number, found[order_id], self._reader.figures.price_of)
        self._record(done=self._done, reached=batch[-1].order_id, lost=0, result=self._result())

    def _result(self) -> dict[str, Any]:
        return self._impact.as_data()

    def _record(self, **changes: Any) -> None:
        changes.setdefault("held_until", self._moment() + HOLD)
        if not _change(self._replay, **changes):
            raise _NotOursError


def run_impact_replays(*, now: datetime, budget: float = BUDGET_SECONDS) -> bool:
    """Go on with the replay that waits longest; True where there is more to do. `now`: when this began."""
    started = time.monotonic()

    def moment() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    replay = _claim(now)
    if replay is None:
        return False
    try:
        proposal = proposal_of(replay.kind, replay.record_id)
        if proposal is None or proposal.digest != replay.digest:
            _fail(replay, moment(), "The proposal was changed while its replay waited. Ask for another replay.")
        else:
            _Run(replay, proposal, moment).go_on(started + budget)
    except _NotOursError:
        log.info("impact_replay_taken_away", replay=replay.pk)
    except (OperationalError, InterfaceError):  # of the database, not of this replay: whoever comes next goes on
        raise
    except Exception as error:
        log.exception("impact_replay_failed", replay=replay.pk)
        what = f"{type(error).__name__}: {error}"[:300]
        _fail(
            replay,
            moment(),
            f"The replay stopped at a fault ({what}). Ask an engineer to look at the log of the worker.",
        )
    return ImpactReplay.objects.filter(state__in=OPEN_IMPACTS).exists()


def _claim(now: datetime) -> ImpactReplay | None:
    """Take the replay that waits longest, unless some worker is at one: posting needs the others."""
    with acting(REPLAYER):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
        waiting = ImpactReplay.objects.filter(state__in=OPEN_IMPACTS)
        if waiting.filter(held_until__gte=now).exists():
            return None
        replay = waiting.select_for_update(skip_locked=True).order_by("requested_at", "pk").first()
        if replay is None:
            return None
        if replay.held_until is not None:  # a worker that stops gives it back
            replay.lost += 1
        if replay.lost >= MOST_LOST:
            replay.state, replay.finished_at, replay.held_until = ImpactState.FAILED, now, None
            replay.failure = (
                f"{replay.lost} workers died while they replayed it, each before it was a batch further."
                " Look at the log of the workers, then ask for another replay."
            )
        else:
            replay.state, replay.held_until = ImpactState.RUNNING, now + HOLD
            replay.started_at = replay.started_at or now
            replay.claims += 1
        replay.save()
        return replay if replay.state == ImpactState.RUNNING else None


def _fail(replay: ImpactReplay, at: datetime, why: str) -> None:
    _change(replay, state=ImpactState.FAILED, finished_at=at, held_until=None, failure=why)


def _change(replay: ImpactReplay, **changes: Any) -> bool:
    """Write, where the replay still runs and is ours."""
    with acting(REPLAYER):
        rows = ImpactReplay.objects.filter(pk=replay.pk, claims=replay.claims, state=ImpactState.RUNNING)
        return bool(rows.update(**changes))
