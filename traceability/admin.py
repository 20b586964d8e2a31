"""The admin shows quality records with everything about them, and changes nothing."""

from django.contrib import admin

from masterdata.admin import ReadOnly, ReadOnlyWithHistory
from traceability.models import QualityLink, QualityNote, QualityRecord

admin.site.register(QualityRecord, ReadOnlyWithHistory)
admin.site.register([QualityLink, QualityNote], ReadOnly)
