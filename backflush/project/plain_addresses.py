"""Addresses are made of characters that can be seen: one with a control character names nothing, on any page."""

import unicodedata
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse


def plain_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """404 for NUL, line ends and the like, before any view takes them for a number or asks the database for them."""

    def answer(request: HttpRequest) -> HttpResponse:
        if any(unicodedata.category(sign) == "Cc" for sign in request.path_info):
            raise Http404("An address has no control characters.")
        return get_response(request)

    return answer
