"""What a page offers to its reader: only links that open and forms that are taken, as the pages they lead to declare."""

from typing import Any

from django.urls import resolve, reverse

from masterdata.models import Person
from masterdata.pages.rights import Rights
from masterdata.rules.refusal import Refused


def opens(person: object, name: str, *arguments: Any) -> bool:
    """Whether this page opens for this person; NoReverseMatch where there is no such page."""
    return _allows(person, name, arguments, sends=False)


def takes(person: object, name: str, *arguments: Any) -> bool:
    """Whether this page takes what this person sends to it; NoReverseMatch where there is no such page."""
    return _allows(person, name, arguments, sends=True)


def _allows(person: object, name: str, arguments: tuple[Any, ...], *, sends: bool) -> bool:
    if not isinstance(person, Person):
        return False
    match = resolve(reverse(name, args=arguments))
    rights: Rights | None = getattr(match.func, "rights", None)
    if rights is None:
        return True
    try:
        rights.refuse_open(person, match.kwargs)
        if sends and rights.sends is not None:
            rights.refuse_send(person, match.kwargs)
    except Refused:
        return False
    return not sends or rights.sends is not None
