"""Take a device's token away: from the next request on it is not known, and what it sends is not stored."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.set_device_enabled import reason_of
from masterdata.models import Device
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def revoke_device(*, device: Device, actor: object, now: datetime, reason: str) -> Device:
    """Reports of it that wait are blocked as those of a stopped device are. A new token makes it known again."""
    require(actor, Duty.MANAGE_DEVICES)
    reason = reason_of(device, reason)
    with acting(actor, reason=reason):
        row = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        if row.revoked_at is not None:
            raise Refused(
                Refusal("already_revoked", f"{row.code} is revoked already.", row.code, "Nothing needs to be done.")
            )
        row.revoked_at, row.enabled = now, False
        return record(row, actor=actor, reason=reason)
