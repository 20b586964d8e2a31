"""GS1 trade item numbers: fourteen digits, the last one a check digit."""


def check_digit(body: str) -> str:
    """The GS1 check digit of a string of digits (weights 3 and 1 from the right). GS1 General Specifications 7.9."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def gtin_is_valid(gtin: str) -> bool:
    """Fourteen ASCII digits with a right check digit; shorter ones are written with leading zeros."""
    if len(gtin) != 14 or not (gtin.isascii() and gtin.isdigit()):
        return False
    return check_digit(gtin[:-1]) == gtin[-1]
