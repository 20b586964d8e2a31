"""A BOM version as drafted: items and units by code, quantities as decimals (text is taken too, floats are not)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from masterdata.rules.vocabulary import (
    AlternateStrategy,
    Convention,
    FigureSource,
    Loss,
    OutputKind,
    Per,
    PostingMethod,
)

#: Given as Decimal, decimal text or whole number; kept as Decimal. (Typed as Any, so that text is taken.)
Number = Any

ZERO = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class ScrapDraft:
    """A planned loss: `percent` as written (10 is 10 %), or `quantity` per setup in the line's unit.

    `operation` names the operation of an operation-level factor; `net`: it takes the place of assembly scrap there.
    """

    percent: Number = ZERO
    quantity: Number = ZERO
    operation: str = ""
    convention: Convention = Convention.GROSS_UP
    net: bool = False
    loss: Loss = Loss.STRUCTURAL
    source: FigureSource = FigureSource.ENGINEERING
    source_note: str = ""

    def __post_init__(self) -> None:
        _to_decimals(self, "percent", "quantity")


@dataclass(frozen=True, slots=True)
class StepDraft:
    """From an order quantity of `from_quantity` on, the line takes `quantity` once per order."""

    from_quantity: Number
    quantity: Number

    def __post_init__(self) -> None:
        _to_decimals(self, "from_quantity", "quantity")


@dataclass(frozen=True, slots=True)
class AlternateDraft:
    """A substitute: `factor` stock units of it replace one of the main item. `valid_until` is ISO text with offset."""

    item: str
    factor: Number = ONE
    percent: Number = None
    quantity_limit: Number = None
    valid_until: str | None = None

    def __post_init__(self) -> None:
        _to_decimals(self, "factor", "percent", "quantity_limit")


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A component. `unit` empty: its stock unit. `scrap` is its running loss, `setup` its quantity per setup."""

    item: str
    quantity: Number = ZERO
    unit: str = ""
    operation: str = "10"
    per: Per = Per.BASE
    handling_unit_kind: str = ""
    method: PostingMethod = PostingMethod.BACKFLUSH
    pieces: Number = ONE
    tolerance: Number = ZERO
    scrap: ScrapDraft | None = None
    setup: ScrapDraft | None = None
    steps: tuple[StepDraft, ...] = ()
    strategy: AlternateStrategy | str = ""
    whole_assemblies: bool = False
    alternates: tuple[AlternateDraft, ...] = ()
    identity: UUID | None = None

    def __post_init__(self) -> None:
        _to_decimals(self, "quantity", "pieces", "tolerance")


@dataclass(frozen=True, slots=True)
class OutputDraft:
    """A by- or co-product received with every base quantity. `unit` empty: its stock unit."""

    item: str
    quantity: Number
    unit: str = ""
    operation: str = "10"
    kind: OutputKind = OutputKind.BY_PRODUCT
    cost_share: Number = ZERO
    identity: UUID | None = None

    def __post_init__(self) -> None:
        _to_decimals(self, "quantity", "cost_share")


@dataclass(frozen=True, slots=True)
class BomDraft:
    """A whole version as written."""

    item: str
    base_quantity: Number
    base_unit: str
    phantom: bool = False
    lines: tuple[LineDraft, ...] = ()
    outputs: tuple[OutputDraft, ...] = ()
    assembly_scrap: ScrapDraft | None = None
    operation_scrap: tuple[ScrapDraft, ...] = ()

    def __post_init__(self) -> None:
        _to_decimals(self, "base_quantity")


def _to_decimals(draft: object, *names: str) -> None:
    """Decimal from text or whole numbers; a float has already lost digits, so it is refused."""
    for name in names:
        value = getattr(draft, name)
        if value is None or isinstance(value, Decimal):
            continue
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise TypeError(f"{name} must be a Decimal, text or whole number, not {type(value).__name__}.")
        try:
            number = Decimal(value)
        except ArithmeticError as error:
            raise ValueError(f"{name}: {value!r} is not a decimal number.") from error
        if not number.is_finite():
            raise ValueError(f"{name}: {value!r} is not a number.")
        object.__setattr__(draft, name, number)
