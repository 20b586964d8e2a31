"""Enrol a person: one account each, found by user name or badge."""

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import CredentialEvent, Person, Site
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import CredentialStep

PIN_DIGITS = range(4, 9)


def enrol_person(
    *,
    username: str,
    name: str,
    badge: str,
    pin: str,
    password: str,
    roles: Sequence[str],
    site: Site | None,
    actor: object | None,
    one_use: bool = False,
) -> Person:
    """Make a person. `pin` (may be empty) opens a tablet, `password` signs. `actor` is None for the very first person.

    `one_use`: somebody else knows the password, so that it has to be changed before anything else.
    """
    if actor is not None:
        require(actor, Duty.MANAGE_PEOPLE)
    elif Person.objects.exists():
        raise Refused(Refusal("not_your_duty", "Only the first person enrols alone.", username, "Ask an admin."))
    person = Person(
        username=username.strip().lower(),
        name=name.strip(),
        badge=badge.strip(),
        roles=sorted(set(roles)),
        site=site,
        must_change_password=one_use,
    )
    faults = [*name_faults(person), *pin_faults(pin, person.username), *password_faults(password, person)]
    if faults:
        raise Refused(*faults)
    person.password, person.pin = make_password(password), make_password(pin) if pin else ""
    with acting(actor if actor is not None else "service:first-person"):
        return record(person, actor=actor)


def name_faults(person: Person) -> list[Refusal]:
    """A badge or user name in any case means one person only, since either may be typed to sign in."""
    taken = Q()
    for text in (person.username, person.badge):
        taken |= Q(username__iexact=text) | Q(badge__iexact=text)
    other = Person.objects.filter(taken).exclude(pk=person.pk).first()
    if other is None:
        return _once_somebody_elses(person)
    return [
        Refusal(
            "name_or_badge_taken",
            f"User name {person.username} or badge {person.badge} already means {other.name}.",
            person.username,
            "Choose another.",
        )
    ]


def _once_somebody_elses(person: Person) -> list[Refusal]:
    """Records name people by badge, and a lost one may turn up: its number stays with whom it was given to."""
    others = Person.history.filter(badge__iexact=person.badge).exclude(id=person.pk)
    lost = CredentialEvent.objects.filter(badge__iexact=person.badge, step=CredentialStep.BADGE_LOST)
    if not others.exists() and (person.badge_revoked_at is not None or not lost.exists()):
        return []
    return [
        Refusal(
            "badge_was_given_before",
            f"Badge {person.badge} was given before, to somebody else or until it was lost.",
            person.username,
            "Take a badge with a new number.",
        )
    ]


def pin_faults(pin: str, subject: str) -> list[Refusal]:
    if not pin or (len(pin) in PIN_DIGITS and pin.isascii() and pin.isdigit()):
        return []
    return [Refusal("pin_invalid", "A PIN is four to eight digits.", subject, "Choose another.")]


def password_faults(password: str, person: Person) -> list[Refusal]:
    try:
        validate_password(password, person)
    except ValidationError as error:
        return [
            Refusal(str(fault.code), " ".join(fault.messages), person.username, "Choose another password.")
            for fault in error.error_list
        ]
    return []
