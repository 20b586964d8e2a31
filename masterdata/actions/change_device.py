"""Change what a device is called, where it stands, how many reports a minute it may send, and whether it signs."""

import secrets

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.enrol_device import refuse_other_site
from masterdata.actions.record import record
from masterdata.actions.set_device_enabled import reason_of
from masterdata.models import Device, ProductionLine
from masterdata.rules.duties import Duty


def change_device(
    *,
    device: Device,
    name: str,
    line: ProductionLine | None,
    reports_per_minute: int,
    signs: bool,
    actor: object,
    reason: str,
) -> tuple[Device, bool]:
    """The device, and whether it has a new signing secret, which is then to be shown once.

    `reports_per_minute` 0: no limit. Set to sign, it is refused without a signature from the next request on.
    """
    require(actor, Duty.MANAGE_DEVICES)
    reason = reason_of(device, reason)
    refuse_other_site(line, device.site_id, device.code)
    with acting(actor, reason=reason):
        row = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
        begins = signs and not row.signs
        if begins:
            row.signing_salt = secrets.token_urlsafe(32)
        row.name, row.line, row.reports_per_minute, row.signs = name, line, reports_per_minute, signs
        return record(row, actor=actor, reason=reason), begins
