"""A BOM version laid out for reading: lines by operation, each phantom with what it is exploded into, in full depth."""

from dataclasses import dataclass, field
from datetime import datetime

from masterdata.models import BomAlternate, BomLine, BomLineStep, BomVersion, ScrapFactor
from masterdata.queries.boms import effective_boms
from masterdata.rules.vocabulary import ScrapKind

DEEPEST = 12


@dataclass
class ShownLine:
    """A line with its losses, alternates and steps. `phantom`: the version it is exploded by, `inside` that one's lines."""

    line: BomLine
    level: int
    running: ScrapFactor | None
    setup: ScrapFactor | None
    alternates: list[BomAlternate]
    steps: list[BomLineStep]
    phantom: BomVersion | None = None
    inside: list["ShownLine"] = field(default_factory=list)


def lines_of(version: BomVersion, at: datetime, level: int = 0) -> list[ShownLine]:
    """The lines by operation and position; a phantom's by the version that is effective at a time."""
    lines = list(
        version.lines.select_related("item__stock_unit", "unit").prefetch_related(
            "steps", "alternates__item", "scrap_factors"
        )
    )
    lines.sort(key=lambda line: (len(line.operation_number), line.operation_number, line.position))
    effective = effective_boms({line.item_id for line in lines}, at) if level < DEEPEST else {}
    shown = []
    for line in lines:
        losses = {loss.kind: loss for loss in line.scrap_factors.all()}
        inner = effective.get(line.item_id)
        phantom = inner if inner is not None and inner.phantom else None
        shown.append(
            ShownLine(
                line=line,
                level=level,
                running=losses.get(ScrapKind.RUNNING),
                setup=losses.get(ScrapKind.SETUP),
                alternates=sorted(line.alternates.all(), key=lambda one: one.rank),
                steps=sorted(line.steps.all(), key=lambda step: step.from_quantity),
                phantom=phantom,
                inside=lines_of(phantom, at, level + 1) if phantom else [],
            )
        )
    return shown


def flat(lines: list[ShownLine]) -> list[ShownLine]:
    """In reading order, what is inside a phantom below its line."""
    return [one for line in lines for one in (line, *flat(line.inside))]
