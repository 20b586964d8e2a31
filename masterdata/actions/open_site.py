"""Open a site, with the uncounted ends that every site's moves come from or go to."""

from datetime import datetime
from zoneinfo import available_timezones

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Bin, Site
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import UNCOUNTED_BINS


def open_site(
    *, code: str, name: str, time_zone: str, currency: str, now: datetime, actor: object, currency_decimals: int = 2
) -> Site:
    """Make a site and its bins SUPPLIER, CONSUMED, ADJUSTMENT and CUSTOMER."""
    require(actor, Duty.SET_UP_PLANT)
    if time_zone not in available_timezones():
        raise Refused(
            Refusal("unknown_time_zone", f"{time_zone} is no time zone.", code, "Use a name such as Europe/Berlin.")
        )
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise Refused(
            Refusal("unknown_currency", f"{currency} is no currency code.", code, "Use three letters such as EUR.")
        )
    with acting(actor):
        site = record(
            Site(code=code, name=name, time_zone=time_zone, currency=currency, currency_decimals=currency_decimals),
            actor=actor,
        )
        for kind in sorted(UNCOUNTED_BINS):
            record(Bin(site=site, code=kind.value.upper(), name=f"{kind.value} (not counted)", kind=kind), actor=actor)
        return site
