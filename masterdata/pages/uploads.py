"""Uploads that stop once they are too large, whatever length was announced."""

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

#: a form's own fields, beside the file
FORM_BYTES = 64 * 1024


class BoundedUpload(TemporaryFileUploadHandler):
    """Reads a file of at most so many bytes; of a larger one nothing is kept, and `exceeded` says so."""

    def __init__(self, request: HttpRequest, most_bytes: int) -> None:
        super().__init__(request)
        self.most_bytes, self.exceeded = most_bytes, False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self.most_bytes:
            self.exceeded = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def announced_bytes(request: HttpRequest) -> int:
    """How long the body says it is; 0 where it does not say."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isdecimal() else 0
