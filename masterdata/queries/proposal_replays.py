"""Impact replays of a proposal. They belong to a layer above, which says what there are; it shows them on pages by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProposalReplay:
    """`outdated`: the proposal has changed since it was asked for; `page`: its address."""

    state: str
    since: datetime
    until: datetime
    requested_at: datetime
    requested_by: str
    outdated: bool
    page: str


Finder = Callable[[str, int, int | None], list[ProposalReplay]]
_told: list[Finder] = []


def tell_of_proposal_replays(find: Finder) -> None:
    """Called once, when the layer starts. `find(kind, record id, site id)`: the latest, newest first."""
    _told[:] = [find]


def proposal_replays(kind: str, record_id: int | None, site_id: int | None) -> list[ProposalReplay]:
    """None where no layer knows of any, or the record is not there yet."""
    if record_id is None:
        return []
    return [replay for find in _told for replay in find(kind, record_id, site_id)]
