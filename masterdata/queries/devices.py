"""Which device a token belongs to, and what it signs with."""

from django.conf import settings

from masterdata.models import Device
from masterdata.rules.derived_secrets import derived_secret
from masterdata.rules.tokens import token_digest

#: asked with every call of a device; written out, since composing it would take longer than the answer
_BY_TOKEN = "SELECT * FROM masterdata_device WHERE token_digest = %s AND revoked_at IS NULL"  # noqa: S105  a query


def device_by_token(token: str) -> Device | None:
    """The enrolled device; a stopped one too, which is still heard. A revoked one is not known."""
    return next(iter(Device.objects.raw(_BY_TOKEN, [token_digest(token)])), None)


def secret_of_device(device: Device) -> str:
    """What a signing device signs with. For the page that shows it once, and for whoever checks."""
    return derived_secret(settings.SECRET_KEY, "device signing", device.signing_salt)


def secrets_of_device(device: Device) -> list[str]:
    """Those that are good now: of the installation's key, and of keys that are going out of use."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [derived_secret(key, "device signing", device.signing_salt) for key in keys]
