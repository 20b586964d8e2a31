"""Sets the stage of a story by the product's own actions: master data drafted and signed, lots received, orders released.

Each order runs at a line of its own, with a staging bin and a trigger definition of its own, so that orders for one product
may differ in their output basis.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from masterdata.actions.define_unit import define_unit
from masterdata.models import Bin, BinService, BomVersion, Device, Item, ProductionLine, Site, Unit
from masterdata.rules.bom import AlternateDraft, LineDraft, OutputDraft, ScrapDraft, StepDraft
from masterdata.rules.exact import Fraction
from masterdata.rules.refusal import Refused
from masterdata.rules.units import decimal_text
from masterdata.rules.vocabulary import Convention, Dimension
from tests import floor, plant
from tests.changing import change_item, changed
from tests.worked_examples.story.reading import Case, CaseError, Lot, number
from traceability.actions.fill_supermarket import fill_supermarket
from traceability.models import MaterialLot, WorkOrder

#: percent; a story knows no limit for one report but the quantity of its order
NO_REPORT_LIMIT = "999999"


@dataclass
class Stage:
    """Everything that stands when the curtain rises. Lots by the name the story gives them: a serial each, or one lot."""

    site: Site
    device: Device
    origin: datetime
    items: dict[str, Item] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    lines: dict[str, ProductionLine] = field(default_factory=dict)
    bins: dict[str, Bin] = field(default_factory=dict)
    orders: dict[str, WorkOrder] = field(default_factory=dict)
    lots: dict[str, list[MaterialLot]] = field(default_factory=dict)
    told_lots: dict[str, Lot] = field(default_factory=dict)


def build_stage(case: Case) -> Stage:
    """Master data and released orders. Lots come by `receive_lots`."""
    origin = min([case.now, *(lot.received for lot in case.lots)]) - timedelta(days=2)
    site = plant.site(time_zone="UTC")
    plant.people()
    stage = Stage(site, plant.device(), origin)
    for kind in ("store", "finished", "quarantine", "supermarket"):
        stage.bins[kind] = plant.place(kind)
    stage.units = _units(case)
    for code, told in case.items.items():
        stage.items[code] = _item(case, stage, code, told)
    for one in case.conversions:
        made = stage.items[one["item"]]
        plant.factor(made, stage.units[one["from"]], stage.units[one["to"]], one["factor"], at=origin)
    _lines(case, stage)
    for product in _inner_first(case):
        if not case.boms[product].get("phantom"):
            plant.route(stage.items[product], case.operations_of(product), at_line=next(iter(stage.lines.values())))
        _approve_bom(case, stage, product)
    for name, told in case.orders.items():
        stage.orders[name] = _order(case, stage, name, told)
    _flag_late(case, stage)
    return stage


def receive_lots(case: Case, stage: Stage) -> None:
    """Every lot received, and bound or filled as told; its status is set at last, since it would forbid the steps before."""
    for lot in case.lots:
        stage.told_lots[lot.code] = lot
        stage.lots.setdefault(lot.code, []).extend(_receive(stage, lot))
        for order, quantity in lot.staged.items():
            if quantity > 0:
                place_lot(stage, lot, order, quantity, at=lot.received, first=True)
    for lot in case.lots:
        if lot.place == "unserved":
            for service in BinService.objects.filter(bin=stage.bins["UNSERVED"]):
                changed(service, stage.origin, may_draw=False)
        if lot.status != "released":
            for row in stage.lots[lot.code]:
                floor.held(row, status=lot.status, at=case.now)


def place_lot(stage: Stage, lot: Lot, order: str, quantity: Fraction, *, at: datetime, first: bool = False) -> None:
    """Bind a quantity to an order, or fill it into the supermarket. `first`: what the order does not use stays in store."""
    for row, amount in parts_of(stage, lot, quantity, place=stage.bins["store"]):
        if lot.place == "supermarket":
            fill_supermarket(
                lot=row,
                from_bin=stage.bins["store"],
                to_bin=stage.bins["supermarket"],
                quantity=decimal_text(amount),
                actor=plant.people().operator,
                now=at,
            )
            continue
        target = stage.bins["UNSERVED" if lot.place == "unserved" else f"STAGING-{order}"]
        try:
            floor.staged_lot(stage.orders[order], row, decimal_text(amount), to_bin=target, rank=lot.rank, at=at)
        except Refused as refused:
            if not first or {refusal.code for refusal in refused.refusals} != {"not_in_bom"}:
                raise


def parts_of(
    stage: Stage, lot: Lot, quantity: Fraction, *, place: Bin, order: WorkOrder | None = None
) -> list[tuple[MaterialLot, Fraction]]:
    """The lot itself with the quantity, or as many of its serials in that place as the quantity says."""
    rows = stage.lots[lot.code]
    if len(rows) == 1:
        return [(rows[0], quantity)]
    there = [row for row in rows if floor.stock(row, place, order) > 0]
    return [(row, Fraction(1)) for row in there[: int(quantity)]]


def _units(case: Case) -> dict[str, str]:
    """Every unit named → the code it has here. One that Rec 20 does not know becomes a package: only factors convert it."""
    named = {told["unit"] for told in case.items.values()}
    named |= {one[end] for one in case.conversions for end in ("from", "to")}
    named |= {
        part["unit"]
        for bom in case.boms.values()
        for part in [*bom["lines"], *bom.get("outputs", [])]
        if "unit" in part
    }
    known = set(Unit.objects.filter(code__in=named).values_list("code", flat=True))
    found = {code: code for code in known}
    for place, code in enumerate(sorted(named - known)):
        found[code] = f"X{place:02}"
        define_unit(
            code=found[code],
            name=code,
            symbol=code,
            dimension=Dimension.COUNT,
            numerator=1,
            denominator=1,
            actor=plant.people().engineer,
        )
    return found


def _item(case: Case, stage: Stage, code: str, told: Mapping[str, Any]) -> Item:
    ordered = any(order["item"] == code for order in case.orders.values())
    fields: dict[str, Any] = {
        "rounding": told.get("rounding", "half_even"),
        "tracking": "lot" if _serial_too_early(case, code) else told.get("tracking", "lot"),
        "supermarket": any(lot.item == code and lot.place == "supermarket" for lot in case.lots),
    }
    if told.get("multiple") is not None:
        fields["multiple"] = _decimal(told["multiple"], f"items.{code}.multiple")
    if told.get("label_potency") is not None:
        fields["label_potency"] = Decimal(told["label_potency"])
    return plant.item(
        code,
        unit=stage.units[told["unit"]],
        decimals=int(told.get("decimals", 6)),
        cost=told.get("cost", "1.00"),
        kind="finished" if ordered else "intermediate" if code in case.boms else "raw",
        **fields,
    )


def _serial_too_early(case: Case, code: str) -> bool:
    """A serialized item on a backflushed line would keep the BOM from approval; its flag is set afterwards, like potency."""
    return case.items[code].get("tracking") == "serial" and any(
        line.get("method", "backflush") != "scan"
        for bom in case.boms.values()
        for line in bom["lines"]
        if code in (line["item"], *(one["item"] for one in line.get("alternates", {}).get("items", [])))
    )


def _flag_late(case: Case, stage: Stage) -> None:
    for code, told in case.items.items():
        fields: dict[str, Any] = {}
        if told.get("potency_controlled"):
            fields["potency_controlled"] = True
        if _serial_too_early(case, code):
            fields["tracking"] = "serial"
        if fields:
            change_item(
                item=stage.items[code],
                actor=plant.people().engineer,
                reason="as the story tells",
                now=stage.origin,
                **fields,
            )


def _lines(case: Case, stage: Stage) -> None:
    for place, name in enumerate(case.orders, start=1):
        line = plant.line(f"L{place}")
        stage.lines[name] = line
        stage.bins[f"STAGING-{name}"] = plant.place("staging", f"STAGING-L{place}", serves=line)
        if place > 1:
            BinService.objects.create(bin=stage.bins["supermarket"], line=line)
    if any(lot.place == "unserved" for lot in case.lots):
        stage.bins["UNSERVED"] = plant.place("staging", "UNSERVED", serves=next(iter(stage.lines.values())))


def _inner_first(case: Case) -> list[str]:
    """BOM codes, phantoms and other parts before what uses them."""
    ordered: list[str] = []

    def visit(code: str) -> None:
        if code in ordered or code not in case.boms:
            return
        for part in [*case.boms[code]["lines"], *case.boms[code].get("outputs", [])]:
            visit(part["item"])
        ordered.append(code)

    for code in case.boms:
        visit(code)
    return ordered


def _approve_bom(case: Case, stage: Stage, product: str) -> BomVersion:
    """Drafted and signed. A percentage on a line that is not proportional never counts, and the product refuses to have it
    written: it is left out, as an engineer would on that refusal."""
    bom = case.boms[product]
    return plant.approved_bom(
        stage.items[product],
        [_line(stage, bom, line) for line in bom["lines"]],
        at=stage.origin,
        base_quantity=_decimal(bom.get("base", "1"), f"boms.{product}.base"),
        phantom=bool(bom.get("phantom", False)),
        assembly_scrap=_loss(bom, bom.get("assembly_scrap")),
        operation_scrap=tuple(
            ScrapDraft(
                percent=_decimal(loss["percent"], "percent"),
                operation=operation,
                convention=_convention(bom),
                net=bool(loss.get("net", False)),
            )
            for operation, loss in bom.get("operation_scrap", {}).items()
        ),
        outputs=tuple(
            OutputDraft(
                item=output["item"],
                quantity=_decimal(output["quantity"], "quantity"),
                unit=stage.units[output["unit"]] if "unit" in output else "",
                operation=output.get("operation", "10"),
            )
            for output in bom.get("outputs", [])
        ),
    )


def _line(stage: Stage, bom: Mapping[str, Any], line: Mapping[str, Any]) -> LineDraft:
    per = line.get("per", "base")
    alternates = line.get("alternates", {})
    strategy = alternates.get("strategy", "")
    setup = line.get("setup")
    return LineDraft(
        item=line["item"],
        quantity=_decimal(line.get("quantity", "0"), "quantity"),
        unit=stage.units[line["unit"]] if "unit" in line else "",
        operation=line.get("operation", "10"),
        per=per,
        handling_unit_kind=line.get("handling_unit_kind", "case" if per == "handling_unit" else ""),
        method=line.get("method", "backflush"),
        pieces=_decimal(line.get("pieces", "1"), "pieces"),
        tolerance=_decimal(line.get("tolerance", "0"), "tolerance"),
        scrap=_loss(bom, line.get("scrap")) if per == "base" else None,
        setup=ScrapDraft(quantity=_decimal(setup, "setup")) if setup is not None and number(setup, "setup") else None,
        steps=tuple(
            StepDraft(_decimal(start, "steps"), _decimal(quantity, "steps"))
            for start, quantity in sorted(line.get("steps", []), key=lambda step: number(step[0], "steps"))
        ),
        strategy=strategy,
        whole_assemblies=bool(alternates.get("whole_assemblies", False)),
        alternates=tuple(
            AlternateDraft(
                item=one["item"],
                factor=_decimal(one.get("factor", "1"), "factor"),
                percent=_decimal(one["percent"], "percent") if strategy == "share" else None,
                quantity_limit=_decimal(one["limit"], "limit") if one.get("limit") is not None else None,
                valid_until=one.get("until"),
            )
            for one in alternates.get("items", [])
            if one["item"] != line["item"]
        ),
    )


def _loss(bom: Mapping[str, Any], percent: Any) -> ScrapDraft | None:
    if percent is None:
        return None
    return ScrapDraft(percent=_decimal(percent, "percent"), convention=_convention(bom))


def _convention(bom: Mapping[str, Any]) -> Convention:
    return Convention(bom.get("convention", "gross_up"))


def _decimal(text: Any, where: str) -> Decimal:
    """As master data is written: a decimal with a finite number of places."""
    try:
        return Decimal(decimal_text(number(text, where)))
    except ValueError as error:
        raise CaseError(f"{where}: {text} is not a decimal that master data can hold") from error


def _order(case: Case, stage: Stage, name: str, told: Mapping[str, Any]) -> WorkOrder:
    made = stage.items[told["item"]]
    route = case.operations_of(told["item"])
    for operation in route:
        plant.trigger(
            made,
            operation,
            basis=told.get("output_basis", "good"),
            devices=[stage.device],
            line=stage.lines[name],
            at=stage.origin,
            report_limit_percent=NO_REPORT_LIMIT,
        )
    return floor.released_order(
        made,
        decimal_text(number(told["quantity"], f"order {name}.quantity")),
        number=name,
        allocation=told.get("allocation", "fefo"),
        lines=dict.fromkeys(route, stage.lines[name]),
        at=stage.origin,
    )


def _receive(stage: Stage, lot: Lot) -> list[MaterialLot]:
    """One lot; or, of a serialized item, a serial each: under the lot's name if there is one, else numbered."""
    made = stage.items[lot.item]
    fields: dict[str, Any] = {"expires_on": lot.expiry}
    fields.update({name: Decimal(text) for name in ("potency", "density") if (text := getattr(lot, name)) is not None})
    if made.tracking != "serial" or lot.quantity == 1:
        codes, quantity = [lot.code], decimal_text(lot.quantity)
    else:
        codes, quantity = [f"{lot.code}-{place}" for place in range(1, int(lot.quantity) + 1)], "1"
    return [floor.received_lot(made, quantity, code=code, at=lot.received, **fields) for code in codes]
