"""Answers of the API that are not JSON: a view makes the text, its renderer only says what it is."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request


class _File(BaseRenderer):
    charset: str | None = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The text as it is; what is no text is a problem document, which is JSON whatever was asked for."""
        return data if isinstance(data, str) else JSONRenderer().render(data)


class Csv(_File):
    media_type = "text/csv"
    format = "csv"


class Xml(_File):
    media_type = "application/xml"
    format = "xml"


class Bytes(_File):
    """Of a view that makes its answer itself; only what went wrong is rendered, as JSON."""

    media_type = "application/octet-stream"
    format = "bytes"
    charset = None


class LinkedData(JSONRenderer):
    media_type = "application/ld+json"
    format = "jsonld"


def asks_for_csv(request: Request) -> bool:
    """Whether the address says `format=csv`, or the client takes nothing but CSV."""
    return request.query_params.get("format") == "csv" or request.accepted_renderer.format == "csv"
