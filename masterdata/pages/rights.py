"""What each page takes to be opened and to be sent, as the page itself declares it; tests walk every address by it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from masterdata.models import Person
from masterdata.rules.duties import READING, Duty, duty_refusal
from masterdata.rules.refusal import Refused


class Anybody(StrEnum):
    """In place of a duty."""

    SIGNED_IN = "whoever is signed in"


#: The duties of which one is enough, told by who asks and by the arguments of the address; none of them: anybody may.
Choice = Callable[..., Collection[Duty]]
Needed = Duty | Anybody | Choice


@dataclass(frozen=True, slots=True)
class Rights:
    """`opens`: to look at the page. `sends`: to send its form; None where it has none, so that sending is a 405."""

    opens: Needed
    sends: Needed | None

    def refuse_open(self, person: Person, arguments: dict[str, Any]) -> None:
        """Refused where this person may not open the page."""
        _refuse(self.opens, person, arguments)

    def refuse_send(self, person: Person, arguments: dict[str, Any]) -> None:
        """Refused where this person may not send what the page has to send."""
        assert self.sends is not None
        _refuse(self.sends, person, arguments)


def rights_of_page(duty: Duty | Choice | None, to_change: Needed | None) -> Rights:
    """A page that takes a duty of doing to be opened takes it to be sent too; one that takes none only shows."""
    if to_change is None and duty is not None and duty not in READING:
        to_change = duty
    return Rights(duty or Anybody.SIGNED_IN, to_change)


def duties_of(needed: Needed, person: Person, arguments: dict[str, Any]) -> Collection[Duty]:
    """The duties of which one is enough; none where anybody may."""
    if isinstance(needed, Anybody):
        return ()
    return (needed,) if isinstance(needed, Duty) else needed(person, **arguments)


def _refuse(needed: Needed, person: Person, arguments: dict[str, Any]) -> None:
    duties = duties_of(needed, person, arguments)
    refusals = [duty_refusal(person.roles, duty, person.name) for duty in duties]
    missing = [one for one in refusals if one is not None]
    if missing and len(missing) == len(refusals):
        raise Refused(*missing)
