"""The Celery application. Tasks live in each app's `tasks.py`; the schedule is in the settings."""

import os

from celery import Celery
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

app = Celery("backflush")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_):
    """Connected so that Celery leaves the logging of the settings alone."""
