"""What a quality record may be about that belongs to a layer above: reports and postings. That layer says what there is.

say_what_there_is("report", lambda site_id, event_id: …)      # once, where the layer starts
is_there("report", site_id, event_id)
"""

from collections.abc import Callable
from typing import Any

_asked: dict[str, Callable[[int, Any], bool]] = {}


def say_what_there_is(kind: str, known: Callable[[int, Any], bool]) -> None:
    """From now on `known(site id, name)` says whether a subject of this kind is there."""
    _asked[kind] = known


def is_there(kind: str, site_id: int, name: Any) -> bool:
    """Whether the subject is there. Without the layer that knows, nothing of that kind is."""
    known = _asked.get(kind)
    return known is not None and known(site_id, name)
