"""The audit trail as people ask it: any record, anybody, any period."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from masterdata.models import AuditEvent, Device, Person

#: columns by which people know a record
_NAMES = ("code", "number", "username", "sscc", "operation_number")
#: how a person stands in the trail; an early version wrote whoever was signed in as what Django wraps them in. Such rows
#: stay as they were written, and are read as what they mean
PEOPLE = ("person", "simplelazyobject")


def audit_events(site_id: int) -> QuerySet[AuditEvent]:
    """Events of the site, and of what belongs to every site."""
    return AuditEvent.objects.filter(Q(site_id=site_id) | Q(site_id=None))


def audited_tables() -> list[str]:
    """Tables under audit, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'audit_insert' AND NOT t.tgisinternal ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def about(rows: QuerySet[AuditEvent], text: str) -> QuerySet[AuditEvent]:
    """Events of records that are called exactly this, or have this key."""
    found = Q(key=text)
    for name in _NAMES:
        found |= Q(**{f"new__{name}": text}) | Q(**{f"old__{name}": text})
    return rows.filter(found)


def name_of(event: AuditEvent) -> str:
    """What people call the record; its key where it has no name."""
    row = event.new or event.old or {}
    return str(next((row[name] for name in _NAMES if row.get(name)), f"no. {event.key}"))


def actors_called(text: str, spellings: Sequence[str] = PEOPLE) -> Q:
    """Events of people whose name or user name contains this, of a device with this code, or of a service."""
    people = Person.objects.filter(Q(name__icontains=text) | Q(username__iexact=text)).values_list("pk", flat=True)
    devices = Device.objects.filter(code__iexact=text).values_list("pk", flat=True)
    actors = [*(f"{kind}:{pk}" for pk in people for kind in spellings), *(f"device:{pk}" for pk in devices)]
    return Q(actor__in=actors) | Q(actor__istartswith=f"service:{text}") | Q(actor=text)


class ActorNames:
    """Names of actors, as people know them; everybody is looked up once."""

    def __init__(self) -> None:
        people = list(Person.objects.values_list("pk", "name"))
        self._known = {f"{kind}:{pk}": name for pk, name in people for kind in PEOPLE}
        self._known |= {f"device:{pk}": f"device {code}" for pk, code in Device.objects.values_list("pk", "code")}

    def of(self, actor: str) -> str:
        if actor in self._known:
            return self._known[actor]
        kind, _, name = actor.partition(":")
        words = {"service": f"the product ({name})", "migration": f"an update of the product ({name})"}
        return words.get(kind, actor)


def changes_of(event: AuditEvent) -> list[tuple[str, Any, Any]]:
    """(column, before, after) of what changed; of a new record what it began with, of a removed one what it was."""
    old, new = event.old or {}, event.new or {}
    return [
        (name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if name != "id" and old.get(name) != new.get(name) and (old.get(name), new.get(name)) not in _NOTHING
    ]


_NOTHING = ((None, ""), ("", None))
