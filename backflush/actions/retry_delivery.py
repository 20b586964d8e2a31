"""Send a dead letter again: deliver from where the endpoint stands, with all attempts anew."""

from datetime import datetime

from backflush.models import WebhookEndpoint, WebhookProgress
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def retry_delivery(*, endpoint: WebhookEndpoint, actor: object, now: datetime) -> WebhookProgress:
    """Make the endpoint due at once. Refused where nothing of it failed."""
    require(actor, Duty.RETRY_DELIVERY)
    with acting(actor):
        progress = WebhookProgress.objects.select_for_update(no_key=True).get(endpoint=endpoint)
        if not progress.attempts:
            raise Refused(
                Refusal(
                    "nothing_failed",
                    f"Nothing waits to be sent to {endpoint.name} again.",
                    endpoint.name,
                    "Look at its deliveries: somebody may have sent it already.",
                )
            )
        progress.dead_at = None
        progress.attempts = 0
        progress.next_at = now
        progress.save(update_fields=["dead_at", "attempts", "next_at"])
        return progress
