"""Who calls the API: a device or a person, and the site that fixes what may be seen and done."""

from dataclasses import dataclass

from rest_framework.request import Request

from masterdata.models import Device, Person, Site
from masterdata.rules.device_signing import SignedCall
from masterdata.rules.duties import Duty, duty_refusal
from masterdata.rules.refusal import Refusal, Refused


class DeviceUser:
    """A device where Django expects a user: signed in, and nothing more."""

    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False

    def __init__(self, device: Device, call: SignedCall | None = None) -> None:
        self.device = device
        self.call = call
        self.pk = f"device:{device.pk}"

    def __str__(self) -> str:
        return self.device.code


@dataclass(frozen=True, slots=True)
class Caller:
    """Exactly one of `device` and `person` is there. `site_id` is theirs, whatever a request says.

    `call`: what a signing device signed; whatever the request writes uses up its nonce.
    """

    site_id: int
    device: Device | None = None
    person: Person | None = None
    call: SignedCall | None = None

    @property
    def actor(self) -> Device | Person:
        """Who answers for what an action does."""
        actor = self.device or self.person
        assert actor is not None
        return actor


def caller_of(request: Request) -> Caller:
    """The caller of an authenticated request. A person without a site works at the first one."""
    user = request.user
    if isinstance(user, DeviceUser):
        return Caller(user.device.site_id, device=user.device, call=user.call)
    assert isinstance(user, Person)
    site_id = user.site_id or Site.objects.order_by("id").values_list("id", flat=True).first()
    if site_id is None:
        raise Refused(Refusal("no_site", "No site is open yet.", "", "Ask an admin to open the first one."))
    return Caller(site_id, person=user)


def require_person(caller: Caller, duty: Duty) -> Person:
    """The person, whose roles must have the duty; else Refused, which the API answers with 403 and the reason."""
    if caller.person is None:
        raise Refused(
            Refusal("not_your_duty", f"{caller.actor} may not {duty}.", str(caller.actor), "Sign in as a person.")
        )
    refusal = duty_refusal(caller.person.roles, duty, caller.person.name)
    if refusal is not None:
        raise Refused(refusal)
    return caller.person
