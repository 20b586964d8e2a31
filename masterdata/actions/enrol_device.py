"""Enrol a device. Only the digest of its token is kept, so the token is shown once, and so is the secret it signs with."""

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
    signs: bool = False,
    reports_per_minute: int = 0,
) -> tuple[Device, str]:
    """The device and its token. `token`: a given one, for demo plants and tests; else 32 random bytes.

    What it signs with, where it `signs`, is `secret_of_device`. `reports_per_minute` 0: no limit of its own.
    """
    require(actor, Duty.MANAGE_DEVICES)
    if token and len(token) < SHORTEST_TOKEN:
        raise Refused(Refusal("token_too_short", f"A token has {SHORTEST_TOKEN} characters or more.", code))
    refuse_other_site(line, site.pk, code)
    token = token or secrets.token_urlsafe(32)
    device = Device(
        site=site,
        code=code,
        name=name,
        line=line,
        token_digest=token_digest(token),
        enrolled_at=now,
        signs=signs,
        signing_salt=secrets.token_urlsafe(32) if signs else "",
        reports_per_minute=reports_per_minute,
    )
    with acting(actor):
        return record(device, actor=actor), token


def refuse_other_site(line: ProductionLine | None, site_id: int, code: str) -> None:
    """Refused where a device would stand at a line of another site."""
    if line is not None and line.site_id != site_id:
        raise Refused(
            Refusal("another_site", f"Line {line.code} is at another site.", code, "Name a line of its site.")
        )
