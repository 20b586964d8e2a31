"""Reasons as screens tell them: what is missing of an item once, and one way to mend what is mended in one place.

The rule and the API keep every reason; nobody reads at the line that none is staged and, again, that none can be drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: Reasons against material, which one screen mends for all items.
_MATERIAL = frozenset({"not_staged", "short", "expired", "wrong_bin", "not_released"})


def one_per_item(reasons: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Without `short` for an item of which nothing is staged, and without what stands twice."""
    found = list(reasons)
    nothing_there = {one["subject"] for one in found if one["code"] == "not_staged"}
    kept: list[Mapping[str, Any]] = []
    for one in found:
        if not (one["code"] == "short" and one["subject"] in nothing_there) and one not in kept:
            kept.append(one)
    return kept


def linked_once(reasons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, each address only beside the first reason that leads there."""
    seen: set[str] = set()
    told = []
    for one in reasons:
        url = one.get("url", "")
        told.append({**one, "url": "", "link_label": ""} if url and url in seen else one)
        seen.add(url)
    return told


def gathered(reasons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Several reasons against material as one with its `lines`, so that it has one button; others stay as they are."""
    material = [one for one in reasons if one["code"] in _MATERIAL]
    if len(material) < 2 or len({one.get("url", "") for one in material}) > 1:
        return linked_once(reasons)
    together = {
        **material[0],
        "sentence": f"Material is missing at the line, for {len(material)} reasons."
        if len({one["subject"] for one in material}) < len(material)
        else f"Of {len(material)} items material is missing at the line.",
        "remedy": "",
        "lines": material,
    }
    first = reasons.index(material[0])
    return linked_once([*reasons[:first], together, *(one for one in reasons[first:] if one not in material)])
