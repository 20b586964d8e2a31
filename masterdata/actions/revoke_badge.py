"""A lost badge opens nothing from the very next request on: no session, no tablet, and no script unless the plant says so."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.enrol_person import name_faults, pin_faults
from masterdata.actions.record import record
from masterdata.models import CredentialEvent, Person, PersonToken
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import CredentialStep


def revoke_badge(*, person: Person, actor: Person, reason: str, now: datetime) -> Person:
    """Badge and PIN are good for nothing; every session ends, since a session is bound to the badge.

    A supervisor may, as somebody stands at the line without a badge. Refused: reason_missing, badge_revoked_already.
    """
    require(actor, Duty.REVOKE_BADGES)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say how the badge was lost.", person.badge, "Enter a reason."))
    with acting(actor, reason=reason):
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if row.badge_revoked_at is not None:
            raise Refused(
                Refusal(
                    "badge_revoked_already",
                    f"Badge {row.badge} of {row.name} was marked as lost before.",
                    row.badge,
                    "Give a new badge.",
                )
            )
        row.badge_revoked_at, row.pin = now, ""
        record(row, actor=actor, reason=reason, changed=["badge_revoked_at", "pin"])
        _note(row, CredentialStep.BADGE_LOST, actor, reason, now)
        if settings.BADGE_LOST_REVOKES_TOKENS:
            PersonToken.objects.filter(person=row, revoked_at__isnull=True).update(revoked_at=now)
    person.refresh_from_db()
    return person


def give_badge(*, person: Person, badge: str, pin: str, actor: Person, reason: str, now: datetime) -> Person:
    """A new badge with a PIN, in place of the one before. A number that was ever somebody's is not given again."""
    require(actor, Duty.MANAGE_PEOPLE)
    with acting(actor, reason=reason):
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        old, row.badge, row.badge_revoked_at = row.badge, badge.strip(), None
        faults = [*name_faults(row), *pin_faults(pin, row.username)]
        if not reason.strip():
            faults.append(Refusal("reason_missing", "Say why a badge is given.", row.username, "Enter a reason."))
        if row.badge.lower() == old.lower():
            faults.append(
                Refusal("badge_is_the_same", f"{row.name} has badge {old} already.", old, "Scan the new badge.")
            )
        if faults:
            raise Refused(*faults)
        row.pin = make_password(pin) if pin else ""
        record(row, actor=actor, reason=reason, changed=["badge", "pin", "badge_revoked_at"])
        _note(row, CredentialStep.BADGE_GIVEN, actor, reason, now)
    person.refresh_from_db()
    return person


def _note(row: Person, step: CredentialStep, actor: Person, reason: str, now: datetime) -> None:
    CredentialEvent.objects.create(person=row, step=step, at=now, by=actor, why=reason.strip()[:300], badge=row.badge)
