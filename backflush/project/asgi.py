"""For servers that speak ASGI; the product itself is synchronous."""

import os

from django.core.asgi import get_asgi_application

from backflush.project.garbage import look_through_seldom
from backflush.project.starting import refuse_when_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

application = get_asgi_application()
refuse_when_unsafe()
look_through_seldom()
