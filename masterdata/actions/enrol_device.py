"""Enrol a device. Only the digest of its token is kept, so the token is shown once."""

import secrets
from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Device, ProductionLine, Site
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.tokens import SHORTEST_TOKEN, token_digest


def enrol_device(
    *,
    site: Site,
    code: str,
    name: str,
    actor: object,
    now: datetime,
    line: ProductionLine | None = None,
    token: str = "",
) -> tuple[Device, str]:
    """The device and its token. `token`: a given one, for demo plants and tests; else 32 random bytes."""
    require(actor, Duty.MANAGE_DEVICES)
    if token and len(token) < SHORTEST_TOKEN:
        raise Refused(Refusal("token_too_short", f"A token has {SHORTEST_TOKEN} characters or more.", code))
    if line is not None and line.site_id != site.pk:
        raise Refused(
            Refusal("another_site", f"Line {line.code} is at another site.", code, "Name a line of its site.")
        )
    token = token or secrets.token_urlsafe(32)
    device = Device(site=site, code=code, name=name, line=line, token_digest=token_digest(token), enrolled_at=now)
    with acting(actor):
        return record(device, actor=actor), token
