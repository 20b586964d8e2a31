"""Files of change requests: what is attached, with the digest that its bytes have now, and what of it is signed."""

from typing import Any

from django.db.models import CharField, F, Func, QuerySet, Value

from masterdata.models import ChangeAttachment, ChangeRequest
from masterdata.rules.attachments import AttachedName

_DIGEST = Func(
    Func(F("content"), function="sha256", output_field=CharField()),
    Value("hex"),
    function="encode",
    output_field=CharField(),
)


def attachments_of(request: ChangeRequest) -> QuerySet[Any]:
    """Every file, also what was taken out, without its bytes. `digest_now` is computed of them by the database, each time:
    what a row says of its file is no witness for it."""
    rows = request.attachments.select_related("added_by", "taken_out__person").defer("content")
    return rows.annotate(digest_now=_DIGEST).order_by("id")


def standing_files(request: ChangeRequest) -> list[AttachedName]:
    """Those that were not taken out, as they are."""
    rows = attachments_of(request).filter(taken_out=None)
    return [AttachedName(row.name, row.digest_now) for row in rows]


def signed_files(request: ChangeRequest) -> dict[str, Any]:
    """The files' part of what is signed. Nothing where there is none: requests of before files could be attached say so too."""
    files = [{"name": one.name, "sha256": one.sha256} for one in standing_files(request)]
    return {"attachments": files} if files else {}


def attachment_with_bytes(request_number: int, attachment_id: int) -> ChangeAttachment | None:
    """One file of a request, to hand out; None where the request has no such file."""
    rows = ChangeAttachment.objects.select_related("request").annotate(digest_now=_DIGEST)
    return rows.filter(pk=attachment_id, request__number=request_number).first()


def is_intact(file: Any) -> bool:
    """Whether the bytes of a file read here are those that were attached."""
    return bool(file.sha256 == file.digest_now)
