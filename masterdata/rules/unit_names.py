"""Units as people write them: by symbol (kg) or by code (KGM), and never guessed where two could be meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from masterdata.rules.refusal import Refusal


@dataclass(frozen=True, slots=True)
class UnitName:
    code: str
    symbol: str


def read_unit(text: str, names: Sequence[UnitName]) -> str | Refusal:
    """The code of the unit that was written.

    A code counts in any case, a symbol as it is written (mg is not Mg); only where neither fits, a symbol in another
    case, if it can be but one.
    """
    typed = text.strip()
    meant = [one for one in names if one.code == typed]
    meant = meant or [one for one in names if one.symbol == typed or one.code == typed.upper()]
    meant = meant or [one for one in names if one.symbol.casefold() == typed.casefold()]
    if len(meant) == 1:
        return meant[0].code
    if not meant:
        return Refusal(
            "unknown_unit",
            f"There is no unit {typed}.",
            typed,
            "Write its symbol, such as kg, or its code, such as KGM.",
        )
    told = " or ".join(f"{one.code} ({one.symbol})" for one in meant)
    return Refusal("unit_unclear", f"{typed} may be {told}.", typed, "Write the code of the one you mean.")


def write_unit(code: str, names: Sequence[UnitName]) -> str:
    """The symbol, where it is read back as the same unit; else the code."""
    symbol = next((one.symbol for one in names if one.code == code), code)
    return symbol if read_unit(symbol, names) == code else code


def tell_unit(code: str, names: Sequence[UnitName]) -> str:
    """As the plant writes it, with the code beside it: pcs (C62); only the code where it is the symbol too."""
    symbol = next((one.symbol for one in names if one.code == code), "")
    return f"{symbol} ({code})" if symbol and symbol != code else code
