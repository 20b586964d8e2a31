"""Traceability: where every lot is, and what went into what."""

from django.apps import AppConfig


class TraceabilityConfig(AppConfig):
    name = "traceability"
    verbose_name = "Traceability"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from traceability.queries.signed_records import tell_of_quality_records

        tell_of_quality_records()
