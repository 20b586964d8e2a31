"""Call an impact replay off. The worker that replays it finds out with its next batch, and keeps nothing of it."""

from datetime import datetime

from backflush.models import ImpactReplay
from backflush.rules.vocabulary import OPEN_IMPACTS, ImpactState
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def cancel_impact_replay(*, replay: ImpactReplay, actor: Person, now: datetime) -> ImpactReplay:
    """Refused where it has ended meanwhile."""
    require(actor, Duty.REPLAY_IMPACT)
    with acting(actor):
        current = ImpactReplay.objects.select_for_update().get(pk=replay.pk)
        if current.state not in OPEN_IMPACTS:
            raise Refused(
                Refusal(
                    "replay_ended",
                    f"This replay is {current.state} already.",
                    str(current.pk),
                    "Look at what it found, or start another.",
                )
            )
        current.state, current.finished_at, current.cancelled_by = ImpactState.CANCELLED, now, actor
        current.held_until = None
        current.save(update_fields=["state", "finished_at", "cancelled_by", "held_until"])
    return current
