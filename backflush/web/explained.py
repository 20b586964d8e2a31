"""A posted line's arithmetic as the `arithmetic` component shows it: left to right, each figure with where it comes from."""

from decimal import Decimal
from typing import Any

from masterdata.models import Unit
from masterdata.pages.figures import figure

#: The steps of `backflush.rules.explain` that add to the need, with how they are written here.
_ADDED = {
    "planned losses": "planned losses",
    "avoidable scrap": "avoidable scrap",
    "structural scrap": "structural scrap",
    "rework": "rework",
    "setup": "setup",
    "per order": "per order",
    "needed by earlier reports": "earlier reports",
}
_FROM_BOM = frozenset({"planned losses", "setup", "per order"})
_POST = "to post now"
_CLASSES = {
    "base": "base",
    "loss": "planned loss",
    "setup": "setup",
    "avoidable": "avoidable scrap",
    "structural": "structural scrap",
    "rework": "rework",
    "rounding": "rounding",
}


def unit_symbols() -> dict[str, str]:
    """How each unit is written, by its code."""
    return dict(Unit.objects.values_list("code", "symbol"))


def arithmetic_of(
    line: dict[str, Any], *, symbols: dict[str, str], output: str, output_unit: str, bom_url: str, bom_name: str
) -> list[dict[str, Any]]:
    """Steps from the reported output to what was posted. `output`: what consumed, in the order's unit."""
    unit = symbols.get(line["unit"], line["unit"])
    steps: list[dict[str, Any]] = []
    if line["method"] == "backflush":
        steps.append(
            {"label": "output that consumes", "figure": figure(output), "unit": output_unit, "source": "report"}
        )
    for step in line["steps"]:
        steps.append(_step(step, unit, bom_url, bom_name, first=not steps))
    return steps


def _step(step: dict[str, str], unit: str, bom_url: str, bom_name: str, *, first: bool) -> dict[str, Any]:
    label = step["label"]
    shown: dict[str, Any] = {"label": label, "figure": figure(step["value"]), "unit": unit}
    if label.startswith("output"):
        return {**shown, "operator": "→", "label": "× quantity ÷ base", "source": bom_name, "url": bom_url}
    if label in _ADDED:
        if label in _FROM_BOM:
            shown |= {"source": bom_name, "url": bom_url}
        elif label == "needed by earlier reports":
            shown["source"] = "standing postings"
        return {**shown, "operator": "" if first else "+", "label": _ADDED[label]}
    if label in ("less already posted", "scanned before"):
        return {**shown, "operator": "−" if label.startswith("less") else "", "label": label.removeprefix("less ")}
    if label.startswith(_POST):
        return {**shown, "operator": "=", "label": label, "source": step["note"], "result": True}
    return {**shown, "operator": "" if first else "=", "source": step["note"] if step["note"] != shown["unit"] else ""}


def classes_of(classes: dict[str, str]) -> str:
    """The parts of a drawn quantity in words: `117.6 base, 2.352 planned loss`."""
    return ", ".join(f"{figure(value)} {_CLASSES.get(name, name)}" for name, value in classes.items())


def consuming(counted: dict[str, Any]) -> tuple[str, str]:
    """What of a report consumed: its figure, and its parts in words."""
    parts = [(Decimal(counted["good"]), "good")]
    parts += [(Decimal(one["quantity"]), f"{one['loss']} scrap") for one in counted["scrap"]]
    parts.append((Decimal(counted["rework"]), "rework"))
    told = [f"{figure(value)} {words}" for value, words in parts if value or words == "good"]
    if counted["setups"]:
        told.append(f"{counted['setups']} setup{'s' if counted['setups'] != 1 else ''}")
    return figure(sum(value for value, _ in parts)), " + ".join(told)
