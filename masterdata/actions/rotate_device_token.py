"""Give a device a new token, and a new signing secret where it signs: what it had before is good for nothing."""

import secrets

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.set_device_enabled import reason_of
from masterdata.models import Device
from masterdata.rules.duties import Duty
from masterdata.rules.tokens import token_digest


def rotate_device_token(*, device: Device, actor: object, reason: str) -> tuple[Device, str]:
    """The device and its new token, shown once. A revoked device is known again, and stays stopped until it is enabled."""
    require(actor, Duty.MANAGE_DEVICES)
    reason = reason_of(device, reason)
    token = secrets.token_urlsafe(32)
    with acting(actor, reason=reason):
        row = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        row.token_digest, row.revoked_at = token_digest(token), None
        if row.signs:
            row.signing_salt = secrets.token_urlsafe(32)
        record(row, actor=actor, reason=reason)
    return row, token
