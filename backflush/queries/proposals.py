"""Proposed figures before anybody signs them: a draft or submitted BOM version or unit factor, and which orders they touch."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from backflush.rules.vocabulary import ProposalKind
from masterdata.models import BomAlternate, BomLine, BomOutput, BomVersion, UnitFactor
from masterdata.queries import bom_content, factor_content
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import RecordState
from traceability.models import OrderPin

#: what may still be decided
OPEN = (RecordState.DRAFT, RecordState.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record that somebody may sign; `item_id` is what it is a BOM, or a factor, of."""

    kind: ProposalKind
    record: BomVersion | UnitFactor
    digest: str

    @property
    def item_id(self) -> int:
        return self.record.item_id

    @property
    def open(self) -> bool:
        return self.record.state in OPEN

    @property
    def version(self) -> BomVersion | None:
        return self.record if isinstance(self.record, BomVersion) else None

    @property
    def factor(self) -> UnitFactor | None:
        return self.record if isinstance(self.record, UnitFactor) else None

    def __str__(self) -> str:
        if isinstance(self.record, BomVersion):
            return f"BOM {self.record}"
        factor = self.record
        return f"factor {factor.item.code} {factor.from_unit.symbol} → {factor.to_unit.symbol} v{factor.version}"


def proposal_of(kind: str, record_id: int) -> Proposal | None:
    """The proposal as it stands now, or None where there is no such record."""
    if kind == ProposalKind.BOM_VERSION:
        version = BomVersion.objects.select_related("item", "base_unit", "author").filter(pk=record_id).first()
        return (
            None
            if version is None
            else Proposal(ProposalKind.BOM_VERSION, version, content_digest(bom_content(version)))
        )
    if kind == ProposalKind.UNIT_FACTOR:
        rows = UnitFactor.objects.select_related("item", "from_unit", "to_unit", "author")
        factor = rows.filter(pk=record_id).first()
        return (
            None
            if factor is None
            else Proposal(ProposalKind.UNIT_FACTOR, factor, content_digest(factor_content(factor)))
        )
    return None


def orders_touched(proposal: Proposal, site_id: int, since: datetime) -> list[int]:
    """Orders of a site, not closed before `since`, whose pinned BOMs the proposal would change."""
    versions = _versions_touched(proposal)
    pins = OrderPin.objects.filter(order__site_id=site_id).filter(
        Q(order__closed_at=None) | Q(order__closed_at__gte=since)
    )
    made = set()
    if proposal.factor is not None:  # what it is a unit of may be ordered in that unit, whatever it is made by
        made = set(pins.filter(order__item_id=proposal.item_id).values_list("order_id", flat=True))
    rows = pins.values_list("order_id", "bom_version_id", "phantom_versions").iterator(chunk_size=5000)
    return sorted(
        made | {order for order, top, phantoms in rows if top in versions or not versions.isdisjoint(phantoms.values())}
    )


def _versions_touched(proposal: Proposal) -> set[int]:
    """BOM versions that the proposal takes the place of, or whose lines it changes."""
    item = proposal.item_id
    found = set(BomVersion.objects.filter(item_id=item).values_list("pk", flat=True))
    version = proposal.version
    if version is None or version.phantom:
        found.update(BomLine.objects.filter(item_id=item).values_list("version_id", flat=True))
        found.update(BomOutput.objects.filter(item_id=item).values_list("version_id", flat=True))
    if version is None:
        found.update(BomAlternate.objects.filter(item_id=item).values_list("line__version_id", flat=True))
    return found
