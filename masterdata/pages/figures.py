"""How figures and times are written on screens: quantities without idle zeros, times of the site with their zone."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format

from masterdata.rules.exact import Fraction, billionths
from masterdata.rules.units import decimal_text

#: a quantity longer than this is not read digit by digit
MOST_DIGITS = 24
_CODED = re.compile(r"(?<=[0-9] )[A-Z0-9]{2,3}(?=[ ,.;:)]|$)")

_AT_UTC = re.compile(r"(\d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}) UTC")
#: a count of units, or an amount of an item: neither a code nor a number of something
_COUNTED = re.compile(
    r"(?<![\w.,:/-])(?<!Lot )(?<!lot )\d{4,}(\.\d+)?(?= (?:units|good|can be drawn|\S{1,4} (?:more )?of ))"
)


def figure(value: Any) -> str:
    """A quantity as people read it: grouped, without trailing zeros. Text that is no number stays as it is."""
    if value is None or value == "":
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return str(value)
    places = max(0, -int(number.normalize().as_tuple().exponent))
    return number_format(number.quantize(Decimal(1).scaleb(-places)), decimal_pos=places, force_grouping=True).replace(
        "-", "−"
    )


def exact(value: Fraction | None) -> str:
    """A fraction as people read it: all its digits where there are at most nine decimals, else six and a sign that says so."""
    if value is None:
        return ""
    whole = value * 10**9
    if whole.denominator == 1:
        return figure(Decimal(whole.numerator).scaleb(-9))
    return f"≈ {figure(Decimal(round(value * 10**6)).scaleb(-6))}"


def nine_places(value: Fraction) -> Decimal:
    """A fraction for machines: to nine decimals, half to even where it has more."""
    return Decimal(billionths(value)).scaleb(-9)


def fraction(value: Fraction) -> str:
    """A factor as the fraction that it is: 28/25, or 1,000."""
    top = f"{value.numerator:,}".replace("-", "−")
    return top if value.denominator == 1 else f"{top}/{value.denominator:,}"


def all_digits(value: Fraction) -> str:
    """A quantity with all its digits; where no decimal ends or it is too long to read, the fraction and about what it is."""
    try:
        digits = decimal_text(value)
    except ValueError:
        digits = ""
    if digits and len(digits) <= MOST_DIGITS:
        return figure(digits)
    with localcontext(prec=9):
        about = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{fraction(value)} ≈ {about.normalize():g}".replace("-", "−")


def money(value: Any, decimals: int = 2) -> str:
    """An amount with the currency's decimals."""
    if value is None or value == "":
        return ""
    amount = Decimal(str(value))
    written = number_format(amount.quantize(Decimal(1).scaleb(-decimals)), decimal_pos=decimals, force_grouping=True)
    return written.replace("-", "−")


def price(value: Any, decimals: int = 2) -> str:
    """A cost per unit: as exact as it is stored, and never with fewer decimals than its currency has."""
    if value is None or value == "":
        return ""
    exact = Decimal(str(value)).normalize()
    return figure(exact) if -int(exact.as_tuple().exponent) > decimals else money(exact, decimals)


def seconds_off(milliseconds: int) -> str:
    """How far a clock is off, to a tenth of a second: +0.3 s, −400.0 s; what rounds to nothing has no sign."""
    tenths = (abs(milliseconds) + 50) // 100
    sign = "" if not tenths else "−" if milliseconds < 0 else "+"
    return f"{sign}{tenths // 10}.{tenths % 10} s"


def raw(value: Any) -> str:
    """A figure for machines: plain digits with a point."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(value)


def when(moment: datetime | None, *, seconds: bool = False) -> str:
    """A time at the site, with its zone: 24 Nov 2026 03:14 CET."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{local.day} {local:%b %Y} {clock} {local:%Z}"


def short(moment: datetime | None, now: datetime) -> str:
    """A time near now: the clock alone today, else the day with it."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if local.date() == timezone.localtime(now).date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}"


def day(value: date | None) -> str:
    """A calendar day: 3 Dec 2026."""
    return "" if value is None else f"{value.day} {value:%b %Y}"


def since(moment: datetime | None, now: datetime) -> str:
    """An age in its two largest units: 3 d 4 h, 12 min."""
    if moment is None:
        return ""
    return lasting(max(0, int((now - moment).total_seconds())))


def lasting(seconds: int) -> str:
    """A length of time in its two largest units."""
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes = rest // 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"


def with_symbols(sentence: str, symbols: Mapping[str, str]) -> str:
    """Unit codes behind figures as people write the units: `32.988 KGM of …` is 32.988 kg of …"""
    return _CODED.sub(lambda found: symbols.get(found[0], found[0]), sentence)


def as_read(sentence: str, symbols: Mapping[str, str]) -> str:
    """A stored sentence as screens write things: units by their symbols, thousands grouped, times of UTC at the site."""
    told = _AT_UTC.sub(_at_site, with_symbols(sentence, symbols))
    return _COUNTED.sub(lambda found: figure(found[0]), told)


def _at_site(found: re.Match[str]) -> str:
    try:
        moment = datetime.strptime(found[1], "%d %b %Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return found[0]
    return when(moment, seconds=True)


def words(name: str) -> str:
    """A stored word as people read it: `gross_up` is gross up."""
    return str(name).replace("_", " ")
