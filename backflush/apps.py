"""Backflush: turns a report of output into ledger entries."""

from django.apps import AppConfig


class BackflushConfig(AppConfig):
    name = "backflush"
    verbose_name = "Backflush"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        # checks: registers that of the serving role; celery_app: what any process enqueues goes to our own broker
        from backflush.pages.impact_of import show_impact_beside_proposals
        from backflush.project import celery_app, checks  # noqa: F401
        from backflush.queries.signed_audits import tell_of_bom_audits
        from backflush.queries.signed_work import tell_of_signed_work
        from backflush.queries.subjects import tell_of_reports_and_postings

        tell_of_reports_and_postings()
        show_impact_beside_proposals()
        tell_of_signed_work()
        tell_of_bom_audits()
