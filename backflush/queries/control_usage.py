"""What an operation consumes by the BOM in force: lines, losses with their source, by-products, units and rounding."""

from dataclasses import dataclass
from datetime import datetime

from backflush.rules.control_words import FORMULA
from masterdata.models import BomVersion, Item, ScrapFactor, UnitFactor
from masterdata.queries import effective_bom, item_factors, unit_facts
from masterdata.queries.bom_lines import ShownLine, flat, lines_of
from masterdata.rules.conversion_steps import Step, Worked, work_out
from masterdata.rules.document import Section, See, Table, both_times
from masterdata.rules.exact import ONE, Fraction
from masterdata.rules.units import decimal_text
from masterdata.rules.vocabulary import Convention, Per, ScrapKind, ScrapLevel

_PER = {Per.ORDER: "once per order", Per.STEPS: "by order size"}


@dataclass(frozen=True, slots=True)
class ControlledUsage:
    """The version in force, its lines that flush at the operation with what is inside phantoms, and their versions."""

    item: Item
    operation: str
    read_at: datetime
    version: BomVersion | None
    lines: tuple[ShownLine, ...] = ()
    phantoms: tuple[BomVersion, ...] = ()
    elsewhere: int = 0

    @property
    def versions(self) -> tuple[BomVersion, ...]:
        return (self.version, *self.phantoms) if self.version else ()

    @property
    def items(self) -> list[Item]:
        """The product, what its lines take, and alternates; each once."""
        found = {self.item.pk: self.item}
        for one in self.lines:
            found.setdefault(one.line.item_id, one.line.item)
            for alternate in one.alternates:
                found.setdefault(alternate.item_id, alternate.item)
        return list(found.values())


def usage_of(item: Item, operation: str, at: datetime) -> ControlledUsage:
    """What is in force at a moment."""
    version = effective_bom(item, at)
    if version is None:
        return ControlledUsage(item, operation, at, None)
    top = lines_of(version, at)
    here = tuple(flat([one for one in top if one.line.operation_number == operation]))
    phantoms = {one.phantom.pk: one.phantom for one in here if one.phantom}
    return ControlledUsage(
        item,
        operation,
        at,
        version,
        here,
        tuple(phantoms.values()),
        sum(1 for one in top if one.line.operation_number != operation),
    )


def plain(value: object) -> str:
    """A stored decimal as people write it."""
    return decimal_text(Fraction(str(value)))


def bom_section(usage: ControlledUsage) -> Section:
    """The lines, the losses and where they come from, and what is made beside the product."""
    version = usage.version
    if version is None:
        absent = (f"No approved BOM of {usage.item.code} is in force: a report is blocked with `no_effective_bom`.",)
        return Section("Effective BOM, scrap and losses", absent=absent, see=(See("Products", "products"),))
    elsewhere = ""
    if usage.elsewhere:
        elsewhere = (
            f" {usage.elsewhere} more line{'s' if usage.elsewhere != 1 else ''} of it flush at other operations."
        )
    outputs = version.outputs.select_related("item", "unit").filter(operation_number=usage.operation)
    return Section(
        "Effective BOM, scrap and losses",
        words=(
            f"By version {version.number} of the BOM, {plain(version.base_quantity)} {version.base_unit.symbol} of"
            f" {usage.item.code} consume at this operation what is listed.{elsewhere} Orders take the version in force when"
            " they are released.",
            *FORMULA,
        ),
        tables=(
            Table(
                ("Item", "Quantity", "Owed", "Method", "Running scrap", "Setup", "Alternates"),
                tuple(_line(one) for one in usage.lines),
                "No line of the version flushes at this operation.",
                "Lines at this operation",
            ),
            Table(
                ("Applies to", "Figure", "Convention", "Kind of loss", "Source"),
                tuple(_losses(usage)),
                "No loss is planned at this operation.",
                "Scrap factors and where they come from",
            ),
            Table(
                ("Item", "Kind", "Quantity per base", "Cost share"),
                tuple(
                    (
                        f"{one.item.code} {one.item.name}",
                        str(one.kind).replace("_", " "),
                        f"{plain(one.quantity)} {one.unit.symbol}",
                        f"{plain(one.cost_share)} %",
                    )
                    for one in outputs.order_by("position")
                ),
                "No by- or co-product is received at this operation.",
                "By- and co-products",
            ),
        ),
        see=(
            See(f"BOM version {version.number}", "bom", version.pk),
            *(See(f"Phantom {one.item.code} v{one.number}", "bom", one.pk) for one in usage.phantoms),
        ),
    )


def _line(one: ShownLine) -> tuple[str, ...]:
    line = one.line
    item = f"{'↳ ' * one.level}{line.item.code} {line.item.name}"
    if one.phantom:
        item += f" (phantom, by its version {one.phantom.number})"
    quantity = f"{plain(line.quantity)} {line.unit.symbol}"
    if line.pieces != 1:
        quantity += f" × {plain(line.pieces)} pieces"
    steps = "; ".join(f"from {plain(step.from_quantity)}: {plain(step.quantity)}" for step in one.steps)
    owed = _PER.get(Per(line.per), f"per {plain(one.line.version.base_quantity)} {one.line.version.base_unit.symbol}")
    if line.per == Per.HANDLING_UNIT:
        owed = f"per {line.handling_unit_kind} closed"
    method = str(line.method) + (f", within {plain(line.tolerance)} %" if line.tolerance else "")
    alternates = ", ".join(
        f"{other.item.code} × {plain(other.factor)}" + (f" ({plain(other.percent)} %)" if other.percent else "")
        for other in one.alternates
    )
    return (
        item,
        quantity,
        f"{owed} ({steps})" if steps else owed,
        method,
        f"{plain(one.running.percent)} %" if one.running else "none",
        f"{plain(one.setup.quantity)} {line.unit.symbol} per setup" if one.setup else "none",
        f"{line.alternate_strategy}: {alternates}" if alternates else "none",
    )


def _losses(usage: ControlledUsage) -> list[tuple[str, ...]]:
    rows = []
    for version in usage.versions:
        for loss in version.scrap_factors.filter(line__isnull=True).order_by("level", "id"):
            if loss.level == ScrapLevel.OPERATION and loss.operation_number not in ("", usage.operation):
                continue
            rows.append(_loss(loss, f"{loss.level} of {version.item.code} v{version.number}", ""))
    for one in usage.lines:
        rows += [_loss(loss, one.line.item.code, one.line.unit.symbol) for loss in (one.running, one.setup) if loss]
    return rows


def _loss(loss: ScrapFactor, applies_to: str, unit: str) -> tuple[str, ...]:
    setup = loss.kind == ScrapKind.SETUP
    formula = "× (1 + s)" if loss.convention == Convention.GROSS_UP else "÷ (1 − s)"
    convention = "once per setup" if setup else f"{str(loss.convention).replace('_', ' ')} {formula}"
    return (
        applies_to,
        f"{plain(loss.quantity)} {unit}".strip() if setup else f"{plain(loss.percent)} %",
        convention + (", net" if loss.net else ""),
        str(loss.loss),
        f"{loss.source}: {loss.source_note}" if loss.source_note else str(loss.source),
    )


def units_section(usage: ControlledUsage, zone: str) -> Section:
    """How each line's unit becomes the item's stock unit, exactly, and the one rounding."""
    units, items = unit_facts(), usage.items
    factors = item_factors([one.pk for one in items], usage.read_at)
    rows: list[tuple[str, ...]] = []
    used: set[str] = set()
    for one in usage.lines:
        if one.phantom:
            continue
        item, line = one.line.item, one.line
        worked = work_out(ONE, line.unit.code, item.stock_unit.code, units, factors[item.pk], of=item.code)
        used.update(step.source.reference for step in worked.steps if step.source)
        rows.append(
            (item.code, line.unit.symbol, item.stock_unit.symbol, _exactly(worked), _by(worked.steps), _rounded(item))
        )
    ids = [int(name.removeprefix("unit_factor:")) for name in used]
    records = UnitFactor.objects.filter(pk__in=ids).select_related("item", "from_unit", "to_unit", "signature")
    return Section(
        "Units, conversion and rounding",
        words=(
            "Inside a dimension the unit table (UN/ECE Rec 20) converts by exact fractions. Across dimensions only an item's"
            " own approved factor does; without one nothing posts. A lot's measured density goes before its item's.",
        ),
        tables=(
            Table(
                ("Item", "BOM unit", "Stock unit", "1 BOM unit is exactly", "By", "Rounded once"),
                tuple(dict.fromkeys(rows)),
                "No line of this operation needs a unit.",
                "From the BOM's unit to the stock unit",
            ),
            Table(
                ("Item", "Factor", "Version", "In force from", "Holds at", "Expansion per °C", "Signed by"),
                tuple(_factor(one, zone) for one in records.order_by("item__code", "from_unit__code")),
                "No line of this operation needs a factor of an item.",
                "Approved factors that these lines use",
            ),
        ),
        see=(See("Units", "units"), *(See(f"Units of {one.code}", "item-units", one.pk) for one in items[1:4])),
    )


def _exactly(worked: Worked) -> str:
    value = worked.result
    if value is None:
        return "no approved factor: a report is blocked"
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _by(steps: tuple[Step, ...]) -> str:
    if not steps:
        return "the same unit"
    return ", then ".join(dict.fromkeys("its own factor" if one.source else "unit table" for one in steps))


def _rounded(item: Item) -> str:
    mode = str(item.rounding).replace("_", " ")
    return (
        f"to multiples of {plain(item.multiple)}, {mode}" if item.multiple else f"to {item.decimals} decimals, {mode}"
    )


def _factor(one: UnitFactor, zone: str) -> tuple[str, ...]:
    top, bottom = int(one.numerator), int(one.denominator)
    value = str(top) if bottom == 1 else f"{top}/{bottom}"
    heat, growth = one.reference_temperature, one.temperature_coefficient
    return (
        one.item.code,
        f"1 {one.from_unit.symbol} = {value} {one.to_unit.symbol}",
        str(one.version),
        both_times(one.effective_from, zone),
        "any temperature" if heat is None else f"{plain(heat)} °C",
        "none" if growth is None else plain(growth),
        one.signature.printed_name if one.signature else "",
    )
