"""One line for every request, with who made it; a database that is away must not turn the line into an error."""

from django.db import Error
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware


class RequestLog(RequestMiddleware):
    """The user stands in a session, and the session in the database."""

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        try:
            RequestMiddleware.bind_user_id(request)
        except Error:
            return  # whoever needs the database answers for it
