"""What an order's BOM versions come to: usage exploded, and how its unit converts. Compiled into recipes, real and proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from masterdata.rules.exact import ONE, ZERO, Fraction
from masterdata.rules.explosion import explode
from masterdata.rules.usage import BomFact, Convert, Usage


@dataclass(frozen=True, slots=True)
class OrderUsage:
    """`factor`: BOM base units per order unit; `receipt`: product stock units per base unit; `missing` as in `Recipe`."""

    usage: Usage
    factor: Fraction
    receipt: Fraction
    missing: tuple[tuple[str, int, str], ...]


def order_usage(
    boms: Sequence[BomFact],
    *,
    product: int,
    order_unit: str,
    units: Mapping[int, str],
    convert: Convert,
    dimensions: Mapping[str, str],
) -> OrderUsage:
    """Explode the first version through the others, its phantoms. `units`: the stock unit of every item that they name."""
    top = boms[0]
    by_item = {bom.item: bom for bom in boms[1:]}
    usage = explode(top, by_item.get, units, convert, dimensions)
    factor = convert(product, order_unit, top.base_unit) or ZERO
    receipt = convert(product, top.base_unit, units[product]) or ZERO
    missing: list[tuple[str, int, str]] = []
    if not factor or not receipt:
        missing.append(("no_conversion", product, f"{order_unit} → {top.base_unit}"))
        factor = receipt = ONE
    missing += [(gap.code, gap.item, gap.detail) for gap in usage.missing]
    return OrderUsage(usage, factor, receipt, tuple(missing))


def items_named(boms: Sequence[BomFact]) -> set[int]:
    """Every item that versions name: what they make, components, alternates, by- and co-products."""
    found: set[int] = set()
    for bom in boms:
        found.add(bom.item)
        found.update(line.item for line in bom.lines)
        found.update(alternate.item for line in bom.lines for alternate in line.alternates)
        found.update(output.item for output in bom.outputs)
    return found
