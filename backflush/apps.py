"""Backflush: turns a report of output into ledger entries."""

from django.apps import AppConfig


class BackflushConfig(AppConfig):
    name = "backflush"
    verbose_name = "Backflush"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from backflush.project import checks  # noqa: F401  registers the check of the serving role
