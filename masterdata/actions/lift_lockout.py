"""An admin lets a person try again at once, everywhere: what failed so far no longer counts, and it is noted who said so."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.failed_attempts import attempts_of
from masterdata.models import CredentialEvent, Person
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import CredentialStep


def lift_lockout(*, person: Person, actor: Person, reason: str, now: datetime) -> int:
    """How many counts were forgotten. Refused: reason_missing, nothing_to_lift."""
    require(actor, Duty.LIFT_LOCKOUTS)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why it is lifted.", person.username, "Enter a reason."))
    with acting(actor, reason=reason):
        forgotten, _ = attempts_of(person).delete()
        if not forgotten:
            raise Refused(
                Refusal(
                    "nothing_to_lift", f"No failed sign-in of {person.name} counts.", person.username, "Look again."
                )
            )
        CredentialEvent.objects.create(
            person=person, step=CredentialStep.LOCKOUT_LIFTED, at=now, by=actor, why=reason.strip()[:300]
        )
    return forgotten
