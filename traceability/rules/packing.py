"""What may go into a handling unit and come out of it, so that every unit is counted once; and how an SSCC is made."""

from dataclasses import dataclass

from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.gtin import check_digit
from masterdata.rules.refusal import Refusal
from masterdata.rules.usage import readable
from masterdata.rules.vocabulary import HandlingUnitKind

#: what goes into what: a kind holds smaller ones only
_SIZES = (HandlingUnitKind.UNIT, HandlingUnitKind.CASE, HandlingUnitKind.PALLET)


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A handling unit. `holds`: units packed straight into it; `lots`: of which output lots; `children`: units inside it."""

    sscc: str
    kind: str
    order: str
    closed: bool
    parent: str = ""
    holds: Fraction = ZERO
    lots: tuple[str, ...] = ()
    children: int = 0


def open_refusals(unit: UnitFact) -> list[Refusal]:
    """`handling_unit_closed` where it is closed: what is in it was counted."""
    if not unit.closed:
        return []
    return [
        Refusal(
            "handling_unit_closed",
            f"{unit.kind.capitalize()} {unit.sscc} is closed: its units were counted.",
            unit.sscc,
            "Open another one, or have the posting that closed it reversed.",
        )
    ]


def packing_refusals(unit: UnitFact, lot_code: str) -> list[Refusal]:
    """Every reason why units of this output lot may not be packed straight into it."""
    refusals = open_refusals(unit)
    if not lot_code:
        refusals.append(
            Refusal("lot_missing", "The output lot of the units is not named.", unit.sscc, "Enter or scan their lot.")
        )
    others = sorted(set(unit.lots) - {lot_code})
    if others and lot_code:
        refusals.append(
            Refusal(
                "another_lot_inside",
                f"{unit.kind.capitalize()} {unit.sscc} holds units of lot {others[0]}.",
                unit.sscc,
                f"Open another {unit.kind} for lot {lot_code}.",
            )
        )
    return refusals


def unpacking_refusals(unit: UnitFact, lot_code: str, quantity: Fraction) -> list[Refusal]:
    """Every reason why this many units may not be taken out of it again."""
    refusals = open_refusals(unit)
    if lot_code not in unit.lots or quantity > unit.holds:
        refusals.append(
            Refusal(
                "not_inside",
                f"{unit.kind.capitalize()} {unit.sscc} holds {readable(unit.holds)} units, not {readable(quantity)} of lot "
                f"{lot_code}.",
                unit.sscc,
                "Take out at most what it holds.",
            )
        )
    return refusals


def aggregation_refusals(child: UnitFact, parent: UnitFact) -> list[Refusal]:
    """Every reason why a handling unit may not go into another: sizes, orders, one place at a time, closed before it goes in."""
    refusals = open_refusals(parent)
    if _SIZES.index(HandlingUnitKind(child.kind)) >= _SIZES.index(HandlingUnitKind(parent.kind)):
        refusals.append(
            Refusal(
                "does_not_go_in", f"A {child.kind} does not go into a {parent.kind}.", child.sscc, "Scan a larger one."
            )
        )
    if child.order != parent.order:
        refusals.append(
            Refusal(
                "another_order",
                f"{child.kind.capitalize()} {child.sscc} is of order {child.order}, {parent.sscc} of order {parent.order}.",
                child.sscc,
                "Pack orders apart.",
            )
        )
    if child.parent:
        refusals.append(
            Refusal(
                "packed_before",
                f"{child.kind.capitalize()} {child.sscc} is in {child.parent}.",
                child.sscc,
                "Take it out there first.",
            )
        )
    if not child.closed:
        refusals.append(
            Refusal(
                "not_closed_yet",
                f"{child.kind.capitalize()} {child.sscc} is not closed yet, or its report is not posted.",
                child.sscc,
                "Close it, and wait until its report is posted.",
            )
        )
    return refusals


def closing_refusals(unit: UnitFact, order: str, reported: Fraction) -> list[Refusal]:
    """Why a report that counts the units of this handling unit cannot be true. `reported` 0: what it holds counts.

    What is in closed units inside it was counted when those were closed, so it holds only what was packed straight in.
    """
    refusals = []
    if unit.order != order:
        refusals.append(
            Refusal(
                "handling_unit_of_another_order",
                f"{unit.kind.capitalize()} {unit.sscc} is of order {unit.order}.",
                unit.sscc,
                f"Report it to order {unit.order}.",
            )
        )
    if (unit.holds or unit.children) and reported not in (0, unit.holds):
        inside = f" beside {unit.children} handling units that were counted before" if unit.children else ""
        refusals.append(
            Refusal(
                "handling_unit_contents_differ",
                f"{unit.kind.capitalize()} {unit.sscc} holds {readable(unit.holds)} units that were packed straight into "
                f"it{inside}; {readable(reported)} are reported.",
                unit.sscc,
                "Correct what was packed, or have this report withdrawn and report what is in it.",
            )
        )
    return refusals


def sscc_of(prefix: str, serial: int) -> str:
    """An SSCC: extension digit, GS1 company prefix (7 to 10 digits), serial reference, check digit. Source: GS1 GS 2.2.1.

    The serial uses the places that the prefix leaves, then the extension digit. ValueError where it is used up.
    """
    if not (prefix.isascii() and prefix.isdecimal() and 7 <= len(prefix) <= 10):
        raise ValueError("a GS1 company prefix has 7 to 10 digits")
    extension, reference = divmod(serial, 10 ** (16 - len(prefix)))
    if extension > 9:
        raise ValueError("every SSCC of this company prefix was given out")
    body = f"{extension}{prefix}{reference:0{16 - len(prefix)}d}"
    return body + check_digit(body)
