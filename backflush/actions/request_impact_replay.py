"""Ask for the impact of a proposal on the reports of the last days. A worker replays it; see `run_impact_replays`."""

from datetime import datetime, timedelta

from django.db import connection

from backflush.models import ImpactReplay
from backflush.queries.proposals import Proposal, proposal_of
from backflush.rules.vocabulary import OPEN_IMPACTS
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person, Site
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused

DAYS = 30
MOST_DAYS = 400
#: of the two numbers that name an advisory lock
_LOCK = (7, 21)


def request_impact_replay(
    *, kind: str, record_id: int, days: int, site: Site, actor: Person, now: datetime
) -> ImpactReplay:
    """Queue a replay of the proposal as it stands now. Where the same one waits already, that one is returned.

    Refused where the record is no open proposal, the days are out of range, or another replay of it has not ended.
    """
    require(actor, Duty.REPLAY_IMPACT)
    with acting(actor):
        with connection.cursor() as cursor:  # two people who ask at the same moment
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
        proposal = proposal_of(kind, record_id)
        refusals = _refusals(proposal, days)
        if refusals or proposal is None:
            raise Refused(*refusals)
        waiting = ImpactReplay.objects.filter(
            site=site, kind=proposal.kind, record_id=record_id, state__in=OPEN_IMPACTS
        ).first()
        if waiting is not None and (waiting.days, waiting.digest) == (days, proposal.digest):
            return waiting
        if waiting is not None:
            raise Refused(
                Refusal(
                    "replay_under_way",
                    f"A replay of {proposal} over {waiting.days} days, asked for by {waiting.requested_by.name}, has not"
                    " ended.",
                    str(proposal),
                    "Wait until it ends, or cancel it.",
                )
            )
        return ImpactReplay.objects.create(
            site=site,
            kind=proposal.kind,
            record_id=record_id,
            digest=proposal.digest,
            days=days,
            since=now - timedelta(days=days),
            until=now,
            requested_by=actor,
            requested_at=now,
        )


def _refusals(proposal: Proposal | None, days: int) -> list[Refusal]:
    found = []
    if proposal is None:
        found.append(
            Refusal("no_such_proposal", "There is no such record.", "", "Go back to the proposal and start from there.")
        )
    elif not proposal.open:
        found.append(
            Refusal(
                "not_proposed",
                f"{proposal} is {proposal.record.state}: it is decided already.",
                str(proposal),
                "Replay a draft or one that waits for its signature.",
            )
        )
    if not 1 <= days <= MOST_DAYS:
        found.append(
            Refusal("days_out_of_range", f"{days} days cannot be replayed.", "days", f"Choose 1 to {MOST_DAYS} days.")
        )
    return found
