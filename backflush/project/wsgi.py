"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from backflush.project.garbage import look_through_seldom
from backflush.project.starting import refuse_when_unsafe

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backflush.project.settings")

application = get_wsgi_application()
refuse_when_unsafe()
look_through_seldom()
