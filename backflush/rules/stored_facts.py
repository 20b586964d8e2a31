"""The facts of a posting as text, small enough to keep beside every posting, and back again for replay and explanation.

Only what the decision used is kept: eligible stock of the items that were drawn, progress of the lines of the recipe. Where
only one balance was offered, its ranking keys are left out: they could not have mattered.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from backflush.rules.facts import BalanceKey, OrderFact, ReportFact, ScanFact
from backflush.rules.flush import Plan, Stock
from backflush.rules.ledger_lines import decimal_of
from backflush.rules.progress import Progress, read_line
from backflush.rules.recipe import ItemFigures, Recipe
from masterdata.rules.exact import ZERO, Fraction, billionths, scaled_text
from masterdata.rules.vocabulary import BinKind
from traceability.rules.allocation import NO_EXPIRY
from traceability.rules.eligibility import StockFact, lot_refusals
from traceability.rules.vocabulary import LotStatus

_LONG_AGO = "0001-01-01T00:00:00.000000Z"


def _text(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _read(text: str) -> Fraction:
    return Fraction(text)


def write_facts(
    report: ReportFact, order: OrderFact, recipe: Recipe, progress: Progress, stock: Stock, plan: Plan
) -> str:
    """Canonical JSON of what `plan` was decided on. `stock` is as it stood before the plan: its `taken` is not looked at."""
    used = {pick.item for outcome in plan.outcomes for pick in outcome.picks}
    for outcome in plan.outcomes:
        if outcome.picks and outcome.line.alternates:
            used.add(outcome.line.item)
            used.update(alternate.item for alternate in outcome.line.alternates)
    lines = progress.lines
    rows = [row for item in sorted(used) for row in _stock_rows(item, report, order, recipe, stock, plan)]
    parts = {
        "report": _compact(_report_data(report)),
        "order": _compact(
            {
                "id": order.id,
                "number": order.number,
                "quantity": _text(order.quantity),
                "allocation": order.allocation,
                "clear": order.line_clear,
                "before": None if order.good_before is None else _text(order.good_before),
                "lot": order.output_lot,
            }
        ),
        "counted": _compact(
            [
                _text(progress.good),
                _text(progress.structural),
                _text(progress.avoidable),
                _text(progress.rework),
                progress.setups,
                progress.reports,
                progress.output_lot,
                list(progress.units_closed),
            ]
        ),
        "lines": _object([(key, lines[key].text) for key in recipe.keys if key in lines]),
        "stock": f"[{','.join(rows)}]",
    }
    return _object(sorted(parts.items()))


def _object(members: Sequence[tuple[str, str]]) -> str:
    """A JSON object of members that are JSON text already."""
    return "{" + ",".join([f'"{name}":{text}' for name, text in members]) + "}"


def _compact(data: Any) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _report_data(report: ReportFact) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": report.id,
        "kind": report.kind,
        "occurred_at": report.occurred_at,
        "received_at": report.received_at,
        "event_day": report.event_day,
        "good": _text(report.good),
    }
    if report.scrap:
        data["scrap"] = [[_text(quantity), loss] for quantity, loss in report.scrap]
    if report.rework:
        data["rework"] = _text(report.rework)
    if report.scan:
        data["scan"] = [report.scan.item, report.scan.lot, _text(report.scan.quantity)]
    for name in ("setup_events", "handling_unit", "handling_unit_kind", "output_lot", "device"):
        if getattr(report, name):
            data[name] = getattr(report, name)
    if report.clock_offset_ms is not None:  # none measured is something else than none at all
        data["clock_offset_ms"] = report.clock_offset_ms
    if report.confirmed:
        data["confirmed"] = True
    if report.said_at:
        data["said_at"] = report.said_at
    if report.accepted_at:
        data["accepted_at"] = report.accepted_at
    return data


def _stock_rows(item: int, report: ReportFact, order: OrderFact, recipe: Recipe, stock: Stock, plan: Plan) -> list[str]:
    """One JSON list for each balance that was eligible; ranking keys only where there was more than one to rank."""
    eligible = plan.eligible.get(item)
    if eligible is None:
        eligible = _eligible(recipe.items[item], report, order, recipe, stock)
    rows = []
    for fact in eligible:
        row = (
            f"[{item},{fact.lot},{fact.bin},{fact.order},"
            f'"{scaled_text(billionths(stock.left[fact.key]), 9)}","{_cost(fact.unit_cost)}"'
        )
        if len(eligible) > 1 or fact.density is not None or fact.potency is not None:
            ranking = [
                fact.lot_code,
                fact.bin_code,
                fact.expires_on,
                fact.received_at,
                fact.rank,
                None if fact.potency is None else _text(fact.potency),
                None if fact.density is None else _text(fact.density),
            ]
            if fact.density_temperature is not None:
                ranking.append(_text(fact.density_temperature))
            row += f",{_compact(ranking)[1:-1]}"
        rows.append(f"{row}]")
    return rows


@lru_cache(maxsize=4096)
def _cost(value: Fraction) -> str:
    return decimal_of(value)


def _eligible(
    figures: ItemFigures, report: ReportFact, order: OrderFact, recipe: Recipe, stock: Stock
) -> list[StockFact]:
    return [
        fact
        for fact in stock.offered(figures, order.id)
        if stock.left.get(fact.key, ZERO) > 0
        and not lot_refusals(
            fact,
            serving=recipe.serving,
            event=report.occurred_at,
            event_day=report.event_day,
            item_code=figures.code,
            accepted=report.accepted_at,
        )
    ]


def read_facts(text: str) -> tuple[ReportFact, OrderFact, Progress, Stock]:
    """What `write_facts` wrote. Deciding on it again gives the same plan."""
    data = json.loads(text)
    counted = data["counted"]
    progress = Progress(
        good=_read(counted[0]),
        structural=_read(counted[1]),
        avoidable=_read(counted[2]),
        rework=_read(counted[3]),
        setups=counted[4],
        reports=counted[5],
        output_lot=counted[6],
        units_closed=tuple(counted[7]),
        lines={key: read_line(line) for key, line in data["lines"].items()},
    )
    order = data["order"]
    offers: dict[tuple[int, int], list[StockFact]] = {}
    left: dict[BalanceKey, Fraction] = {}
    for row in data["stock"]:
        fact = _read_stock(row)
        offers.setdefault((fact.item, fact.order), []).append(fact)
        left[fact.key] = _read(row[4])
    return (
        _read_report(data["report"]),
        OrderFact(
            id=order["id"],
            number=order["number"],
            state="released",
            quantity=_read(order["quantity"]),
            allocation=order["allocation"],
            line_clear=order["clear"],
            good_before=None if order["before"] is None else _read(order["before"]),
            output_lot=order["lot"],
        ),
        progress,
        Stock(offers, left),
    )


def _read_report(data: Mapping[str, Any]) -> ReportFact:
    scan = data.get("scan")
    return ReportFact(
        id=data["id"],
        kind=data["kind"],
        occurred_at=data["occurred_at"],
        received_at=data["received_at"],
        event_day=data["event_day"],
        good=_read(data["good"]),
        scrap=tuple((_read(quantity), loss) for quantity, loss in data.get("scrap", ())),
        rework=_read(data.get("rework", "0")),
        setup_events=data.get("setup_events", 0),
        handling_unit=data.get("handling_unit", ""),
        handling_unit_kind=data.get("handling_unit_kind", ""),
        output_lot=data.get("output_lot", ""),
        device=data.get("device"),
        clock_offset_ms=data.get("clock_offset_ms"),
        confirmed=data.get("confirmed", False),
        scan=ScanFact(scan[0], scan[1], _read(scan[2])) if scan else None,
        said_at=data.get("said_at", ""),
        accepted_at=data.get("accepted_at", ""),
    )


def _read_stock(row: Sequence[Any]) -> StockFact:
    more: Sequence[Any] = row[6:] if len(row) > 6 else ["", "", NO_EXPIRY, "", 0, None, None]
    return StockFact(
        item=row[0],
        lot=row[1],
        bin=row[2],
        order=row[3],
        lot_code=more[0],
        bin_code=more[1],
        bin_kind=BinKind.STAGING if row[3] else BinKind.SUPERMARKET,
        status=LotStatus.RELEASED,
        released_since=_LONG_AGO,
        expires_on=more[2],
        received_at=more[3],
        rank=more[4],
        potency=None if more[5] is None else _read(more[5]),
        density=None if more[6] is None else _read(more[6]),
        density_temperature=_read(more[7]) if len(more) > 7 else None,
        unit_cost=_read(row[5]),
    )
