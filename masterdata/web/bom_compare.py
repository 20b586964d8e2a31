"""Two BOM versions side by side, of one product or of two: line by line, field by field, with what they cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from masterdata.models import BomVersion
from masterdata.pages import lists
from masterdata.pages.access import desk_page, site_of
from masterdata.pages.figures import exact
from masterdata.queries import bom_content, unit_names
from masterdata.queries.bom_costs import CostedBom, Costing
from masterdata.rules.bom_comparison import Change, Comparison, FieldPair, Pair, compare
from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal
from masterdata.rules.unit_names import UnitName, write_unit
from masterdata.web.bom_costs import fraction_cell
from masterdata.web.suggestions import named_version

_TONES = {Change.SAME: "idle", Change.CHANGED: "soon", Change.ADDED: "good", Change.REMOVED: "blocked"}
ONLY_DIFFERENCES = "differences"


@dataclass(frozen=True)
class ComparedLine:
    """A pair of lines as the page shows it; costs are per unit made."""

    pair: Pair
    tone: str
    left: str
    right: str
    left_cost: Fraction | None
    right_cost: Fraction | None
    shown: list[FieldPair]

    @property
    def more(self) -> Fraction:
        return (self.right_cost or ZERO) - (self.left_cost or ZERO)


@dataclass(frozen=True)
class FileRow:
    """One field of one line, for the file."""

    part: str
    pair: Pair | None
    field: FieldPair
    costs: tuple[Fraction | None, Fraction | None] | None = None


@desk_page()
def bom_compare(request: HttpRequest) -> HttpResponse:
    """`left` and `right` name versions, as CODE v2 or by id; `only=differences` leaves out what is the same."""
    typed = {side: lists.asked(request, side) for side in ("left", "right")}
    named = {side: named_version(word) for side, word in typed.items() if word}
    refusals = [one for one in named.values() if isinstance(one, Refusal)]
    found = {side: one for side, one in named.items() if isinstance(one, BomVersion)}
    if "left" in found and not typed["right"]:
        before = _before(found["left"])
        found |= {"left": before, "right": found["left"]} if before else {}
    only = request.GET.get("only") == ONLY_DIFFERENCES
    context: dict[str, Any] = {
        "title": "Compare two BOM versions",
        "fields": [
            {"name": side, "label": label, "value": str(found.get(side, typed[side]))}
            for side, label in (("left", "Left: before"), ("right", "Right: after"))
        ],
        "refusals": refusals,
        "only": only,
        "trail": [{"label": "Products", "url": reverse("products")}, {"label": "Compare"}],
    }
    if len(found) == 2 and not refusals:
        left, right = found["left"], found["right"]
        site = site_of(request)
        compared = compare(bom_content(left), bom_content(right))
        costing = Costing(timezone.now())
        costs = costing.version(left), costing.version(right)
        if request.GET.get("format") == "csv":
            return _file(request, left, right, compared, costs)
        context |= _compared(left, right, compared, costs, only=only) | {"currency": site.currency if site else ""}
    return render(request, "masterdata/bom_compare.html", context, status=422 if refusals else 200)


def _before(version: BomVersion) -> BomVersion | None:
    """The version before this one, for whoever only says which one they look at."""
    earlier = version.item.bom_versions.select_related("item__stock_unit", "base_unit").filter(
        number__lt=version.number
    )
    return earlier.order_by("-number").first()


def _compared(
    left: BomVersion, right: BomVersion, compared: Comparison, costs: tuple[CostedBom, CostedBom], *, only: bool
) -> dict[str, Any]:
    names = unit_names()
    lines = [_line(pair, costs, names) for pair in compared.lines]
    counts = [(change.value, sum(pair.change == change for pair in compared.lines)) for change in Change]
    totals = costs[0].roll_up.per_unit, costs[1].roll_up.per_unit
    return {
        "left": left,
        "right": right,
        "same": compared.same,
        "counts": [{"word": word, "number": number, "tone": _TONES[Change(word)]} for word, number in counts if number],
        "head": [_written(one, names) for one in compared.head if one.differs or not only],
        "lines": [line for line in lines if line.pair.change != Change.SAME or not only],
        "outputs": [
            (pair, _TONES[pair.change], [_written(one, names) for one in pair.fields])
            for pair in compared.outputs
            if pair.change != Change.SAME or not only
        ],
        "totals": {"left": totals[0], "right": totals[1], "more": totals[1] - totals[0]},
        "units": (left.base_unit.symbol, right.base_unit.symbol),
        "gaps": [(version, len(cost.roll_up.gaps)) for version, cost in zip((left, right), costs, strict=True)],
        "export_url": f"?left={left.pk}&right={right.pk}&format=csv",
        "swap_url": f"?left={right.pk}&right={left.pk}{f'&only={ONLY_DIFFERENCES}' if only else ''}",
    }


def _written(one: FieldPair, names: Sequence[UnitName]) -> FieldPair:
    """A field as people read it: units by their symbols."""
    if one.name not in ("unit", "base unit"):
        return one
    return FieldPair(one.name, write_unit(one.left, names), write_unit(one.right, names))


def _line(pair: Pair, costs: tuple[CostedBom, CostedBom], names: Sequence[UnitName]) -> ComparedLine:
    fields = [_written(one, names) for one in pair.fields]
    told = {one.name: one for one in fields}
    left, right = (
        f"{quantity} {unit}, {method}" if quantity else ""
        for quantity, unit, method in (
            (told["quantity"].left, told["unit"].left, told["method"].left),
            (told["quantity"].right, told["unit"].right, told["method"].right),
        )
    )
    both = pair.left is not None and pair.right is not None
    return ComparedLine(
        pair=pair,
        tone=_TONES[pair.change],
        left=left if pair.left is not None else "",
        right=right if pair.right is not None else "",
        left_cost=_cost(costs[0], pair.left),
        right_cost=_cost(costs[1], pair.right),
        shown=[one for one in fields if one.differs] if both else [],
    )


def _cost(costed: CostedBom, number: int | None) -> Fraction | None:
    """What the line costs per unit made; None where there is no such line."""
    return None if number is None else costed.roll_up.lines[number - 1].running / costed.roll_up.base


def _file(
    request: HttpRequest,
    left: BomVersion,
    right: BomVersion,
    compared: Comparison,
    costs: tuple[CostedBom, CostedBom],
) -> HttpResponse:
    """Every field of every line with both values, and the costs per unit."""
    listing = lists.Listing(
        name="fields",
        rows=list(_file_rows(compared, costs)),
        order="",
        file=f"compare-{left.item.code}-v{left.number}-with-{right.item.code}-v{right.number}",
        empty="",
        columns=[
            lists.Column("Part", lambda row: lists.text(row.part)),
            lists.Column("Operation", lambda row: lists.text(row.pair.operation if row.pair else "")),
            lists.Column("Item", lambda row: lists.text(row.pair.item if row.pair else "")),
            lists.Column("Change", lambda row: lists.text(row.pair.change if row.pair else "")),
            lists.Column("Field", lambda row: lists.text(row.field.name)),
            lists.Column(str(left), lambda row: _side(row, 0)),
            lists.Column(str(right), lambda row: _side(row, 1)),
            lists.Column("Differs", lambda row: lists.text("yes" if row.field.differs else "no")),
            lists.Column(
                "Cost difference",
                lambda row: (
                    fraction_cell((row.costs[1] or ZERO) - (row.costs[0] or ZERO)) if row.costs else lists.text("")
                ),
            ),
        ],
    )
    return lists.as_csv(request, listing)


def _side(row: FileRow, side: int) -> lists.Cell:
    if row.costs is not None:
        return fraction_cell(row.costs[side])
    return lists.text(row.field.right if side else row.field.left)


def _file_rows(compared: Comparison, costs: tuple[CostedBom, CostedBom]) -> Iterator[FileRow]:
    for one in compared.head:
        yield FileRow("version", None, one)
    for part, pairs in (("line", compared.lines), ("output", compared.outputs)):
        for pair in pairs:
            for one in pair.fields:
                yield FileRow(part, pair, one)
            if part == "line":
                both = _cost(costs[0], pair.left), _cost(costs[1], pair.right)
                yield FileRow(part, pair, FieldPair("cost per unit", exact(both[0]), exact(both[1])), both)
    totals = costs[0].roll_up.per_unit, costs[1].roll_up.per_unit
    yield FileRow("version", None, FieldPair("cost per unit", exact(totals[0]), exact(totals[1])), totals)
