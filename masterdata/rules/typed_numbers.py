"""A number as people type it or a scale sends it, read in one way or refused in words. Every quantity form asks here.

Screens write thousands with a comma, much of the world writes decimals with one: 1,000 is a thousand to one reader and one to
the next, and a ledger must not pick. A point is always the decimal point; a comma before three digits is refused.
"""

import re

from masterdata.rules.refusal import Refusal, Refused

#: what may stand between groups of digits: 10 800, with the narrow and unbreakable blanks that screens copy out
_BLANKS = re.compile(r"[ \u00a0\u2009\u202f]")
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_FIGURES = re.compile(r"[0-9]+[0-9.,]*|[.,][0-9]+")


def typed_number(text: str, name: str = "") -> str:
    """The number with a decimal point, empty where nothing is typed. `name`: the field, said first where several are filled in.

    Raises Refused: number_ambiguous, digits_not_read, quantity_not_a_number.
    """
    typed = _BLANKS.sub("", text.strip())
    if not typed or _PLAIN.fullmatch(typed):
        return typed
    before = f"{name}: " if name else ""
    if any(sign.isdigit() and not sign.isascii() for sign in typed):
        raise _refused("digits_not_read", f"{before}“{text.strip()}” has digits of another script.", "0 to 9", name)
    whole, comma, part = typed.partition(",")
    if comma and _PLAIN.fullmatch(f"{whole}.{part}") and "." not in whole + part:
        if len(part) != 3:
            return f"{whole}.{part}"
        choice = f"{whole}{part} or {whole}.{part}" if whole.strip("0") else f"{whole or 0}.{part}"
        raise Refused(
            Refusal(
                "number_ambiguous",
                f"{before}“{typed}” can be read in two ways.",
                name or typed,
                f"Write {choice}: no comma for thousands, a point for decimals.",
            )
        )
    if comma and _FIGURES.fullmatch(typed):
        raise Refused(
            Refusal(
                "number_ambiguous",
                f"{before}“{typed}” has more than one mark.",
                name or typed,
                "Write it without a mark for thousands, and with one point for decimals.",
            )
        )
    raise _refused("quantity_not_a_number", f"{before}“{text.strip()[:40]}” is not a quantity.", "12.5", name)


def is_typed_number(text: str) -> bool:
    """Whether a text was meant for a figure, well written or not: of digits and marks, in whatever script."""
    typed = _BLANKS.sub("", text.strip())
    digits = typed.replace(".", "").replace(",", "")
    return 0 < len(digits) <= 15 and digits.isdecimal()


def _refused(code: str, sentence: str, example: str, name: str) -> Refused:
    remedy = f"Write it with the digits {example}." if example == "0 to 9" else f"Enter a number such as {example}."
    return Refused(Refusal(code, sentence, name, remedy))
