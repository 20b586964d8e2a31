"""Give a person a token for scripts, or take it away. Only the digest is kept, so it is shown once."""

import secrets
from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.models import Person, PersonToken
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.tokens import SHORTEST_TOKEN, token_digest


def give_person_token(
    *, person: Person, name: str, actor: object, now: datetime, token: str = ""
) -> tuple[PersonToken, str]:
    """The row and the token itself. People make their own; an admin may for others. `token`: a given one, for demos."""
    _require_own(person, actor)
    if token and len(token) < SHORTEST_TOKEN:
        raise Refused(Refusal("token_too_short", f"A token has {SHORTEST_TOKEN} characters or more.", person.username))
    token = token or secrets.token_urlsafe(32)
    with acting(actor):
        row = PersonToken.objects.create(person=person, digest=token_digest(token), name=name[:60], created_at=now)
    return row, token


def revoke_person_token(*, token: PersonToken, actor: object, now: datetime) -> PersonToken:
    """The token is good for nothing from now on."""
    _require_own(token.person, actor)
    with acting(actor):
        PersonToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now)
    token.refresh_from_db()
    return token


def _require_own(person: Person, actor: object) -> None:
    if not (isinstance(actor, Person) and actor.pk == person.pk and actor.is_active):
        require(actor, Duty.MANAGE_PEOPLE)
