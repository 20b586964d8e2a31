"""The Celery application. Tasks live in each app's `tasks.py`; the schedule is in the settings."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import setup_logging, worker_ready
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

app = Celery("backflush")
app.set_default()  # for every thread: "current" is of one thread only, and the web server answers in many
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_):
    """Connected so that Celery leaves the logging of the settings alone."""


@worker_ready.connect
def say_that_the_worker_is_ready(**_):
    """Whoever started this worker waits for the file."""
    path = os.environ.get("WORKER_READY_FILE")
    if path:
        Path(path).touch()
