"""The Celery application. Tasks live in each app's `tasks.py`; the schedule is in the settings."""

import ctypes
import os
import signal
import sys
from pathlib import Path

from celery import Celery
from celery.signals import beat_init, setup_logging, task_prerun, worker_init, worker_process_init, worker_ready
from django.db import close_old_connections
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport.virtual import QoS

from backflush.project.garbage import look_through_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

app = Celery("backflush")
app.set_default()  # for every thread: "current" is of one thread only, and the web server answers in many
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()

# Closing a connection whose broker died, the library would hand messages back through that connection, and end the worker by
# the error. No message needs handing back: the sweep finds within two seconds whatever waits.
QoS.restore_at_shutdown = False


@setup_logging.connect
def keep_our_logging(**_):
    """Connected so that Celery leaves the logging of the settings alone."""


@worker_init.connect
@beat_init.connect
def look_before_working(**_):
    """Neither a worker nor the beat starts where it would be unsafe."""
    from backflush.project.starting import refuse_when_unsafe

    refuse_when_unsafe()


@worker_process_init.connect
def settle_in(**_):
    """A pool process: what it keeps is looked through seldom, and it does not outlive its worker."""
    look_through_seldom()
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None, use_errno=True).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)


@task_prerun.connect
def look_at_the_connection(task, **_):
    """As before a request: a connection past its age is closed, and one that PostgreSQL ended is noticed before it is used."""
    if not task.request.is_eager:
        close_old_connections()


@worker_ready.connect
def say_that_the_worker_is_ready(**_):
    """Whoever started this worker waits for the file."""
    path = os.environ.get("WORKER_READY_FILE")
    if path:
        Path(path).touch()
