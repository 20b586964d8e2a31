"""Use up the nonce of a signed request, in the transaction of what the request does: a replay is refused by the database."""

from datetime import UTC, datetime

from django.db import connection

from masterdata.actions.acting import is_acting
from masterdata.models import Device
from masterdata.rules.device_signing import SignedCall
from masterdata.rules.refusal import Refusal, Refused

_INSERT = """
INSERT INTO masterdata_devicenonce (device_id, nonce, sent_at) VALUES (%s, %s, %s)
ON CONFLICT (device_id, nonce) DO NOTHING
"""


def use_nonce(*, device: Device, call: SignedCall) -> None:
    """Refused (`nonce_used`) where this device has used it. Only inside another action: they commit together."""
    if not is_acting():
        raise RuntimeError("A nonce is used up with what it is used for, in one transaction.")
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [device.pk, call.nonce, datetime.fromtimestamp(call.sent_at, UTC)])
        if cursor.rowcount != 1:
            raise Refused(
                Refusal(
                    "nonce_used",
                    f"{device.code} has used this nonce before. Nothing was stored.",
                    device.code,
                    "Sign anew, with a new nonce; the event id stays.",
                )
            )
