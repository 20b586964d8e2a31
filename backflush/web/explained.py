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
_FROM_REPORT = frozenset({"avoidable scrap", "structural scrap", "rework"})
#: the steps of `backflush.rules.explain_scan`, each with the sign before it
_SCAN = {
    "order quantity": "",
    "× per unit of the order": "",
    "target": "=",
    "least allowed": "",
    "most allowed": "",
    "scanned before": "",
    "scanned now": "+",
    "lot potency": "×",
    "label potency": "÷",
    "counts for": "=",
    "scanned so far": "→",
}
_OF_BOM = frozenset({"× per unit of the order", "least allowed", "most allowed"})
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
    line: dict[str, Any],
    *,
    symbols: dict[str, str],
    output: str,
    output_unit: str,
    bom_url: str,
    bom_name: str,
    report_url: str = "",
) -> list[dict[str, Any]]:
    """Steps from the reported output to what was posted. `output`: what consumed, in the order's unit."""
    unit = symbols.get(line["unit"], line["unit"])
    steps: list[dict[str, Any]] = []
    if line["method"] == "backflush":
        steps.append(
            {
                "label": "output that consumes",
                "figure": figure(output),
                "unit": output_unit,
                "source": "report",
                "url": report_url,
            }
        )
    for step in line["steps"]:
        shown = (
            _scan_step(step, unit, output_unit, bom_url, bom_name, report_url)
            if step["label"] in _SCAN
            else _step(step, unit, bom_url, bom_name, report_url, first=not steps)
        )
        steps.append(shown)
    return steps


def _scan_step(
    step: dict[str, str], unit: str, output_unit: str, bom_url: str, bom_name: str, report_url: str
) -> dict[str, Any]:
    """A step of a scan. A figure without end is shown by its decimal neighbour; the exact one stands in the API."""
    label, value, note = step["label"], step["value"], step["note"]
    near = value.rpartition("≈ ")
    figured = f"≈ {figure(near[2])}" if near[1] else figure(value)
    shown: dict[str, Any] = {"label": label, "figure": figured, "unit": unit, "operator": _SCAN[label], "source": note}
    if label == "order quantity":
        shown |= {"unit": output_unit, "source": "order"}
    elif label.endswith("potency"):
        shown["unit"] = ""
    elif label in _OF_BOM:
        shown |= {"source": f"{bom_name}: {note}" if note else bom_name, "url": bom_url}
    elif label == "scanned now":
        shown |= {"source": f"{note}, the scan", "url": report_url}
    elif label == "scanned so far":
        shown["result"] = True
    return shown


def _step(
    step: dict[str, str], unit: str, bom_url: str, bom_name: str, report_url: str, *, first: bool
) -> dict[str, Any]:
    label = step["label"]
    shown: dict[str, Any] = {"label": label, "figure": figure(step["value"]), "unit": unit}
    if label.startswith("output"):
        return {**shown, "operator": "→", "label": "× quantity ÷ base", "source": bom_name, "url": bom_url}
    if label in _ADDED:
        if label in _FROM_BOM:
            step_of = step["note"] if step["note"].startswith("step from") else ""
            shown |= {"source": f"{bom_name}, {step_of}" if step_of else bom_name, "url": bom_url}
        elif label in _FROM_REPORT:
            shown |= {"source": step["note"], "url": report_url}
        elif label == "needed by earlier reports":
            shown["source"] = "standing postings"
        return {**shown, "operator": "" if first else "+", "label": _ADDED[label]}
    if label == "less already posted":
        return {**shown, "operator": "−", "label": "already posted"}
    if label.startswith(_POST):
        return {**shown, "operator": "=", "label": label, "source": step["note"], "result": True}
    return {**shown, "operator": "" if first else "=", "source": step["note"] if step["note"] != shown["unit"] else ""}


def classes_of(classes: dict[str, str]) -> str:
    """The parts of a drawn quantity in words: `117.6 base, 2.352 planned loss`."""
    return ", ".join(f"{figure(value)} {_CLASSES.get(name, name)}" for name, value in classes.items())


def consuming(counted: dict[str, Any]) -> tuple[str, str]:
    """What of a report consumed: its figure, and what it said in words."""
    if counted["scan"]:
        return "", "One lot was scanned"
    parts = [(Decimal(counted["good"]), "good")]
    parts += [(Decimal(one["quantity"]), f"{one['loss']} scrap") for one in counted["scrap"]]
    parts.append((Decimal(counted["rework"]), "rework"))
    told = [f"{figure(value)} {words}" for value, words in parts if value or words == "good"]
    if counted["setups"]:
        told.append(f"{counted['setups']} setup{'s' if counted['setups'] != 1 else ''}")
    return figure(sum(value for value, _ in parts)), f"Reported: {' + '.join(told)}"
