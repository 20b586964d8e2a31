"""The cost of a BOM version at standard: line by line, through phantoms and losses, with a file of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion
from masterdata.pages import lists
from masterdata.pages.access import desk_page, site_of
from masterdata.pages.figures import exact, figure, nine_places, raw
from masterdata.queries.bom_costs import CostedBom, Costing
from masterdata.rules.bom import LineDraft
from masterdata.rules.cost_roll_up import Gap, LineCost, Taken
from masterdata.rules.exact import Fraction


@dataclass(frozen=True)
class CostRow:
    """One component of one line; `first` stands beside the line's own figures. None: the line came to nothing."""

    line: LineDraft
    cost: LineCost
    taken: Taken | None
    first: bool


@desk_page()
def bom_cost(request: HttpRequest, pk: int) -> HttpResponse:
    """One version, costed with what is in force now."""
    version = get_object_or_404(
        BomVersion.objects.select_related("item__stock_unit", "base_unit", "author", "signature"), pk=pk
    )
    costed = Costing(timezone.now()).version(version)
    site = site_of(request)
    currency = site.currency if site else ""
    listing = lists.Listing(
        name="components",
        rows=_rows(costed),
        order="",
        file=f"cost-{version.item.code}-v{version.number}",
        empty="This version has no line, so it costs nothing.",
        columns=_columns(costed, currency),
        per_page=500,
        foot=lambda _: [_foot(costed, currency)],
        context={
            "version": version,
            "facts": cost_facts(costed, version.base_unit.symbol, currency),
            "gaps": gap_sentences(costed),
            "title": f"Cost of BOM {version}",
            "trail": [
                {"label": "Products", "url": reverse("products")},
                {"label": version.item.code, "url": reverse("product", args=[version.item_id])},
                {"label": f"BOM version {version.number}", "url": reverse("bom", args=[version.pk])},
                {"label": "Cost"},
            ],
        },
    )
    return lists.show_list(request, listing, template="masterdata/bom_cost.html")


def fraction_cell(value: Fraction | None, unit: str = "") -> lists.Cell:
    """An exact figure; to nine decimals in files."""
    if value is None:
        return lists.text("")
    return {"number": exact(value), "unit": unit, "raw": raw(nine_places(value)), "is_number": True}


def cost_facts(costed: CostedBom, base_unit: str, currency: str) -> list[dict[str, Any]]:
    """The totals, and what the product's own standard says beside them."""
    rolled = costed.roll_up
    product = next(item for item in costed.items.values() if item.code == costed.draft.item)
    base = figure(costed.draft.base_quantity)
    least = "at least " if rolled.gaps else ""
    facts = [
        {"name": f"Per base, {base} {base_unit}", "value": f"{least}{exact(rolled.per_base)} {currency}"},
        {"name": f"Per unit, 1 {base_unit}", "value": f"{least}{exact(rolled.per_unit)} {currency}"},
    ]
    once = (
        ("Once per order", rolled.per_order),
        ("Per setup", rolled.per_setup),
        ("Per unit closed", rolled.per_closed),
    )
    facts += [{"name": name, "value": f"{exact(cost)} {currency}"} for name, cost in once if cost]
    starts = sorted({start for line in rolled.lines for start, _ in line.steps})
    if starts:
        facts.append({"name": "By order size", "value": _steps(costed, starts, currency)})
    per_stock = costed.per_stock_unit
    symbol = product.stock_unit.symbol
    if per_stock is None:
        told = f"nothing converts {base_unit} to {symbol}, so it is not compared"
    else:
        gap = Fraction(product.standard_cost) - per_stock
        told = f"{figure(product.standard_cost)} {currency} per {symbol}, {exact(abs(gap))} "
        told += (
            "more than its components" if gap > 0 else "less than its components" if gap else "apart from them: equal"
        )
    facts.append({"name": "Standard of the product", "value": told})
    return facts


def _steps(costed: CostedBom, starts: list[Fraction], currency: str) -> str:
    """What lines by order size cost from each size on, together."""
    told = []
    for start in starts:
        cost = Fraction(0)
        for line in costed.roll_up.lines:
            cost += next((cost for begins, cost in reversed(line.steps) if begins <= start), Fraction(0))
        told.append(f"from {exact(start)}: {exact(cost)} {currency}")
    return "; ".join(told)


def gap_sentences(costed: CostedBom) -> list[dict[str, Any]]:
    """Everything that is missing from the cost, with where it is mended."""
    return [
        {"number": number, "sentence": _gap(costed, costed.draft.lines[number - 1], gap), "item": _item_of(costed, gap)}
        for number, gap in costed.roll_up.gaps
    ]


def _item_of(costed: CostedBom, gap: Gap) -> int | None:
    return gap.item if gap.item in costed.items else None


def _gap(costed: CostedBom, line: LineDraft, gap: Gap) -> str:
    code = costed.items[gap.item].code if gap.item in costed.items else line.item
    inside = "" if code == line.item else f", inside {line.item}"
    return {
        "no_cost": f"{code}{inside} has no standard cost: it counts as nothing. Enter its cost on the item's page.",
        "no_conversion": f"{code}{inside}: no conversion {gap.detail}, so it is left out. Approve a factor for it.",
        "nothing_left": f"{code}: a loss of 100 % or more leaves nothing to divide by. Lower the loss.",
        "made_of_itself": f"{code} is a phantom that is made of itself. Remove the line.",
        "unknown_item": f"There is no item {code}, so it is left out. Choose one that there is."
        if code
        else "No item is named yet.",
    }[gap.code]


def _rows(costed: CostedBom) -> list[CostRow]:
    rows = []
    for line, cost in zip(costed.draft.lines, costed.roll_up.lines, strict=True):
        if not cost.taken:
            rows.append(CostRow(line, cost, None, first=True))
        rows += [CostRow(line, cost, taken, first=not place) for place, taken in enumerate(cost.taken)]
    return rows


def _columns(costed: CostedBom, currency: str) -> list[lists.Column]:
    items, base = costed.items, costed.roll_up.base

    def component(row: CostRow) -> lists.Cell:
        if row.taken is None:
            return lists.text("")
        return lists.text(items[row.taken.item].code, reverse("item", args=[row.taken.item]), code=True)

    return [
        lists.Column("Line", lambda row: lists.number(row.cost.number) if row.first else lists.text("")),
        lists.Column("Op.", lambda row: lists.text(row.line.operation, code=True)),
        lists.Column("Item", lambda row: lists.text(f"{row.line.item}{' (phantom)' * row.cost.phantom}")),
        lists.Column("Component", component),
        lists.Column("Name", lambda row: lists.text(items[row.taken.item].name if row.taken else "")),
        lists.Column(
            "Taken per base, with losses",
            lambda row: (
                fraction_cell(row.taken.quantity, items[row.taken.item].stock_unit.symbol)
                if row.taken
                else lists.text("")
            ),
            number=True,
        ),
        lists.Column(
            "Standard cost",
            lambda row: lists.number(items[row.taken.item].standard_cost) if row.taken else lists.text(""),
            number=True,
            unit=currency,
        ),
        lists.Column(
            "Cost per base",
            lambda row: fraction_cell(row.taken.cost if row.taken else None),
            number=True,
            unit=currency,
        ),
        lists.Column(
            "Cost per unit",
            lambda row: fraction_cell(row.taken.cost / base if row.taken and row.taken.cost is not None else None),
            number=True,
            unit=currency,
        ),
        lists.Column(
            "Besides, and gaps",
            lambda row: lists.text(besides_of(costed, row.cost, currency) if row.first else "", soft=True),
        ),
    ]


def besides_of(costed: CostedBom, line: LineCost, currency: str) -> str:
    """What a line owes once, and what is missing."""
    told = [
        f"{exact(cost)} {currency} {words}"
        for cost, words in ((line.order, "per order"), (line.setup, "per setup"), (line.closed, "per unit closed"))
        if cost
    ]
    told += [f"from order size {exact(start)}: {exact(cost)} {currency}" for start, cost in line.steps]
    told += [_gap(costed, costed.draft.lines[line.number - 1], gap) for gap in line.gaps]
    return "; ".join(told)


def _foot(costed: CostedBom, currency: str) -> list[lists.Cell]:
    rolled = costed.roll_up
    empty = lists.text("")
    figures = [fraction_cell(rolled.per_base, currency), fraction_cell(rolled.per_unit, currency)]
    return [lists.text("Total"), *[empty] * 6, *figures, lists.text("at least: see the gaps" if rolled.gaps else "")]
