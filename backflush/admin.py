"""The admin shows where goods movements are delivered to and what checks and replays found; there only to look at."""

from django.contrib import admin

from backflush.models import ImpactReplay, LedgerCheck, OutboxConsumer, VerifiedMark, WebhookEndpoint
from masterdata.admin import ReadOnly, ReadOnlyWithHistory

admin.site.register(WebhookEndpoint, ReadOnlyWithHistory)
admin.site.register(OutboxConsumer, ReadOnly)
admin.site.register(ImpactReplay, ReadOnly)
admin.site.register(LedgerCheck, ReadOnly)
admin.site.register(VerifiedMark, ReadOnly)
