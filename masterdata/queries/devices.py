"""Which device a token belongs to."""

from masterdata.models import Device
from masterdata.rules.tokens import token_digest


def device_by_token(token: str) -> Device | None:
    """The enrolled device, with its site and line; disabled ones too, so that the caller can say so."""
    return Device.objects.select_related("site", "line").filter(token_digest=token_digest(token)).first()
