"""Approve, verify and withdraw versions of a label or artwork."""

from datetime import datetime

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.actions.sign import sign
from masterdata.models import Item, LabelVersion, SigningTicket
from masterdata.queries.contents import label_content
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused


def approve_label(*, item: Item, number: int, artwork: str, ticket: SigningTicket, now: datetime) -> LabelVersion:
    """A new, signed version of a label-controlled item. The ticket is for `queries.label_content` of the same values."""
    approver = ticket.person
    require(approver, Duty.APPROVE_LABEL)
    if not item.label_controlled:
        raise Refused(
            Refusal("not_label_controlled", f"{item.code} is not label-controlled.", item.code, "Flag the item first.")
        )
    with acting(approver):
        signature = sign(
            ticket=ticket,
            meaning="approved",
            subject_kind="label_version",
            subject_key=f"{item.pk}/{number}",
            content=label_content(item, number, artwork),
            now=now,
        )
        return record(
            LabelVersion(item=item, number=number, artwork=artwork, approved_at=now, signature=signature),
            actor=approver,
        )


def verify_label(*, label: LabelVersion, actor: object, now: datetime) -> LabelVersion:
    """The printed label was compared with the approved artwork."""
    return _stamp(label, "verified_at", actor, now, "")


def withdraw_label(*, label: LabelVersion, actor: object, reason: str, now: datetime) -> LabelVersion:
    """The version is not to be used from now on."""
    if not reason.strip():
        raise Refused(Refusal("reason_missing", "Say why it is withdrawn.", str(label.number), "Enter a reason."))
    return _stamp(label, "withdrawn_at", actor, now, reason)


def _stamp(label: LabelVersion, field: str, actor: object, now: datetime, reason: str) -> LabelVersion:
    require(actor, Duty.APPROVE_LABEL)
    with acting(actor, reason=reason):
        row = LabelVersion.objects.select_for_update(no_key=True).get(pk=label.pk)
        if row.withdrawn_at is not None:
            raise Refused(
                Refusal("label_withdrawn", "This label version was withdrawn.", str(row.number), "Use a newer one.")
            )
        setattr(row, field, now)
        record(row, actor=actor, reason=reason, changed=[field])
    label.refresh_from_db()
    return row
