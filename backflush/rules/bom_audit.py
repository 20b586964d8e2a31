"""A physical audit of a BOM: what is measured for its base quantity, line by line, beside what the BOM says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from masterdata.rules.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Finding:
    """A line that was looked at. `expected` as the BOM says, `measured` really, both in the line's unit."""

    line: int
    item: str
    expected: Decimal
    measured: Decimal
    remark: str = ""

    @property
    def difference(self) -> Decimal:
        return self.measured - self.expected


def audit_refusals(findings: Sequence[Finding], remark: str, version: str) -> list[Refusal]:
    """Every reason why this is no audit yet."""
    found = []
    if not findings:
        found.append(
            Refusal(
                "nothing_audited",
                f"No line of {version} was measured.",
                version,
                "Enter what you measured of one line at least.",
            )
        )
    if not remark.strip():
        found.append(
            Refusal(
                "remark_missing",
                "Say what was looked at.",
                version,
                "Name the units, the place and how it was measured.",
            )
        )
    for one in findings:
        if not one.measured.is_finite() or one.measured < 0 or one.measured >= 10**15:
            found.append(
                Refusal(
                    "quantity_missing", f"{one.measured} of {one.item} is no quantity.", one.item, "Enter it again."
                )
            )
        elif -int(one.measured.normalize().as_tuple().exponent) > 9:
            found.append(
                Refusal(
                    "quantity_too_fine",
                    f"{one.measured:f} of {one.item} has more than nine decimals.",
                    one.item,
                    "Round it.",
                )
            )
        elif one.difference and not one.remark.strip():
            found.append(
                Refusal(
                    "difference_without_remark",
                    f"{one.item} differs from the BOM by {one.difference.normalize():f}.",
                    one.item,
                    "Write a remark that says how, or why.",
                )
            )
    return found
