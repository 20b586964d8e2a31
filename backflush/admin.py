"""The records show where goods movements are delivered to, with every earlier state; nothing is changed there."""

from django.contrib import admin

from backflush.models import OutboxConsumer, WebhookEndpoint
from masterdata.admin import ReadOnly, ReadOnlyWithHistory

admin.site.register(WebhookEndpoint, ReadOnlyWithHistory)
admin.site.register(OutboxConsumer, ReadOnly)
