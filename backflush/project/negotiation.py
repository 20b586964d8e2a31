"""What a client accepts: whoever takes problem documents takes JSON."""

from collections.abc import Sequence
from typing import Any

from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from backflush.project.problems import CONTENT_TYPE


class JsonInEitherName(DefaultContentNegotiation):
    """As usual, but `Accept: application/problem+json` alone is answered too: a client that reads problems wrote it."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        try:
            found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        except exceptions.NotAcceptable:
            if CONTENT_TYPE not in self._words(request):
                raise
            return renderers[0], renderers[0].media_type
        return found

    @staticmethod
    def _words(request: Any) -> list[str]:
        return [one.partition(";")[0].strip().lower() for one in request.META.get("HTTP_ACCEPT", "").split(",")]
