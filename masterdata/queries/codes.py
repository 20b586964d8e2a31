"""What a scanned or typed code means, among the records of master data."""

import re
from dataclasses import dataclass

from django.db.models import Q

from masterdata.models import Bin, Device, Item, Person, ProductionLine, ReasonCode, Supplier


@dataclass(frozen=True, slots=True)
class Found:
    """A record that a code opens. `kind` is the model's name in lower case, `key` its id."""

    kind: str
    key: int
    code: str
    name: str
    site: str = ""


def find_code(text: str) -> list[Found]:
    """What has exactly this code, in any case: items (or GTIN), bins, lines, devices, suppliers, reasons, and people.

    People are found by badge (as it is written), by user name, and by each word of their name.
    """
    code = text.strip()
    if not code or "\x00" in code:
        return []
    same = Q(code__iexact=code)
    gtin = Q(gtin=code.zfill(14)) if code.isascii() and code.isdigit() and len(code) in (8, 12, 13, 14) else Q(pk=None)
    found = [Found("item", row.pk, row.code, row.name) for row in Item.objects.filter(same | gtin)]
    for kind, model in (("bin", Bin), ("productionline", ProductionLine), ("device", Device)):
        rows = model._default_manager.filter(same).select_related("site")
        found += [Found(kind, row.pk, row.code, row.name, row.site.code) for row in rows]
    found += [Found("supplier", row.pk, row.code, row.name) for row in Supplier.objects.filter(same)]
    found += [Found("reason", row.pk, row.code, row.name) for row in ReasonCode.objects.filter(same)]
    return found + _people(code)


def _people(text: str) -> list[Found]:
    """Whoever has this badge or user name; else whoever has all these words in their name."""
    named = Q()
    for word in text.split()[:6]:
        named &= Q(name__iregex=rf"(^|\s|-){re.escape(word)}($|\s|-)")
    people = Person.objects.order_by("name")
    rows = people.filter(Q(badge=text) | Q(username__iexact=text)) or people.filter(named)
    return [Found("person", row.pk, row.badge, row.name) for row in rows[:20]]
