"""From values to an exception, at the one place where an action gives up."""

from collections.abc import Iterable

from masterdata.rules.refusal import Refusal, Refused


def refuse_if(refusals: Iterable[Refusal]) -> None:
    """Raise Refused with all of them, if there are any."""
    found = list(refusals)
    if found:
        raise Refused(*found)
