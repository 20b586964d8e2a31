"""For servers that speak ASGI; the product itself is synchronous."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

application = get_asgi_application()
