"""Parts of a record's page that a layer above fills in, such as what past reports would have used by a proposal.

say_what_stands_beside("bom_version", part)     # once, where the layer starts; part(request, record) gives markup or ""
beside(request, "bom_version", version)         # in the view of the record
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

Part = Callable[[HttpRequest, Any], SafeString | str]
_parts: dict[str, list[Part]] = {}


def say_what_stands_beside(kind: str, part: Part) -> None:
    """From now on pages of this kind of record show the part. Said twice it is shown once."""
    known = _parts.setdefault(kind, [])
    if part not in known:
        known.append(part)


def beside(request: HttpRequest, kind: str, record: Any) -> list[SafeString | str]:
    """What the layers above show on the page of this record; nothing where they have nothing to say."""
    return [shown for part in _parts.get(kind, []) if (shown := part(request, record))]
