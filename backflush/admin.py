"""The admin shows where goods movements go, what checks and replays found, pilots and audits of BOMs; only to look at."""

from django.contrib import admin

from backflush.models import (
    BomAudit,
    BomAuditFinding,
    ImpactReplay,
    LedgerCheck,
    OutboxConsumer,
    Pilot,
    PilotMeasurement,
    PilotOrderMark,
    PilotProposal,
    VerifiedMark,
    WebhookEndpoint,
)
from masterdata.admin import ReadOnly, ReadOnlyWithHistory

admin.site.register(WebhookEndpoint, ReadOnlyWithHistory)
admin.site.register(OutboxConsumer, ReadOnly)
admin.site.register(ImpactReplay, ReadOnly)
admin.site.register(LedgerCheck, ReadOnly)
admin.site.register(VerifiedMark, ReadOnly)
admin.site.register(Pilot, ReadOnlyWithHistory)
for table in (PilotMeasurement, PilotOrderMark, PilotProposal, BomAudit, BomAuditFinding):
    admin.site.register(table, ReadOnly)
