"""A change request as its page and the API tell of it: what differs, in words, and which signatures it bears."""

from dataclasses import dataclass
from typing import Any

from masterdata.models import ChangeRequest, ChangeSignature
from masterdata.pages.figures import words
from masterdata.queries.changes import SUBJECT, base_now, changes_in, proposal_of
from masterdata.queries.signature_check import breaks_of
from masterdata.rules.bom_difference import differences
from masterdata.rules.change_control import ChangeState
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.plant_words import role_words
from masterdata.rules.refusal import Refusal


def difference_rows(found: ChangeRequest, record: Any) -> list[dict[str, str]]:
    """What differs, in words: of a BOM line by line, of others field by field."""
    if found.kind == "bom_version" and record is not None:
        proposed = proposal_of(found, record)
        base = base_now(found, record) if found.state == ChangeState.DRAFT else found.base
        empty = {**proposed, "base_quantity": "", "base_unit": "", "phantom": "", "lines": [], "outputs": []}
        told = differences(base or {**empty, "scrap_factors": []}, proposed)
        return [{"what": one.what, "field": one.field, "old": one.old, "new": one.new} for one in told]
    kind = KINDS[found.kind]
    rows = []
    for one in changes_in(found, record):
        field = kind.field(one.field)
        label = field.label if field else words(one.field).capitalize()
        rows.append({"what": "", "field": label, "old": in_words(one.old), "new": in_words(one.new)})
    return rows


def in_words(value: Any) -> str:
    """A canonical value in words."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(role_words(str(one)) for one in value)
    return str(value).replace("_", " ")


@dataclass(frozen=True, slots=True)
class CheckedSignature:
    """A signature under a request. `counts`: it was given in the present round, so it is for what stands there now."""

    given: ChangeSignature
    counts: bool
    breaks: list[Refusal]


def checked_signatures(found: ChangeRequest) -> list[CheckedSignature]:
    """Every signature, also of rounds that were taken back; one of this round is for what stands here, or broken."""
    return [
        CheckedSignature(one, one.round == found.round, breaks_of(one.signature, kind=SUBJECT, key=str(found.number)))
        for one in found.signatures.select_related("signature").order_by("id")
    ]
