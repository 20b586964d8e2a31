"""Files of change requests as pages and the API hand them out: always to be saved, never shown by the browser."""

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from masterdata.models import ChangeAttachment
from masterdata.queries.attachments import is_intact
from masterdata.rules.attachments import tidy_name
from masterdata.rules.refusal import Refusal, Refused

MEDIA_TYPE = "application/octet-stream"


def download(file: ChangeAttachment) -> HttpResponse:
    """The bytes as they were attached. Refused (`file_altered`) where they are others by now."""
    if not is_intact(file):
        raise Refused(altered(file))
    answer = HttpResponse(bytes(file.content), content_type=MEDIA_TYPE)
    # the name once more without what has no place in one: it may have been written by somebody else than our action
    answer["Content-Disposition"] = content_disposition_header(True, tidy_name(file.name)) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


def altered(file: ChangeAttachment) -> Refusal:
    return Refusal(
        "file_altered",
        f"{file.name} is not the file that was attached to {file.request}: its SHA-256 is another by now.",
        file.name,
        "Call QA; do not rely on the request.",
    )


def size_in_words(size: int) -> str:
    """4.2 MB, 37 kB or 312 bytes."""
    if size >= 10**6:
        return f"{size / 10**6:,.1f} MB"
    return f"{size / 1000:,.0f} kB" if size >= 1000 else f"{size} bytes"


def most_bytes() -> int:
    return settings.ATTACHMENT_MOST_MEGABYTES * 2**20
