"""Ask for the approval of a drafted version: open its change request, and submit it where nothing is left to decide."""

from datetime import datetime
from typing import Any

from masterdata.actions.acting import acting
from masterdata.actions.propose_change import propose_change
from masterdata.actions.submit_change import change_faults, submit_change
from masterdata.models import ChangeRequest, Person
from masterdata.queries.changes import live_change, record_of
from masterdata.rules.refusal import Refused

#: what the author says on the request's own page
TO_DECIDE = "order_undecided"


def ask_for_approval(*, kind: str, version: Any, actor: Person, reason: str, now: datetime) -> ChangeRequest:
    """The version's request, submitted; or a draft where open orders have to be decided on first.

    Refused, and nothing opened, with every other fault of it.
    """
    with acting(actor, reason=reason):
        request = live_change(kind, version.pk) or propose_change(
            kind=kind, record=version, proposed={}, author=actor, reason=reason, now=now
        )
        faults = change_faults(request, record_of(request), now)
        others = [fault for fault in faults if fault.code != TO_DECIDE]
        if others:
            raise Refused(*others)
        return request if faults else submit_change(request=request, actor=actor, now=now)
