"""What differs between two versions of a BOM, field by field; lines are matched by the identity that they keep."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from masterdata.rules.bom import BomDraft

_HEAD = ("base_quantity", "base_unit", "phantom")
_SKIPPED = frozenset({"identity", "position"})


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` (the head, or a line by item) differs in `field`: from `old` to `new`. Empty: it was not, or is no more."""

    what: str
    field: str
    old: str
    new: str


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """From one content of a version (`queries.bom_content`) to another, in the order of the new one's lines."""
    found = [
        Difference("version", name.replace("_", " "), text_of(old[name]), text_of(new[name]))
        for name in _HEAD
        if old[name] != new[name]
    ]
    found += _losses("version", old["scrap_factors"], new["scrap_factors"])
    for part in ("lines", "outputs"):
        before = {line["identity"]: line for line in old[part]}
        after = {line["identity"]: line for line in new[part]}
        for identity, line in after.items():
            found += _line(before.get(identity), line)
        found += [
            Difference(f"{line['item']}", "line", _whole(line), "")
            for identity, line in before.items()
            if identity not in after
        ]
    return found


def same_figures(old: BomDraft, new: BomDraft, stock_units: Mapping[str, str]) -> bool:
    """Whether two drafts of one item say the same, whatever the order of their rows and the identities they keep."""
    return _figures(old, stock_units) == _figures(new, stock_units)


def _figures(draft: BomDraft, stock_units: Mapping[str, str]) -> tuple[Any, ...]:
    rows = (
        Counter(replace(row, identity=None, unit=row.unit or stock_units.get(row.item, "")) for row in part)
        for part in (draft.lines, draft.outputs)
    )
    head = (draft.base_quantity, draft.base_unit, draft.phantom, draft.assembly_scrap)
    return (*head, Counter(draft.operation_scrap), *rows)


def _line(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Difference]:
    if before is None:
        return [Difference(after["item"], "line", "", _whole(after))]
    found = []
    for name, value in after.items():
        if name in _SKIPPED or before.get(name) == value:
            continue
        if name == "scrap_factors":
            found += _losses(after["item"], before[name], value)
        else:
            found.append(Difference(after["item"], name.replace("_", " "), text_of(before.get(name)), text_of(value)))
    return found


def _losses(what: str, old: Any, new: Any) -> list[Difference]:
    before = {loss_name(one): one for one in old}
    after = {loss_name(one): one for one in new}
    return [
        Difference(what, name, loss_text(before.get(name)), loss_text(after.get(name)))
        for name in dict.fromkeys([*after, *before])
        if before.get(name) != after.get(name)
    ]


def loss_name(loss: Mapping[str, Any]) -> str:
    """What a loss is called, such as `component running scrap`."""
    return " ".join(part for part in (loss["level"], loss["operation"], loss["kind"], "scrap") if part)


def loss_text(loss: Mapping[str, Any] | None) -> str:
    """A loss in one line: how much, by which convention, whose figure it is."""
    if loss is None:
        return ""
    size = f"{loss['quantity']} per setup" if loss["kind"] == "setup" else f"{loss['percent']} % {loss['convention']}"
    told = f"{size}, {loss['loss']}, from {loss['source']}".replace("_", " ")
    net = ", net" if loss["net"] else ""
    return f"{told}{net} ({loss['source_note']})" if loss["source_note"] else told + net


def _whole(line: Mapping[str, Any]) -> str:
    return f"{line['quantity']} {line['unit']} at operation {line['operation']}"


def text_of(value: Any) -> str:
    """A value of a content as people read it; empty for what is not there."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(text_of(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(
            f"{name.replace('_', ' ')} {text_of(one)}" for name, one in value.items() if one not in (None, "")
        )
    return str(value).replace("_", " ")
