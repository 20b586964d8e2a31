"""Whether the actor of an action may do it. Services and migrations may; a person needs a role, and an open account."""

from masterdata.models import Person
from masterdata.rules.duties import Duty, duty_refusal
from masterdata.rules.refusal import Refusal, Refused

#: Actors that are not people are named by us, never by a request.
TRUSTED = ("service:", "migration:")


def require(actor: object, duty: Duty) -> None:
    """Refused where this actor may not do this."""
    if isinstance(actor, str) and actor.startswith(TRUSTED):
        return
    if not isinstance(actor, Person):
        raise Refused(Refusal("not_your_duty", f"{actor} may not {duty}.", str(actor), "Sign in as a person."))
    if not actor.is_active:
        raise Refused(Refusal("not_active", f"The account of {actor.name} is closed.", actor.name, "Ask an admin."))
    refusal = duty_refusal(actor.roles, duty, actor.name)
    if refusal is not None:
        raise Refused(refusal)
