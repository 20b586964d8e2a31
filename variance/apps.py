"""Variance: what postings cost against what they should have."""

from django.apps import AppConfig


class VarianceConfig(AppConfig):
    name = "variance"
    verbose_name = "Variance"
    default_auto_field = "django.db.models.BigAutoField"
