"""Drafts, submissions and signed approvals of the demo plant: whoever writes a record, somebody else signs it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backflush.management.demo import cast
from backflush.management.demo.plant import Plant
from masterdata.actions.approve_bom import approve_bom
from masterdata.actions.approve_label import approve_label, verify_label
from masterdata.actions.approve_trigger import approve_trigger
from masterdata.actions.approve_unit_factor import approve_unit_factor
from masterdata.actions.draft_bom import draft_bom
from masterdata.actions.draft_trigger import draft_trigger
from masterdata.actions.draft_unit_factor import draft_unit_factor
from masterdata.actions.propose_change import propose_change
from masterdata.actions.submit_bom import submit_bom
from masterdata.actions.submit_change import submit_change
from masterdata.actions.verify_credentials import verify_credentials
from masterdata.models import BomVersion, SigningTicket
from masterdata.queries import bom_content, factor_content, label_content, trigger_content
from masterdata.queries.changes import live_change
from masterdata.rules.bom import LineDraft
from masterdata.rules.change_control import OrderChoice
from masterdata.rules.exact import Fraction
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import RecordState

_PASSWORDS = {person.username: person.password for person in cast.PEOPLE}


def ticket(username: str, content: dict[str, Any], at: datetime) -> SigningTicket:
    """The right of a person of the cast to sign this content; a full check of their password, so it takes a moment."""
    return verify_credentials(
        user=username, password=_PASSWORDS[username], content_digest=content_digest(content), now=at
    )


def submitted_bom(
    plant: Plant, code: str, number: int, lines: Sequence[LineDraft], at: datetime, **fields: Any
) -> BomVersion:
    """Version `number` of an item's BOM, drafted and submitted by Ines; `fields` as `draft_bom` takes them."""
    author = plant.person("ines")
    version = BomVersion.objects.filter(item=plant.item(code), number=number).first()
    if version is None:
        version = draft_bom(item=plant.item(code), author=author, now=at, lines=lines, **fields)
    if version.state == RecordState.DRAFT:
        submit_bom(version=version, actor=author, now=at)
    return version


def proposed_bom(
    plant: Plant, code: str, number: int, lines: Sequence[LineDraft], at: datetime, **fields: Any
) -> BomVersion:
    """Version `number` as it waits for QA: with its change request, by which open orders keep their versions."""
    author = plant.person("ines")
    version = BomVersion.objects.filter(item=plant.item(code), number=number).first()
    if version is None:
        version = draft_bom(item=plant.item(code), author=author, now=at, lines=lines, **fields)
    if version.state == RecordState.DRAFT:
        request = live_change("bom_version", version.pk) or propose_change(
            kind="bom_version",
            record=version,
            proposed={},
            author=author,
            reason=version.reason,
            later_orders=OrderChoice.KEEP,
            now=at,
        )
        submit_change(request=request, actor=author, now=at)
    return version


def approved_bom(
    plant: Plant, code: str, number: int, lines: Sequence[LineDraft], at: datetime, **fields: Any
) -> BomVersion:
    """The same, signed by Noor of QA and effective at `at`."""
    version = submitted_bom(plant, code, number, lines, at, **fields)
    if version.state == RecordState.SUBMITTED:
        approve_bom(version=version, ticket=ticket("noor", bom_content(version), at), effective_from=None, now=at)
    return version


def approved_trigger(
    plant: Plant, code: str, operation: str, devices: Sequence[str], at: datetime, **fields: Any
) -> None:
    """The trigger definition of an operation, written by Ines and signed by Karl, the other engineer."""
    item = plant.item(code)
    definition = item.trigger_definitions.filter(operation_number=operation, line=None).order_by("-version").first()
    if definition is None:
        definition = draft_trigger(
            item=item,
            operation_number=operation,
            author=plant.person("ines"),
            now=at,
            devices=[plant.device(device) for device in devices],
            **fields,
        )
    if definition.state != RecordState.APPROVED:
        signed = ticket("karl", trigger_content(definition), at)
        approve_trigger(definition=definition, ticket=signed, effective_from=None, now=at)


def approved_factor(
    plant: Plant, code: str, from_unit: str, to_unit: str, value: str, at: datetime, **fields: Any
) -> None:
    """1 `from_unit` of the item is `value` `to_unit`; written by Karl, signed by Ines."""
    item = plant.item(code)
    factor = item.unit_factors.filter(from_unit__code=from_unit, to_unit__code=to_unit).order_by("-version").first()
    if factor is None:
        exact = Fraction(value)
        factor = draft_unit_factor(
            item=item,
            from_unit=from_unit,
            to_unit=to_unit,
            numerator=exact.numerator,
            denominator=exact.denominator,
            author=plant.person("karl"),
            now=at,
            **fields,
        )
    if factor.state != RecordState.APPROVED:
        approve_unit_factor(
            factor=factor, ticket=ticket("ines", factor_content(factor), at), effective_from=None, now=at
        )


def approved_label(plant: Plant, code: str, number: int, artwork: str, at: datetime) -> None:
    """A label version signed by Felix of QA, and verified against its artwork."""
    item = plant.item(code)
    label = item.label_versions.filter(number=number).first()
    if label is None:
        signed = ticket("felix", label_content(item, number, artwork), at)
        label = approve_label(item=item, number=number, artwork=artwork, ticket=signed, now=at)
    if label.verified_at is None:
        verify_label(label=label, actor=plant.person("felix"), now=at)
