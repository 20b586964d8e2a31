"""The tables and the chart of an impact replay's result."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.safestring import mark_safe

from backflush.queries.impact_replays import ShownItem, ShownReplay
from backflush.queries.postings import posting_number
from backflush.rules.impact_totals import Weight
from masterdata.pages import lists
from masterdata.pages.figures import figure, money
from masterdata.rules.chart_svg import Step, waterfall
from masterdata.rules.exact import ZERO, Fraction

#: bars of the chart; what is beyond them is drawn together
BARS = 12
#: columns that only the replay's own page has
_LEFT_OUT = {"Name", "%", "Reports short"}


def components(shown: ShownReplay) -> lists.Listing:
    """What each component would have taken, cost and lacked; its foot adds the costs up."""
    site = shown.replay.site
    decimals, currency = site.currency_decimals, site.currency
    columns = [
        *_item_columns(),
        _quantity("By the figures then", "then", lambda one: one.figures.then),
        _quantity("By the proposal", "proposed", lambda one: one.figures.proposed),
        _quantity("Difference", "difference", lambda one: one.figures.difference),
        lists.Column("%", _percent, number=True),
        lists.Column(
            f"Standard cost, {currency}", lambda one: lists.number(as_decimal(one.figures.price)), number=True
        ),
        lists.Column(
            f"Cost difference, {currency}",
            lambda one: lists.amount(as_decimal(one.figures.cost), decimals=decimals),
            sort="cost",
            by=lambda one: one.figures.cost,
            number=True,
        ),
        lists.Column(
            "Short",
            lambda one: _of(one, one.figures.short) if one.figures.short else lists.text("no", soft=True),
            sort="short",
            by=lambda one: one.figures.short_reports,
            number=True,
        ),
        lists.Column("Reports short", lambda one: lists.number(one.figures.short_reports or ""), number=True),
        lists.Column("Orders short", lambda one: lists.number(one.figures.short_orders or ""), number=True),
    ]

    def foot(rows: Any) -> list[list[lists.Cell]]:
        cells = [lists.text("") for _ in columns]
        cells[0] = lists.text("Total")
        cells[7] = lists.amount(as_decimal(shown.impact.cost), decimals=decimals)
        cells[9] = lists.number(shown.impact.short_reports or "")
        cells[10] = lists.number(shown.impact.short_orders or "")
        return [cells]

    return lists.Listing(
        name="components",
        rows=shown.components,
        columns=columns,
        order="",
        file=f"impact_{shown.replay.pk}_components",
        empty="No component is used either way.",
        foot=foot,
    )


def brief_components(shown: ShownReplay) -> dict[str, Any]:
    """The components that weigh most, with the columns that a signer decides by, for `components/table.html`."""
    listing = components(shown)
    columns = [one for one in listing.columns if one.label not in _LEFT_OUT]
    kept = [index for index, one in enumerate(listing.columns) if one.label not in _LEFT_OUT]
    rows = shown.components[:BARS]
    more = len(shown.components) - len(rows)
    foot = listing.foot(shown.components) if listing.foot and not more else []
    return {
        "columns": [{"label": one.label, "sort": "", "number": one.number, "unit": one.unit} for one in columns],
        "rows": [{"cells": [column.cell(row) for column in columns]} for row in rows],
        "foot": [[cells[index] for index in kept] for cells in foot],
        "count": f"{figure(len(rows))} of {figure(len(shown.components))} components" if more else "",
    }


def outputs(shown: ShownReplay) -> lists.Listing:
    """What is made more or less of."""
    return lists.Listing(
        name="outputs",
        rows=shown.outputs,
        columns=[
            *_item_columns(),
            _quantity("By the figures then", "", lambda one: one.figures.then),
            _quantity("By the proposal", "", lambda one: one.figures.proposed),
            _quantity("Difference", "", lambda one: one.figures.difference),
        ],
        order="",
        file=f"impact_{shown.replay.pk}_outputs",
        empty="Nothing more or less is made.",
    )


def orders(shown: ShownReplay) -> lists.Listing:
    return _weights(shown, shown.impact.heaviest_orders, "orders", [])


def reports(shown: ShownReplay) -> lists.Listing:
    posting = lists.Column(
        "Posting",
        lambda one: lists.text(
            posting_number(one.number), reverse("posting", args=[posting_number(one.number)]), code=True
        ),
    )
    return _weights(shown, shown.impact.heaviest_reports, "reports", [posting])


def _weights(shown: ShownReplay, rows: list[Weight], name: str, first: list[lists.Column]) -> lists.Listing:
    site = shown.replay.site
    columns = [
        *first,
        lists.Column("Order", lambda one: lists.text(one.name, reverse("order", args=[one.order]), code=True)),
        lists.Column("Reports", lambda one: lists.number(one.reports), number=True),
        lists.Column(
            f"Cost difference, {site.currency}",
            lambda one: lists.amount(as_decimal(one.cost), decimals=site.currency_decimals),
            number=True,
        ),
        lists.Column("Items short", lambda one: lists.number(one.short or ""), number=True),
    ]
    if first:
        columns = [column for column in columns if column.label != "Reports"]
    return lists.Listing(
        name=name,
        rows=rows,
        columns=columns,
        order="",
        file=f"impact_{shown.replay.pk}_{name}",
        empty="No cost differs and nothing would have been short.",
    )


def cost_chart(shown: ShownReplay) -> dict[str, Any]:
    """The differences one after the other, and the whole that they add up to; nothing where none differs."""
    site = shown.replay.site
    parts = [(one.item.code, one.figures.cost) for one in shown.components if one.figures.cost]
    rest = sum((cost for _, cost in parts[BARS:]), ZERO)
    drawn = [*parts[:BARS], *([(f"{len(parts) - BARS} others", rest)] if len(parts) > BARS else [])]
    if not drawn:
        return {"chart": ""}
    steps = [Step(name, cost, cost_words(cost, site.currency_decimals)) for name, cost in drawn]
    total = cost_words(shown.impact.cost, site.currency_decimals)
    steps.append(Step("All", shown.impact.cost, total, "total"))
    svg = waterfall(
        steps,
        chart_id="impact-cost",
        title="Difference in cost by component",
        description=f"{len(drawn)} parts; together {total} {site.currency} by the proposal.",
        width=960,
    )
    return {
        "chart": mark_safe(svg),  # noqa: S308  (escaped where it is drawn)
        "chart_note": f"{site.currency} at standard cost",
        "chart_columns": ["Component", "Difference"],
        "chart_rows": [[step.label, step.text] for step in steps],
    }


def _item_columns() -> list[lists.Column]:
    return [
        lists.Column(
            "Item",
            lambda one: lists.text(one.item.code, reverse("item", args=[one.item.pk]), code=True),
            sort="item",
            by=lambda one: one.item.code,
        ),
        lists.Column("Name", lambda one: lists.text(one.item.name)),
    ]


def _quantity(label: str, sort: str, value: Any) -> lists.Column:
    return lists.Column(label, lambda one: _of(one, value(one)), sort=sort, by=value, number=True)


def _of(one: ShownItem, value: Fraction) -> lists.Cell:
    return lists.number(as_decimal(value), one.item.stock_unit.symbol)


def _percent(one: ShownItem) -> lists.Cell:
    """To a tenth of a percent; what was not used at all is new."""
    if not one.figures.then:
        return lists.text("new" if one.figures.proposed else "")
    tenths = round(one.figures.difference * 1000 / one.figures.then)
    digits = f"{abs(tenths) // 10}.{abs(tenths) % 10}"
    sign = ("+", "+") if tenths > 0 else ("−", "-") if tenths < 0 else ("", "")
    return {"number": f"{sign[0]}{digits}", "raw": f"{sign[1]}{digits}".lstrip("+"), "is_number": True}


def cost_words(cost: Fraction, decimals: int = 2) -> str:
    """12.50 more, 3.00 less, or no difference."""
    if not cost:
        return "no difference"
    return f"{money(as_decimal(abs(cost)), decimals)} {'more' if cost > 0 else 'less'}"


def as_decimal(value: Fraction) -> Decimal:
    """An exact fraction as screens write figures; what has no finite decimal is cut off far behind what is shown."""
    return Decimal(value.numerator) / Decimal(value.denominator)
