"""The content of a governed record exactly as it is shown for approval, and signed. Its digest binds the signature.

Quantities are decimal text, times ISO text in UTC. A change of this form would break signatures: add a `form` number
before changing it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from masterdata.models import BomLine, BomVersion, Item, ScrapFactor, TriggerDefinition, UnitFactor
from masterdata.rules.exact import Fraction
from masterdata.rules.units import decimal_text

#: The signed content's word for the time that the approver chose.
EFFECTIVE_FROM = "effective_from"


def bom_content(version: BomVersion) -> dict[str, Any]:
    """A BOM version with every figure in it."""
    lines = (
        version.lines.select_related("item", "unit")
        .prefetch_related("steps", "alternates__item", "scrap_factors")
        .order_by("position")
    )
    outputs = version.outputs.select_related("item", "unit").order_by("position")
    losses = version.scrap_factors.filter(line__isnull=True).order_by("level", "operation_number", "id")
    return {
        "record": "bom_version",
        "item": version.item.code,
        "version": version.number,
        "base_quantity": number_text(version.base_quantity),
        "base_unit": version.base_unit.code,
        "phantom": version.phantom,
        "reason": version.reason,
        "author": version.author.username,
        "lines": [_line(line) for line in lines],
        "outputs": [
            {
                "position": output.position,
                "identity": str(output.identity),
                "item": output.item.code,
                "kind": output.kind,
                "quantity": number_text(output.quantity),
                "unit": output.unit.code,
                "operation": output.operation_number,
                "cost_share": number_text(output.cost_share),
            }
            for output in outputs
        ],
        "scrap_factors": [_loss(loss) for loss in losses],
    }


def factor_content(factor: UnitFactor) -> dict[str, Any]:
    """An item's unit factor: 1 `from_unit` = numerator / denominator `to_unit`."""
    return {
        "record": "unit_factor",
        "item": factor.item.code,
        "from_unit": factor.from_unit.code,
        "to_unit": factor.to_unit.code,
        "version": factor.version,
        "numerator": str(int(factor.numerator)),
        "denominator": str(int(factor.denominator)),
        "reference_temperature": optional(factor.reference_temperature),
        "temperature_coefficient": optional(factor.temperature_coefficient),
        "author": factor.author.username,
    }


def trigger_content(definition: TriggerDefinition) -> dict[str, Any]:
    """A trigger definition with the devices that may send it."""
    devices = definition.devices.select_related("site").order_by("site__code", "code")
    return trigger_form(definition, [f"{device.site.code} {device.code}" for device in devices])


def trigger_form(definition: TriggerDefinition, devices: Sequence[str] = ()) -> dict[str, Any]:
    """The same for a definition that need not be stored yet."""
    limit = definition.avoidable_limit_percent
    return {
        "record": "trigger_definition",
        "item": definition.item.code,
        "operation": definition.operation_number,
        "line": f"{definition.line.site.code} {definition.line.code}" if definition.line else None,
        "version": definition.version,
        "kind": definition.kind,
        "output_basis": definition.output_basis,
        "devices": list(devices),
        "any_person": definition.any_person,
        "order_tolerance": number_text(definition.order_tolerance),
        "report_limit_percent": number_text(definition.report_limit_percent),
        "clock_tolerance_seconds": definition.clock_tolerance_seconds,
        "offline_allowance_hours": definition.offline_allowance_hours,
        # said only where there is one, so that signatures from before there were such limits stay as they are
        **({} if limit is None else {"avoidable_limit_percent": number_text(limit)}),
        "author": definition.author.username,
    }


def label_content(item: Item, number: int, artwork: str) -> dict[str, Any]:
    """A label version as it is approved."""
    return {"record": "label_version", "item": item.code, "version": number, "artwork": artwork}


def approved_from(content: dict[str, Any], effective_from: datetime | None) -> dict[str, Any]:
    """What an approver signs: the content and, where one was chosen, the time from which on it holds.

    Without a time it holds at once, from the moment of the signature on; so signatures from before times were signed
    stay as they are.
    """
    return content if effective_from is None else {**content, EFFECTIVE_FROM: time_text(effective_from)}


def number_text(value: Decimal) -> str:
    return decimal_text(Fraction(value))


def optional(value: Decimal | None) -> str | None:
    return None if value is None else number_text(value)


def time_text(moment: datetime | None) -> str | None:
    """ISO text in UTC with microseconds and `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _line(line: BomLine) -> dict[str, Any]:
    steps = sorted(line.steps.all(), key=lambda step: step.from_quantity)
    alternates = sorted(line.alternates.all(), key=lambda one: one.rank)
    losses = sorted(line.scrap_factors.all(), key=lambda loss: (loss.kind, loss.pk))
    return {
        "position": line.position,
        "identity": str(line.identity),
        "item": line.item.code,
        "quantity": number_text(line.quantity),
        "unit": line.unit.code,
        "per": line.per,
        "handling_unit_kind": line.handling_unit_kind,
        "operation": line.operation_number,
        "method": line.method,
        "pieces": number_text(line.pieces),
        "tolerance": number_text(line.tolerance),
        "alternate_strategy": line.alternate_strategy,
        "whole_assemblies": line.whole_assemblies,
        "steps": [{"from": number_text(step.from_quantity), "quantity": number_text(step.quantity)} for step in steps],
        "alternates": [
            {
                "rank": one.rank,
                "item": one.item.code,
                "factor": number_text(one.factor),
                "percent": optional(one.percent),
                "quantity_limit": optional(one.quantity_limit),
                "valid_until": time_text(one.valid_until),
            }
            for one in alternates
        ],
        "scrap_factors": [_loss(loss) for loss in losses],
    }


def _loss(loss: ScrapFactor) -> dict[str, Any]:
    return {
        "level": loss.level,
        "kind": loss.kind,
        "operation": loss.operation_number,
        "percent": number_text(loss.percent),
        "quantity": number_text(loss.quantity),
        "convention": loss.convention,
        "net": loss.net,
        "loss": loss.loss,
        "source": loss.source,
        "source_note": loss.source_note,
    }
