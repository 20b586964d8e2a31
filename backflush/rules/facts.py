"""What a report is judged on: the facts, gathered before the rule is asked, and kept beside the posting."""

from dataclasses import dataclass

from masterdata.rules.exact import ZERO, Fraction
from masterdata.rules.refusal import Refusal

#: key of a balance inside a batch: bin, lot, order (0: unbound)
BalanceKey = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class ScanFact:
    """What a scan-issue names: an item, a lot, and a quantity in the item's stock unit."""

    item: int
    lot: int
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class ReportFact:
    """A report of output, its codes resolved. Quantities in the order's unit; times ISO text (UTC).

    `event_day`: the day at the site when it happened. `scrap`: (quantity, "structural" or "avoidable"). `found`: what was
    already found wrong when its codes were looked up. `clock_offset_ms`: the device's measured offset, if there is one.
    `said_at`: what the client said, where QA signed `occurred_at` in its place. `accepted_at`: when QA signed that lots which
    were not released when the units were made are accepted as they are then.
    """

    id: int
    kind: str
    occurred_at: str
    received_at: str
    event_day: str
    good: Fraction = ZERO
    scrap: tuple[tuple[Fraction, str], ...] = ()
    rework: Fraction = ZERO
    setup_events: int = 0
    handling_unit: str = ""
    handling_unit_kind: str = ""
    output_lot: str = ""
    device: int | None = None
    device_enabled: bool = True
    clock_offset_ms: int | None = None
    trained: bool = True
    confirmed: bool = False
    scan: ScanFact | None = None
    found: tuple[Refusal, ...] = ()
    said_at: str = ""
    accepted_at: str = ""


@dataclass(frozen=True, slots=True)
class OrderFact:
    """The order as it stands. `good_before`: good units at the count point before, if there is one."""

    id: int
    number: str
    state: str
    quantity: Fraction
    allocation: str
    line_clear: bool = True
    good_before: Fraction | None = None
    output_lot: str = ""
