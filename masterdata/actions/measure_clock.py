"""Keep how far a device's clock is off, so that no report of it is posted while it is too far."""

from datetime import datetime, timedelta

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.actions.use_nonce import use_nonce
from masterdata.models import Device
from masterdata.rules.device_signing import SignedCall

#: as far as an offset is measured: 24 days and 20 hours
MOST_OFFSET_MS = 2**31 - 1
_UPSERT = """
INSERT INTO masterdata_deviceclock (device_id, offset_ms, measured_at) VALUES (%s, %s, %s)
ON CONFLICT (device_id) DO UPDATE SET offset_ms = excluded.offset_ms, measured_at = excluded.measured_at
WHERE masterdata_deviceclock.measured_at <= excluded.measured_at
"""


def measure_clock(*, device: Device, sent_at: datetime, now: datetime, call: SignedCall | None = None) -> int:
    """Milliseconds that the device's clock is ahead of ours (behind: negative), as said at `sent_at` and received `now`.

    The time under way counts as being behind. An offset of more than 24 days is kept as `MOST_OFFSET_MS`, which no
    trigger definition tolerates.
    `call`: the signed request that said it, whose nonce is used up; Refused where it was used before.
    """
    offset = max(-MOST_OFFSET_MS, min(MOST_OFFSET_MS, round((sent_at - now) / timedelta(milliseconds=1))))
    with acting(device), connection.cursor() as cursor:
        if call is not None:
            use_nonce(device=device, call=call)
        cursor.execute(_UPSERT, [device.pk, offset, now])
    return offset
