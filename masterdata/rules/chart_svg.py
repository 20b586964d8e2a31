"""Charts as SVG text: waterfall, ranked bars, line with limits, sparkline. Pure: figures and words in, markup out.

Every chart has a title and a description, and its words on every point. Nothing is styled inline:
colours come from the classes `chart-…` in static/css/data.css; without it (in a PDF) `currentColor`, opacity and shape
still tell all.
Figures stay exact; only places on the drawing are floats.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from masterdata.rules.exact import Fraction
from masterdata.rules.svg_markup import (
    TEXT,
    WIDTH,
    drawing,
    element,
    escape_text,
    level_line,
    text_at,
    upright,
    written,
)

Figure = Decimal | Fraction | int

CHARACTER = 7.0  # broad enough for the widest of the usual fonts at 13
ROW = 28
BAR = 18
LONGEST_LABEL = 30
MARK_ROW = 16


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a waterfall. A `part` moves the running sum by `amount`; a `total` shows it and must equal it."""

    label: str
    amount: Figure
    text: str
    kind: Literal["part", "total"] = "part"


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a bar chart: `amount` ≥ 0, `text` is the figure in words, `note` stands behind it (an owner)."""

    label: str
    amount: Figure
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a line; `value` None leaves a gap. `flag` says which rule it breaks: it is then drawn as a diamond."""

    label: str
    value: Figure | None
    text: str
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A level across a line chart: a control limit (dashed) or the mean (dotted)."""

    value: Figure
    label: str
    kind: Literal["limit", "mean"] = "limit"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened just before the point at `index`, such as a change taking effect."""

    index: int
    label: str


def waterfall(
    steps: Sequence[Step],
    *,
    chart_id: str,
    title: str,
    description: str,
    more_is_worse: bool = True,
    width: int = WIDTH,
) -> str:
    """Parts of a whole, one row each, floating from where the part before ended.

    Raises ValueError where a `total` differs from the sum of the parts before it: such a chart would lie.
    """
    if not steps:
        return _nothing(chart_id, title, description, width)
    spans = _spans(steps)
    label_width, text_width = _widths(width, [step.label for step in steps], [step.text for step in steps])
    scale = _Scale(
        low=min(0.0, *(float(min(span)) for span in spans)),
        high=max(0.0, *(float(max(span)) for span in spans)),
        start=label_width,
        length=width - label_width - text_width,
    )
    drawn = [upright(scale.at(0), 0, len(steps) * ROW, "chart-axis")]
    for row, (step, (before, after)) in enumerate(zip(steps, spans, strict=True)):
        top = row * ROW
        left, right = sorted((scale.at(float(before)), scale.at(float(after))))
        kind = "total" if step.kind == "total" else "worse" if (step.amount > 0) == more_is_worse else "better"
        if step.kind == "part" and step.amount == 0:
            kind = "total"
        drawn.append(_bar(step.label, step.text, kind, left=left, right=right, top=top))
        drawn.append(_row_text(step.label, top))
        drawn.append(text_at(step.text, right + 6, top + ROW / 2 + 4.5, bold=step.kind == "total"))
        if row + 1 < len(steps):
            joint = scale.at(float(after))
            drawn.append(upright(joint, top + ROW - 5, top + ROW + 5, "chart-axis", dashes="2 2"))
    return drawing(chart_id, title, description, len(steps) * ROW, drawn, width=width)


def ranked_bars(
    bars: Sequence[Bar],
    *,
    chart_id: str,
    title: str,
    description: str,
    cumulative: bool = False,
    width: int = WIDTH,
) -> str:
    """Horizontal bars in the order given. `cumulative` adds the running share of the whole to each (a Pareto).

    Raises ValueError for an amount below zero.
    """
    if not bars:
        return _nothing(chart_id, title, description, width)
    if any(bar.amount < 0 for bar in bars):
        raise ValueError("a ranked bar is never below zero")
    whole = sum((Fraction(bar.amount) for bar in bars), Fraction(0))
    running, behind = Fraction(0), []
    for bar in bars:
        running += Fraction(bar.amount)
        share = f"Σ {round(running * 100 / whole)} %" if cumulative and whole else ""
        behind.append(" · ".join(words for words in (bar.text, bar.note, share) if words))
    label_width, text_width = _widths(width, [bar.label for bar in bars], behind)
    most = max(float(bar.amount) for bar in bars)
    scale = _Scale(low=0.0, high=most, start=label_width, length=width - label_width - text_width)
    drawn = [upright(scale.at(0), 0, len(bars) * ROW, "chart-axis")]
    for row, (bar, words) in enumerate(zip(bars, behind, strict=True)):
        end = scale.at(float(bar.amount))
        drawn.append(_bar(bar.label, words, "plain", left=scale.at(0), right=end, top=row * ROW))
        drawn.append(_row_text(bar.label, row * ROW))
        drawn.append(text_at(words, end + 6, row * ROW + ROW / 2 + 4.5))
    return drawing(chart_id, title, description, len(bars) * ROW, drawn, width=width)


def line(
    points: Sequence[Point],
    *,
    chart_id: str,
    title: str,
    description: str,
    levels: Sequence[Level] = (),
    marks: Sequence[Mark] = (),
    width: int = WIDTH,
    height: int = 260,
    tick_text: Callable[[Decimal], str] = str,
) -> str:
    """Values in their order, with levels, flags and marks: a trend or a control chart."""
    known = [float(point.value) for point in points if point.value is not None]
    if not known:
        return _nothing(chart_id, title, description, width)
    ticks = _ticks(known + [float(level.value) for level in levels])
    words = [tick_text(tick) for tick in ticks]
    left = max(len(text) for text in words) * CHARACTER + 10
    right = width - max((len(level.label) for level in levels), default=2) * CHARACTER - 10
    top, bottom = 8 + MARK_ROW * min(len(marks), 2), height - 26
    across = _Scale(low=0, high=max(len(points) - 1, 1), start=left + 8, length=right - left - 16)
    up = _Scale(low=float(ticks[0]), high=float(ticks[-1]), start=bottom, length=top - bottom)
    drawn = []
    for tick, text in zip(ticks, words, strict=True):
        drawn.append(level_line(up.at(float(tick)), left, right, "chart-grid", opacity="0.25"))
        drawn.append(text_at(text, left - 6, up.at(float(tick)) + 4, anchor="end", soft=True))
    drawn.extend(_levels(levels, up, left=left, right=right))
    drawn.extend(_marks(marks, across, bottom, width))
    drawn.append(_curve(points, across, up, thickness="2"))
    drawn.extend(_dots(points, across, up))
    drawn.extend(_labels_below(points, across, bottom + 18))
    return drawing(chart_id, title, description, height, drawn, width=width)


def sparkline(values: Sequence[Figure | None], *, chart_id: str, title: str, description: str) -> str:
    """A word-sized trend; the last value is a dot. For a table cell: the figure itself stands beside it."""
    points = [Point(label=str(place), value=value, text="") for place, value in enumerate(values)]
    known = [float(value) for value in values if value is not None]
    if not known:
        return drawing(chart_id, title, description, 28, [], width=120, class_="chart sparkline")
    across = _Scale(low=0, high=max(len(values) - 1, 1), start=4, length=112)
    up = _Scale(low=min(known), high=max(known), start=24, length=-20)
    last = max(place for place, value in enumerate(values) if value is not None)
    end = {"cx": written(across.at(last)), "cy": written(up.at(known[-1]))}
    drawn = [
        _curve(points, across, up, thickness="1.5"),
        element("circle", class_="chart-dot", r="3", fill="currentColor", **end),
    ]
    return drawing(chart_id, title, description, 28, drawn, width=120, class_="chart sparkline")


# Figures to places


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    length: float

    def at(self, value: float) -> float:
        spread = self.high - self.low
        share = (value - self.low) / spread if spread else 0.5
        return self.start + share * self.length


def _spans(steps: Sequence[Step]) -> list[tuple[Fraction, Fraction]]:
    running, spans = Fraction(0), []
    for step in steps:
        amount = Fraction(step.amount)
        if step.kind == "part":
            spans.append((running, running + amount))
            running += amount
            continue
        if spans and amount != running:
            raise ValueError(f"{step.label}: the parts add up to {running}, not to {amount}")
        running = amount
        spans.append((Fraction(0), amount))
    return spans


def _ticks(values: Sequence[float]) -> list[Decimal]:
    """Four to eight round figures around the values, all with the same decimals."""
    low, high = min(values), max(values)
    rough = ((high - low) or abs(high) or 1.0) / 5
    power = Decimal(10) ** math.floor(math.log10(rough))
    step = next(power * by for by in (1, 2, 5, 10) if float(power * by) >= rough)
    first = math.floor(low / float(step) + 1e-9)
    last = math.ceil(high / float(step) - 1e-9)
    smallest = Decimal(1).scaleb(min(step.normalize().adjusted(), 0))
    return [(step * place).quantize(smallest) for place in range(first, max(last, first + 1) + 1)]


def _widths(width: int, labels: Sequence[str], texts: Sequence[str]) -> tuple[float, float]:
    label = max(min(len(label), LONGEST_LABEL) for label in labels) * CHARACTER + 12
    text = max(len(text) for text in texts) * CHARACTER + 12
    return label, min(text, width / 2.5)


def _path(points: Sequence[Point], across: _Scale, up: _Scale) -> str:
    parts, pen_down = [], False
    for place, point in enumerate(points):
        if point.value is None:
            pen_down = False
            continue
        command = "L" if pen_down else "M"
        parts.append(f"{command}{written(across.at(place))} {written(up.at(float(point.value)))}")
        pen_down = True
    return "".join(parts)


# Places to markup


def _curve(points: Sequence[Point], across: _Scale, up: _Scale, *, thickness: str) -> str:
    return element(
        "path",
        class_="chart-line",
        d=_path(points, across, up),
        fill="none",
        stroke="currentColor",
        stroke_width=thickness,
        stroke_linejoin="round",
    )


def _marks(marks: Sequence[Mark], across: _Scale, bottom: float, width: int) -> list[str]:
    """Each just before its point, with its label on top; neighbours on two rows."""
    drawn = []
    for number, mark in enumerate(marks):
        place = min(max(across.at(mark.index - 0.5), across.start - 8), across.start + across.length + 8)
        y = 12 + MARK_ROW * (number % 2)
        drawn.append(upright(place, y + 4, bottom, "chart-mark", dashes="6 3"))
        anchor = "end" if place > width * 0.6 else "start"
        drawn.append(text_at(mark.label, place, y, anchor=anchor, extra="chart-mark-text"))
    return drawn


def _dots(points: Sequence[Point], across: _Scale, up: _Scale) -> list[str]:
    drawn = []
    for place, point in enumerate(points):
        if point.value is None:
            continue
        x, y = across.at(place), up.at(float(point.value))
        words = ": ".join(part for part in (point.label, point.text, point.flag) if part)
        if point.flag:
            shape = f"M{written(x)} {written(y - 8)}l8 8-8 8-8-8z"
            drawn.append(
                element("path", element("title", escape_text(words)), class_="chart-flag", d=shape, fill="currentColor")
            )
            drawn.append(text_at(point.text, x, y - 12 if y > 30 else y + 22, anchor="middle", bold=True))
        else:
            drawn.append(
                element(
                    "circle",
                    element("title", escape_text(words)),
                    class_="chart-dot",
                    cx=written(x),
                    cy=written(y),
                    r="3.5",
                    fill="currentColor",
                )
            )
    return drawn


def _levels(levels: Sequence[Level], up: _Scale, *, left: float, right: float) -> list[str]:
    """The lines, and their labels at the right, moved apart where they would touch."""
    drawn, lowest_free = [], math.inf
    for level in sorted(levels, key=lambda level: level.value):
        y = up.at(float(level.value))
        dashes = "7 4" if level.kind == "limit" else "2 3"
        drawn.append(level_line(y, left, right, f"chart-{level.kind}", dashes=dashes, width="1.5"))
        place = min(y + 4, lowest_free)
        lowest_free = place - TEXT - 1
        drawn.append(text_at(level.label, right + 6, place, soft=True))
    return drawn


def _labels_below(points: Sequence[Point], across: _Scale, y: float) -> list[str]:
    widest = max(len(point.label) for point in points) * CHARACTER + 14
    fits = max(1, int(across.length / widest))
    every = math.ceil(len(points) / fits)
    return [
        text_at(point.label, across.at(place), y, anchor="middle", soft=True)
        for place, point in enumerate(points)
        if place % every == 0
    ]


def _bar(label: str, text: str, kind: str, *, left: float, right: float, top: float) -> str:
    opacity = {"total": "0.55", "plain": "0.7", "worse": "0.9", "better": "0.15"}[kind]
    return element(
        "rect",
        element("title", escape_text(f"{label}: {text}")),
        class_=f"chart-{kind}",
        x=written(left),
        y=written(top + (ROW - BAR) / 2),
        width=written(max(right - left, 1.5)),
        height=str(BAR),
        fill="currentColor",
        fill_opacity=opacity,
        **({"stroke": "currentColor", "stroke_width": "1.5"} if kind == "better" else {}),
    )


def _row_text(label: str, top: float) -> str:
    shown = label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
    return text_at(shown, 0, top + ROW / 2 + 4.5, full=label if shown != label else "")


def _nothing(chart_id: str, title: str, description: str, width: int) -> str:
    dash = text_at("–", width / 2, ROW + 4, anchor="middle", soft=True)
    return drawing(chart_id, title, description, ROW * 2, [dash], width=width)
