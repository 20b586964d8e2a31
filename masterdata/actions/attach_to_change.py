"""Attach a file to a drafted change request, or take one out of it again. What stands there when it is submitted is signed."""

import hashlib
from datetime import datetime

from django.conf import settings

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.revise_change import held_change
from masterdata.models import AttachmentTakenOut, ChangeAttachment, ChangeRequest, Person
from masterdata.queries.attachments import standing_files
from masterdata.rules.attachments import attaching_refusal, file_refusals, kind_of_name, tidy_name
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def attach_to_change(
    *, request: ChangeRequest, person: Person, name: str, content: bytes, now: datetime
) -> ChangeAttachment:
    """Keep a file with a draft. Refused: files_are_attached_to_drafts, and with every fault of the file
    (file_empty, file_too_large, file_kind_unknown, content_is_another, too_many_files, file_is_there, name_is_taken)."""
    require(person, Duty.ATTACH_TO_CHANGE)
    tidy, digest = tidy_name(name), hashlib.sha256(content).hexdigest()
    with acting(person, reason=f"attached {tidy}"):
        row = held_change(request)
        _refuse_unless_draft(row)
        faults = file_refusals(
            name=tidy,
            content=content,
            sha256=digest,
            most_megabytes=settings.ATTACHMENT_MOST_MEGABYTES,
            there=standing_files(row),
        )
        if faults:
            raise Refused(*faults)
        return ChangeAttachment.objects.create(
            request=row,
            name=tidy,
            kind=kind_of_name(tidy),
            size=len(content),
            sha256=digest,
            content=content,
            added_by=person,
            added_at=now,
        )


def take_out_attachment(*, attachment: ChangeAttachment, person: Person, now: datetime) -> AttachmentTakenOut:
    """The file stays, marked, and is no part of what is signed. Only whoever attached it, or the request's author, may.

    Refused: files_are_attached_to_drafts, taken_out_already, not_your_file.
    """
    require(person, Duty.ATTACH_TO_CHANGE)
    with acting(person, reason=f"took out {attachment.name}"):
        row = held_change(attachment.request)
        _refuse_unless_draft(row)
        if person.pk not in (row.author_id, attachment.added_by_id):
            raise Refused(
                Refusal(
                    "not_your_file",
                    f"{attachment.name} was attached by {attachment.added_by.name}.",
                    attachment.name,
                    f"Let them take it out, or {row.author.name}, who wrote {row}.",
                )
            )
        if AttachmentTakenOut.objects.filter(attachment=attachment).exists():
            raise Refused(
                Refusal(
                    "taken_out_already",
                    f"{attachment.name} was taken out already.",
                    attachment.name,
                    "Reload the page: somebody was faster.",
                )
            )
        return AttachmentTakenOut.objects.create(attachment=attachment, person=person, at=now)


def _refuse_unless_draft(row: ChangeRequest) -> None:
    refusal = attaching_refusal(row.state, str(row))
    if refusal is not None:
        raise Refused(refusal)
