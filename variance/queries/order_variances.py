"""The variance of one order: live while it is open (or open again), as frozen once it is closed."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from backflush.models import OrderReopening
from backflush.queries.postings import plain_decimal
from masterdata.models import Item
from masterdata.rules.exact import ZERO, Fraction
from traceability.models import WorkOrder
from variance.models import OrderVariance
from variance.queries.order_uses import OrderUse, order_uses
from variance.rules.decomposition import PARTS, LineUse, decompose, favourable, in_minor_units, not_of_a_component


def order_variance(order: WorkOrder) -> dict[str, Any]:
    """Total, parts and components of an order, in the site's currency, rounded to its minor unit; parts add up."""
    return order_variances([order])[order.pk]


def order_variances(orders: Collection[WorkOrder]) -> dict[int, dict[str, Any]]:
    """The variances of several orders by id, gathered at once. Each was released, and has its site and item selected."""
    frozen: dict[int, list[OrderVariance]] = {}
    ids = [order.pk for order in orders]
    reopened = OrderReopening.objects.filter(close__order_id__in=ids, reopened_at__isnull=False)
    undone = set(reopened.values_list("close__order_id", "close__revision"))
    for row in OrderVariance.objects.filter(order_id__in=ids).order_by("-revision", "id"):
        if (row.order_id, row.revision) in undone:
            continue
        frozen.setdefault(row.order_id, []).append(row)
    uses = order_uses([order.pk for order in orders if order.pk not in frozen])
    used = {item for use in uses.values() for item, _, _ in use.items.values()}
    items = Item.objects.select_related("stock_unit").in_bulk(
        used | {row.item_id for rows in frozen.values() for row in rows if row.item_id}
    )
    names = {item.pk: item.name for item in items.values()}
    return {
        order.pk: _frozen(order, frozen[order.pk], items)
        if order.pk in frozen
        else variance_of(order, uses[order.pk], names)
        for order in orders
    }


def variance_of(order: WorkOrder, use: OrderUse, names: dict[int, str] | None = None) -> dict[str, Any]:
    """The live variance of an order from what it used. `names` of items by id, where they are known already."""
    decimals = order.site.currency_decimals
    split = decompose(use.lines, use.outputs, use.units, use.unit_standard)
    parts, total = in_minor_units(split.parts, split.total, decimals)
    if names is None:
        names = dict(Item.objects.filter(pk__in={item for item, _, _ in use.items.values()}).values_list("id", "name"))
    components = [_component(line, use, split.by_component[line.component], names, decimals) for line in use.lines]
    return {
        "order": order.number,
        "item": order.item.code,
        "currency": order.site.currency,
        "total": _money(total, decimals),
        "favourable": favourable(total),
        "parts": _as_list(parts, decimals),
        "components": components,
        "not_of_a_component": _rest(_as_list(parts, decimals), components, decimals),
        "units": plain_decimal(Decimal(use.units.numerator) / Decimal(use.units.denominator)),
        "frozen": False,
        "revision": 0,
    }


def _component(
    line: LineUse, use: OrderUse, own: dict[str, Fraction], names: dict[int, str], decimals: int
) -> dict[str, Any]:
    item_id, code, unit = use.items[line.component]
    parts, total = in_minor_units(own, sum(own.values(), ZERO), decimals)
    parts = {name: amount for name, amount in parts.items() if amount}
    standard, actual = line.standard, line.actual
    return {
        "component": line.component,
        "item_id": item_id,
        "item": code,
        "name": names.get(item_id, ""),
        "unit": unit,
        "standard_quantity": _quantity(standard),
        "actual_quantity": _quantity(actual),
        "difference": _quantity(actual - standard),
        "percent": f"{float((actual - standard) / standard) * 100:.2f}" if standard else "",
        "parts": _as_list(parts, decimals),
        "total": _money(total, decimals),
        "favourable": favourable(total),
    }


def _rest(parts: list[dict[str, str]], components: list[dict[str, Any]], decimals: int) -> dict[str, Any]:
    """The row beside the components: with it their rows add up to the order's parts and total, to the last minor unit."""

    def amounts(of: list[dict[str, str]]) -> dict[str, Fraction]:
        return {part["name"]: Fraction(part["amount"]) for part in of}

    rest = not_of_a_component(amounts(parts), [amounts(one["parts"]) for one in components])
    total = sum(rest.values(), ZERO)
    return {"parts": _as_list(rest, decimals), "total": _money(total, decimals), "favourable": favourable(total)}


def _as_list(parts: dict[str, Fraction], decimals: int) -> list[dict[str, str]]:
    return [
        {"name": name, "amount": _money(parts[name], decimals), "favourable": favourable(parts[name])}
        for name in PARTS
        if parts.get(name)
    ]


def _money(amount: Fraction, decimals: int) -> str:
    scaled = round(amount * 10**decimals)
    whole, part = divmod(abs(scaled), 10**decimals)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def _quantity(value: Fraction) -> str:
    scaled = round(value * 10**6)
    whole, part = divmod(abs(scaled), 10**6)
    return f"{'-' if scaled < 0 else ''}{whole}.{part:06d}".rstrip("0").rstrip(".")


def _frozen(order: WorkOrder, revisions: list[OrderVariance], items: dict[int, Item]) -> dict[str, Any]:
    """The newest revision, which stands first."""
    rows = [row for row in revisions if row.revision == revisions[0].revision]
    whole = next(row for row in rows if row.component is None)
    decimals = order.site.currency_decimals
    parts = _as_list({name: Fraction(amount) for name, amount in whole.parts.items()}, decimals)
    components = [_frozen_component(row, items[row.item_id], decimals) for row in rows if row.item_id]
    return {
        "order": order.number,
        "item": order.item.code,
        "currency": order.site.currency,
        "total": plain_money(whole.total, decimals),
        "favourable": favourable(Fraction(whole.total)),
        "parts": parts,
        "components": components,
        "not_of_a_component": _rest(parts, components, decimals),
        "units": plain_decimal(whole.actual_quantity or Decimal(0)),
        "frozen": True,
        "revision": whole.revision,
    }


def plain_money(amount: Decimal, decimals: int) -> str:
    return f"{amount:.{decimals}f}"


def _frozen_component(row: OrderVariance, item: Item, decimals: int) -> dict[str, Any]:
    standard, actual = Fraction(row.standard_quantity or 0), Fraction(row.actual_quantity or 0)
    return {
        "component": str(row.component),
        "item_id": item.pk,
        "item": item.code,
        "name": item.name,
        "unit": item.stock_unit.code,
        "standard_quantity": _quantity(standard),
        "actual_quantity": _quantity(actual),
        "difference": _quantity(actual - standard),
        "percent": f"{float((actual - standard) / standard) * 100:.2f}" if standard else "",
        "parts": _as_list({name: Fraction(amount) for name, amount in row.parts.items()}, decimals),
        "total": plain_money(row.total, decimals),
        "favourable": favourable(Fraction(row.total)),
    }
