"""What can be signed: for each kind of record, what people call it, where it is shown, and what it says today.

    say_what_is_signed("order_close", Signable("close of an order", named, page, today))    # once, where a layer starts

A signature's content is what the signer saw. `today` tells, in the same form, what the record says now: where the two differ,
the record is not what was signed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from masterdata.models import BomVersion, LabelVersion, Signature, TriggerDefinition, UnitFactor
from masterdata.queries.contents import (
    EFFECTIVE_FROM,
    bom_content,
    factor_content,
    label_content,
    time_text,
    trigger_content,
)
from masterdata.rules.signatures import content_digest

Content = Mapping[str, Any]
#: by signature: what its record says now; a record that is gone is left out
Today = Callable[[Sequence[Signature]], dict[int, Content]]


@dataclass(frozen=True)
class Signable:
    """`words`: the kind; `named`: one record from the signed content; `page`: name of its address, and what that takes (a tuple:
    more than one thing)."""

    words: str
    named: Callable[[Content], str]
    page: Callable[[Signature], tuple[str, Any] | None]
    today: Today


_kinds: dict[str, Signable] = {}


def say_what_is_signed(kind: str, signable: Signable) -> None:
    """From now on signatures of this `subject_kind` are compared with their records."""
    _kinds[kind] = signable


def signable_of(kind: str) -> Signable | None:
    return _kinds.get(kind)


def signed_kinds() -> list[tuple[str, str]]:
    """(kind, words) of everything that can be signed."""
    return sorted(((kind, one.words) for kind, one in _kinds.items()), key=lambda pair: pair[1])


def by_key(name: str) -> Callable[[Signature], tuple[str, Any]]:
    """The page whose address ends in the key of the record."""
    return lambda signature: (name, signature.subject_key)


def keys_of(signatures: Sequence[Signature]) -> dict[int, int]:
    """By signature: the primary key that it names; what is no number is left out."""
    return {one.pk: int(one.subject_key) for one in signatures if one.subject_key.isdecimal()}


def _versions(model: Any, content_of: Callable[[Any], dict[str, Any]]) -> Today:
    """Governed versions: their content, and the time that they took effect where the signer chose one."""

    def today(signatures: Sequence[Signature]) -> dict[int, Content]:
        keys = keys_of(signatures)
        rows = model.objects.select_related("item", "author").in_bulk(list(keys.values()))
        found: dict[int, Content] = {}
        for one in signatures:
            row = rows.get(keys.get(one.pk))
            if row is None:
                continue
            chosen = {EFFECTIVE_FROM: time_text(row.effective_from)} if EFFECTIVE_FROM in one.content else {}
            found[one.pk] = {**content_of(row), **chosen}
        return found

    return today


def _labels(signatures: Sequence[Signature]) -> dict[int, Content]:
    found: dict[int, Content] = {}
    for one in signatures:
        item, _, number = one.subject_key.partition("/")
        if item.isdecimal() and number.isdecimal():
            row = LabelVersion.objects.select_related("item").filter(item_id=int(item), number=int(number)).first()
            if row is not None:
                found[one.pk] = label_content(row.item, row.number, row.artwork)
    return found


def _imports(signatures: Sequence[Signature]) -> dict[int, Content]:
    """The manifest with the digests of what hangs on the signature today."""
    found: dict[int, Content] = {}
    for one in signatures:
        versions = BomVersion.objects.filter(signature=one).select_related("item", "base_unit", "author")
        records = {f"{row.item.code} v{row.number}": content_digest(bom_content(row)) for row in versions.iterator(500)}
        definitions = TriggerDefinition.objects.filter(signature=one).select_related("item", "author", "line__site")
        for row in definitions:
            records[f"trigger {row.item.code} {row.operation_number}"] = content_digest(trigger_content(row))
        found[one.pk] = {**one.content, "records": records}
    return found


def _version_named(content: Content) -> str:
    return f"{content.get('item', '?')} version {content.get('version', '?')}"


def _label_page(signature: Signature) -> tuple[str, Any] | None:
    item = signature.subject_key.partition("/")[0]
    return ("item", item) if item.isdecimal() else None


say_what_is_signed(
    "bom_version",
    Signable("BOM version", _version_named, by_key("bom"), _versions(BomVersion, bom_content)),
)
say_what_is_signed(
    "unit_factor",
    Signable(
        "unit factor",
        lambda content: f"{content.get('item', '?')} {content.get('from_unit', '?')} in {content.get('to_unit', '?')}",
        by_key("unit-factor"),
        _versions(UnitFactor, factor_content),
    ),
)
say_what_is_signed(
    "trigger_definition",
    Signable(
        "trigger definition",
        lambda content: f"{_version_named(content)}, operation {content.get('operation', '?')}",
        by_key("trigger"),
        _versions(TriggerDefinition, trigger_content),
    ),
)
say_what_is_signed("label_version", Signable("label version", _version_named, _label_page, _labels))
say_what_is_signed(
    "import",
    Signable(
        "import",
        lambda content: f"{content.get('items', '?')} items, {content.get('versions', '?')} BOM versions",
        lambda signature: None,
        _imports,
    ),
)
