"""Let a device's reports post, or stop it: a stopped device is heard, and what it sends is kept and blocked."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Device
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def set_device_enabled(*, device: Device, enabled: bool, actor: object, reason: str) -> Device:
    require(actor, Duty.MANAGE_DEVICES)
    reason = reason_of(device, reason)
    with acting(actor, reason=reason):
        row = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        if enabled and row.revoked_at is not None:
            raise Refused(Refusal("device_revoked", f"{row.code} is revoked.", row.code, "Give it a new token first."))
        row.enabled = enabled
        record(row, actor=actor, reason=reason)
    device.enabled = enabled
    return row


def reason_of(device: Device, reason: str) -> str:
    """The reason, or Refused where none is given: nothing about a device changes without one."""
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why.", device.code, "Enter a reason."))
    return reason.strip()
