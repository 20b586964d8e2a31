"""For servers that speak ASGI; the product itself is synchronous."""

import os

from django.core.asgi import get_asgi_application

from backflush.project import celery_app  # so that tasks go to the broker of the settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

application = get_asgi_application()
__all__ = ["application", "celery_app"]
