"""Let a device report, or stop it."""

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Device
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def set_device_enabled(*, device: Device, enabled: bool, actor: object, reason: str) -> Device:
    require(actor, Duty.MANAGE_DEVICES)
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why.", device.code, "Enter a reason."))
    with acting(actor, reason=reason):
        row = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        row.enabled = enabled
        record(row, actor=actor, reason=reason)
    device.enabled = enabled
    return row
