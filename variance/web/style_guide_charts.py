"""The charts of the style guide, drawn from invented figures."""

from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe

from masterdata.rules.chart_svg import Bar, Level, Mark, Point, Step, line, ranked_bars, sparkline, waterfall

_PARTS = [
    ("Price", "412.10"),
    ("Usage", "-138.45"),
    ("Mix", "26.00"),
    ("Yield", "301.75"),
    ("Setup scrap", "-54.20"),
    ("Avoidable scrap", "188.90"),
    ("Rework", "0"),
    ("Rounding", "-0.37"),
]
_VALUES = [
    "2.02",
    "2.05",
    "1.98",
    "2.01",
    "2.04",
    "2.00",
    "2.31",
    "2.03",
    "1.96",
    "1.93",
    "1.95",
    "1.94",
    "1.96",
    "1.92",
    "1.95",
]
_LOSSES = [
    ("Seal leaks", "4120", "packaging"),
    ("Spilled at the filler", "2210", "production"),
    ("Purge at start", "1480", "process"),
    ("Label rejected", "620", "QA"),
    ("Count difference", "180", "warehouse"),
]


def charts(prefix: str) -> dict[str, SafeString]:
    """Ids are unique on a page, hence the prefix."""
    whole = sum((Decimal(amount) for _, amount in _PARTS), Decimal(0))
    rises = [Step(label, Decimal(amount), f"{Decimal(amount):+,.2f}".replace("-", "−")) for label, amount in _PARTS]
    points = [
        Point(f"{3 + place} Nov", Decimal(value), value, "beyond the upper limit" if value == "2.31" else "")
        for place, value in enumerate(_VALUES)
    ]
    levels = [
        Level(Decimal("2.15"), "UCL 2.15"),
        Level(Decimal("2.00"), "mean 2.00", "mean"),
        Level(Decimal("1.85"), "LCL 1.85"),
    ]
    bars = [Bar(label, Decimal(amount), f"{Decimal(amount):,}", note) for label, amount, note in _LOSSES]
    drawn = {
        "waterfall": waterfall(
            [*rises, Step("Variance", whole, f"{whole:,.2f}", "total")],
            chart_id=f"{prefix}-waterfall",
            width=520,
            title="Variance of November by cause",
            description="Eight causes that add up to the whole, in euros.",
        ),
        "pareto": ranked_bars(
            bars,
            chart_id=f"{prefix}-pareto",
            cumulative=True,
            width=520,
            title="Cost of poor quality",
            description="Five categories with their owners, largest first, in euros.",
        ),
        "control": line(
            points,
            chart_id=f"{prefix}-control",
            width=960,
            levels=levels,
            marks=[Mark(8, "CR-0042 takes effect")],
            title="Usage per bottle",
            description="Fifteen days; one point lies beyond the upper limit.",
        ),
        "spark": sparkline(
            [point.value for point in points], chart_id=f"{prefix}-spark", title="Trend", description="Fifteen days."
        ),
    }
    return {name: mark_safe(svg) for name, svg in drawn.items()}  # noqa: S308  (escaped where it is drawn)
