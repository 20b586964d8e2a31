"""Variance in pictures and words: the waterfall of parts, and every amount with F (favourable) or U (unfavourable)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from masterdata.pages.figures import money
from masterdata.rules.chart_svg import Step, waterfall

NAMES = {
    "standard": "Standard",
    "price": "Price",
    "mix": "Mix",
    "substitution": "Substitution",
    "usage": "Usage",
    "yield": "Yield",
    "setup": "Setup scrap",
    "running": "Running scrap",
    "avoidable": "Avoidable scrap",
    "rework": "Rework",
    "count": "Count",
    "by_product": "By-product",
    "downgrade": "Downgrade",
    "rounding": "Rounding",
}


def written(amount: str | Decimal, favourable: str, decimals: int = 2) -> str:
    """159.30 U: the size, and which way."""
    return f"{money(abs(Decimal(amount)), decimals)} {favourable}".strip()


def parts_chart(
    parts: Sequence[dict[str, Any]],
    total: str,
    favourable: str,
    *,
    chart_id: str,
    title: str,
    currency: str,
    decimals: int = 2,
) -> SafeString:
    """The parts one after the other, and the whole that they add up to."""
    steps = [
        Step(
            NAMES.get(part["name"], part["name"]),
            Decimal(part["amount"]),
            written(part["amount"], part["favourable"], decimals),
        )
        for part in parts
    ]
    steps.append(Step("Variance", Decimal(total), written(total, favourable, decimals), "total"))
    drawn = waterfall(
        steps,
        chart_id=chart_id,
        title=title,
        description=f"{len(parts)} parts that add up to {written(total, favourable, decimals)} {currency}.",
        width=960,
    )
    return mark_safe(drawn)  # noqa: S308  (escaped where it is drawn)


def chart_rows(parts: Sequence[dict[str, Any]], total: str, favourable: str, decimals: int = 2) -> list[list[str]]:
    """The chart's figures, to be read."""
    rows = [
        [NAMES.get(part["name"], part["name"]), written(part["amount"], part["favourable"], decimals)] for part in parts
    ]
    return [*rows, ["Variance", written(total, favourable, decimals)]]
