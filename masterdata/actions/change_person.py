"""Change a person: roles, name, badge, PIN, or whether the account is open. Nobody is ever deleted.

Passwords are set by `change_password`, lost badges replaced by `revoke_badge`.
"""

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.enrol_person import name_faults, pin_faults
from masterdata.actions.record import record
from masterdata.models import Person, Site
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import Role


def change_person(
    *,
    person: Person,
    actor: object,
    reason: str,
    name: str | None = None,
    badge: str | None = None,
    roles: Sequence[str] | None = None,
    site: Site | None = None,
    pin: str | None = None,
    is_active: bool | None = None,
) -> Person:
    """What is None stays as it is. The last open admin stays one, or nobody could let people in again."""
    require(actor, Duty.MANAGE_PEOPLE)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the account is changed.", person.username, "Enter a reason."))
    with acting(actor, reason=reason):
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        was_admin = row.is_active and Role.ADMIN in row.roles
        old, row.name, row.badge = row.badge, name or row.name, badge or row.badge
        row.roles = sorted(set(roles)) if roles is not None else row.roles
        row.site = site or row.site
        row.is_active = row.is_active if is_active is None else is_active
        faults = name_faults(row)
        if row.badge_revoked_at is not None and row.badge != old:
            faults.append(
                Refusal("badge_is_lost", f"Badge {old} of {row.name} is lost.", old, "Give a new badge on their page.")
            )
        if pin is not None:
            faults += pin_faults(pin, row.username)
            row.pin = make_password(pin) if pin else ""
        if was_admin and not (row.is_active and Role.ADMIN in row.roles) and not _another_admin(row):
            faults.append(
                Refusal("last_admin", f"{row.name} is the last admin.", row.username, "Enrol another admin first.")
            )
        if faults:
            raise Refused(*faults)
        record(row, actor=actor, reason=reason)
    person.refresh_from_db()
    return person


def _another_admin(person: Person) -> bool:
    return (
        Person.objects.select_for_update(no_key=True)
        .filter(is_active=True, roles__contains=[Role.ADMIN])
        .exclude(pk=person.pk)
        .exists()
    )
