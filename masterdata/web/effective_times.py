"""The time from which on an approval holds: chosen first, shown in what is signed, and signed with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode

from masterdata.actions.effectivity import past_refusal
from masterdata.pages.figures import when
from masterdata.rules.refusal import Refusal, Refused

FIELD, SHOWN = "effective_from", "effective_shown"


@dataclass(frozen=True)
class Choice:
    """What stands in the field, the time that it means (None: at once), and why it cannot be taken."""

    typed: str
    moment: datetime | None
    refusals: tuple[Refusal, ...] = ()

    @property
    def shown(self) -> str:
        """What of the field is part of the content shown; a time that cannot be taken is not."""
        return "" if self.refusals else self.typed

    @property
    def fact(self) -> dict[str, Any]:
        """The line of it in what is signed."""
        value = when(self.moment) if self.moment else "at once, when it is signed"
        return {"name": "Effective from", "value": value}


def choice_of(request: HttpRequest) -> Choice:
    """The time asked for by the form that was sent, or by the address; at the site's time."""
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
    aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
    passed = past_refusal(aware, timezone.now())
    return Choice(typed, None if passed else aware, (passed,) if passed else ())


def signed_time(request: HttpRequest) -> datetime | None:
    """The time that stood in what was signed. Refused where it cannot be taken, or was changed after it was shown."""
    choice = choice_of(request)
    if choice.refusals:
        raise Refused(*choice.refusals)
    if choice.typed != request.POST.get(SHOWN, "").strip():
        raise Refused(
            Refusal(
                "time_not_shown",
                "The time you chose did not stand in what you were about to sign. Nothing was signed.",
                "",
                "It stands in it now: read it, then sign.",
            )
        )
    return choice.moment


def asks_to_see(request: HttpRequest) -> bool:
    """Whether the form was sent only to see what would be signed with the time chosen."""
    return request.method == "POST" and request.POST.get("do") == "show"


def seen_at(request: HttpRequest, address: str) -> HttpResponse:
    """To the page with the time chosen in what is signed."""
    typed = request.POST.get(FIELD, "").strip()[:40]
    return redirect(f"{address}?{urlencode({FIELD: typed})}#sign" if typed else f"{address}#sign")
