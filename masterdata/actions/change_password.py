"""Passwords: people change their own; an admin gives one for one use, shown once, that has to be changed before anything else."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.enrol_person import password_faults
from masterdata.actions.former_passwords import keep_former_password
from masterdata.actions.record import record
from masterdata.models import CredentialEvent, Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import CredentialStep

_FIELDS = ["password", "password_set_at", "must_change_password"]
#: letters and digits that are not taken for one another
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def change_own_password(*, person: Person, present: str, new: str, again: str, now: datetime) -> Person:
    """Refused with every fault at once. The present password was checked, and failures counted, before this begins."""
    with acting(person, reason="own password changed"):
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        faults = []
        if not check_password(present, row.password):
            faults.append(
                Refusal("present_password_wrong", "The present password is another one.", "password", "Enter it again.")
            )
        if new != again:
            faults.append(
                Refusal(
                    "passwords_differ", "The new password was typed in two ways.", "password", "Type it twice alike."
                )
            )
        faults += password_faults(new, row)
        if faults:
            raise Refused(*faults)
        _set(row, new, CredentialStep.PASSWORD_CHANGED, person, "", now, one_use=False)
    person.refresh_from_db()
    return person


def reset_password(*, person: Person, actor: Person, reason: str, now: datetime) -> str:
    """A password for one use, which only this answer tells. All sessions of the person end. Refused: reason_missing."""
    require(actor, Duty.MANAGE_PEOPLE)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why the password is reset.", person.username, "Enter a reason."))
    new = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    with acting(actor, reason=reason):
        row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        _set(row, new, CredentialStep.PASSWORD_RESET, actor, reason, now, one_use=True)
    person.refresh_from_db()
    return new


def _set(
    row: Person, new: str, step: CredentialStep, actor: Person, reason: str, now: datetime, *, one_use: bool
) -> None:
    keep_former_password(row, now)
    row.password, row.password_set_at, row.must_change_password = make_password(new), now, one_use
    record(row, actor=actor, reason=reason or "own password changed", changed=_FIELDS)
    CredentialEvent.objects.create(person=row, step=step, at=now, by=actor, why=reason.strip()[:300])
