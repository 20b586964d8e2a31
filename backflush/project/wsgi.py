"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from backflush.project import celery_app  # so that tasks go to the broker of the settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

application = get_wsgi_application()
__all__ = ["application", "celery_app"]
