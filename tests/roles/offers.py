"""What a page offers - a link, a form - and whether whoever follows it is refused."""

import re
from dataclasses import dataclass
from html import unescape

from django.http import HttpResponse
from django.urls import Resolver404, resolve

from masterdata.models import Person
from masterdata.pages.rights import duties_of
from masterdata.rules.duties import MAY
from tests.roles.addresses import is_api

LINK = re.compile(r'<a\b[^>]*?\bhref="(/[^"#]*)"')
FORM = re.compile(r"<form\b[^>]*>")
ACTION = re.compile(r'\baction="(/[^"#]*)"')


@dataclass(frozen=True, order=True)
class Offer:
    url: str
    sends: bool

    def __str__(self) -> str:
        return f"the {'form' if self.sends else 'link'} {self.url}"

    def refused_to(self, person: Person) -> bool:
        """Whether this leads nowhere, or to a page that this person may not open or send."""
        try:
            match = resolve(self.url.partition("?")[0])
        except Resolver404:
            return True
        rights = getattr(match.func, "rights", None)
        if rights is None or is_api(match.func):
            return False
        needed = rights.sends if self.sends else rights.opens
        if needed is None:
            return True
        duties = duties_of(needed, person, match.kwargs)
        return bool(duties) and not any(MAY[duty] & set(person.roles) for duty in duties)


def offered_by(answer: HttpResponse) -> list[Offer]:
    """The links of a page, and the forms that it sends; none where it is no page."""
    if answer.status_code != 200 or "html" not in answer["Content-Type"]:
        return []
    text = answer.content.decode()
    found = {Offer(unescape(url), sends=False) for url in LINK.findall(text)}
    for form in FORM.findall(text):
        to = ACTION.search(form)
        if to and 'method="post"' in form:
            found.add(Offer(unescape(to.group(1)), sends=True))
    return sorted(found)
