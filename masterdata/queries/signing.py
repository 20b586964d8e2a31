"""Whether a signature is whole, and whether it still fits the record that it was given for."""

from typing import Any

from django.db.models import QuerySet

from masterdata.models import BomVersion, ChangeRequest, Signature, TriggerDefinition, UnitFactor
from masterdata.queries.contents import EFFECTIVE_FROM, bom_content, factor_content, time_text, trigger_content
from masterdata.queries.signature_check import breaks_of, signature_stands
from masterdata.rules.refusal import Refusal
from masterdata.rules.signatures import content_digest

IMPORT = "import"
CHANGE_REQUEST = "change_request"
Governed = BomVersion | UnitFactor | TriggerDefinition
VERSION_KINDS: dict[type[Governed], str] = {
    BomVersion: "bom_version",
    UnitFactor: "unit_factor",
    TriggerDefinition: "trigger_definition",
}


def signatures_of(subject_kind: str, subject_key: str) -> QuerySet[Signature]:
    """A record's signatures in the order they were given."""
    rows = Signature.objects.filter(subject_kind=subject_kind, subject_key=subject_key)
    return rows.select_related("person").order_by("signed_at", "id")


def signature_faults(record: Governed) -> list[Refusal]:
    """Why the record is not validly signed: never, broken, for another content, or by its author."""
    kind = subject_of(record)
    name = f"{kind.replace('_', ' ')} {record.pk}"
    signature = record.signature
    if signature is None:
        return [Refusal("not_signed", f"The {name} has no signature.", name, "Have it approved.")]
    faults = []
    if not signature_stands(signature):
        faults.append(Refusal("signature_broken", f"The signature of {name} was altered.", name, "Call QA."))
    if not signature_covers(record):
        faults.append(
            Refusal("content_changed", f"The {name} is not what was signed.", name, "Call QA; draft a new version.")
        )
    if signature.person_id == record.author_id:
        faults.append(Refusal("author_is_approver", f"The author of {name} signed it.", name, "Call QA."))
    return faults


def subject_of(record: Governed) -> str:
    """How the kind of record stands in a signature's `subject_kind`."""
    return VERSION_KINDS[type(record)]


def content_of(record: Governed) -> dict[str, Any]:
    if isinstance(record, BomVersion):
        return bom_content(record)
    if isinstance(record, UnitFactor):
        return factor_content(record)
    return trigger_content(record)


def signature_covers(record: Governed) -> bool:
    """Whether the record says what its signature was given for, and took effect when the signer chose.

    One record's signature holds its content, and the time where one was chosen; so does a change request's, as what
    it proposes; an import's manifest holds the digest of each record's content.
    """
    signature, content = record.signature, content_of(record)
    if signature is None:
        return False
    if signature.subject_kind == IMPORT:
        listed = signature.content.get("records", {})
        return isinstance(listed, dict) and content_digest(content) in listed.values()
    signed = dict(signature.content)
    if signature.subject_kind == CHANGE_REQUEST:
        signed = {**signed.get("proposed", {}), EFFECTIVE_FROM: signed.get(EFFECTIVE_FROM)}
        if not _decides_on(signature.subject_key, record):
            return False
    elif (signature.subject_kind, signature.subject_key) != (subject_of(record), str(record.pk)):
        return False
    chosen = signed.pop(EFFECTIVE_FROM, None)
    kept = chosen is None or chosen == time_text(record.effective_from)
    return kept and content_digest(signed) == content_digest(content)


def _decides_on(number: str, record: Governed) -> bool:
    """Whether the change request of this number is the one for this record."""
    if not (number.isascii() and number.isdigit()):
        return False
    return ChangeRequest.objects.filter(number=int(number), kind=subject_of(record), record_id=record.pk).exists()


def version_breaks(record: Governed) -> list[Refusal]:
    """What is wrong with the signature that a governed version shows; nothing where it stands, or where there is none."""
    signature = record.signature
    if signature is None:
        return []
    if signature.subject_kind not in (IMPORT, CHANGE_REQUEST):
        return breaks_of(signature, kind=subject_of(record), key=str(record.pk))
    # of an import or a change request only this record's part is looked at here; the whole of it is checked with all signatures
    found = [] if signature_stands(signature) else breaks_of(signature)
    if not found and not signature_covers(record):
        name = f"{subject_of(record).replace('_', ' ')} {record.pk}"
        found = [
            Refusal(
                "record_differs",
                f"The {name} is not what was signed with its {signature.subject_kind.replace('_', ' ')}.",
                name,
                "Call QA.",
            )
        ]
    return found
