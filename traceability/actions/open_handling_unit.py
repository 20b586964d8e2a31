"""A case or pallet of an order's output is opened under its SSCC; closing it is a report."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import HandlingUnitKind
from traceability.actions.holding import hold_order
from traceability.models import HandlingUnit, WorkOrder
from traceability.rules.gs1 import is_sscc
from traceability.rules.refusing import refuse_if
from traceability.rules.staging import order_refusals


def open_handling_unit(
    *,
    order: WorkOrder,
    sscc: str,
    kind: str,
    actor: Person,
    now: datetime,
    parent: HandlingUnit | None = None,
) -> HandlingUnit:
    """Open a unit, case or pallet for an order's output. Raises Refused: sscc_invalid, sscc_taken, order_not_open, …"""
    require(actor, Duty.REPORT_OUTPUT)
    with acting(actor):
        order = hold_order(order.pk)
        refusals = order_refusals(order.number, order.state)
        if not is_sscc(sscc):
            refusals.append(
                Refusal(
                    "sscc_invalid",
                    f"“{sscc}” is no SSCC: it has 18 digits, of which the last checks the others.",
                    sscc,
                    "Scan the label of the case or pallet again.",
                )
            )
        elif HandlingUnit.objects.filter(site_id=order.site_id, sscc=sscc).exists():
            refusals.append(
                Refusal("sscc_taken", f"SSCC {sscc} was used before.", sscc, "Print a new label for this one.")
            )
        if kind not in list(HandlingUnitKind):
            refusals.append(
                Refusal(
                    "kind_unknown",
                    f"“{kind}” is no kind of handling unit.",
                    kind,
                    f"Use one of {', '.join(HandlingUnitKind)}.",
                )
            )
        if parent is not None and (parent.site_id != order.site_id or parent.closed_at is not None):
            refusals.append(
                Refusal(
                    "parent_not_open",
                    f"Handling unit {parent.sscc} is closed, or stands at another site.",
                    parent.sscc,
                    "Open another pallet.",
                )
            )
        refuse_if(refusals)
        return HandlingUnit.objects.create(
            site_id=order.site_id, sscc=sscc, kind=kind, order=order, parent=parent, opened_at=now
        )
