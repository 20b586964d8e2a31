"""Sealing in tests: transactions of other tests on the same server hold it back for a moment, as they should."""

import time

from masterdata.actions.seal_audit import seal_audit
from masterdata.models import AuditBlock, AuditEvent


def seal_all(heads: str = "") -> None:
    """Seal until every event is in a block."""
    limit = time.monotonic() + 90
    newest = AuditEvent.objects.order_by("-id").values_list("id", flat=True)[0]
    while newest > (AuditBlock.objects.order_by("-last_id").values_list("last_id", flat=True).first() or 0):
        assert time.monotonic() < limit, "somebody's transaction kept the trail from being sealed"
        seal_audit(heads)
        time.sleep(0.05)
