"""Whether anything was made or promised by a record yet. Orders and stock belong to a layer above, which says so.

While nothing was, a plant is still being set up with it: its versions may say since when they hold at the source. From the
first order or lot on nothing takes effect in the past, since what was posted would be judged anew.
"""

from collections.abc import Callable, Collection, Mapping

#: kinds whose versions may say when they began to hold, while nothing was made by them
SET_UP_KINDS = frozenset({"bom_version", "unit_factor"})
Finder = Callable[[str, Collection[str]], Mapping[str, str]]
_told: dict[str, Finder] = {}


def tell_what_has_begun(find: Finder) -> None:
    """Called once, when the layer starts. `find(kind, item codes)`: for items that have begun, with what, in words."""
    _told["find"] = find


def begun_with(kind: str, codes: Collection[str]) -> Mapping[str, str]:
    """Of these items those by whose versions of this kind something was made or promised, and by what; in words."""
    return _told["find"](kind, codes) if "find" in _told and codes else {}
