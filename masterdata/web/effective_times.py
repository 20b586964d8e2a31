"""The time from which on a change holds, as a form asks for it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from masterdata.actions.effectivity import past_refusal
from masterdata.rules.refusal import Refusal

FIELD = "effective_from"


@dataclass(frozen=True)
class Choice:
    """What stands in the field, the time that it means (None: at once), and why it cannot be taken."""

    typed: str
    moment: datetime | None
    refusals: tuple[Refusal, ...] = ()


def choice_of(request: HttpRequest, *, standing: datetime | None = None) -> Choice:
    """The time asked for by the form that was sent, or by the address; at the site's time.

    `standing`: the time that the form was filled with. Sent as it was it stays what it is, to the second; whether it has
    passed is judged with the record, when it is submitted.
    """
    typed = (request.POST if request.method == "POST" else request.GET).get(FIELD, "").strip()[:40]
    if not typed:
        return Choice("", None)
    try:
        moment = parse_datetime(typed)
    except ValueError:
        moment = None
    if moment is None:
        fault = Refusal("time_invalid", f"{typed} is no time.", "", "Pick a day and time, or leave it empty.")
        return Choice(typed, None, (fault,))
    if standing is not None and moment == timezone.make_naive(standing).replace(second=0, microsecond=0):
        return Choice(typed, standing)
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    passed = past_refusal(aware, timezone.now())
    return Choice(typed, None if passed else aware, (passed,) if passed else ())
