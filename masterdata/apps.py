"""Master data: what we hold true, who may say so, and how it changes."""

from django.apps import AppConfig


class MasterdataConfig(AppConfig):
    name = "masterdata"
    verbose_name = "Master data"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from masterdata.queries.audit_samples import tell_of_reviews
        from masterdata.queries.signed_changes import tell_of_signed_changes
        from masterdata.queries.signed_reviews import tell_of_periodic_reviews

        tell_of_reviews()
        tell_of_signed_changes()
        tell_of_periodic_reviews()
