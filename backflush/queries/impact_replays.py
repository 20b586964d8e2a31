"""Impact replays as pages show them: those of a proposal, and one with its figures by item."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from backflush.models import ImpactReplay
from backflush.queries.proposals import Proposal, proposal_of
from backflush.rules.impact_totals import Impact, ItemImpact, read_impact
from backflush.rules.vocabulary import OPEN_IMPACTS
from masterdata.models import BomVersion, Item


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of a result, with its figures."""

    item: Item
    figures: ItemImpact


@dataclass(frozen=True, slots=True)
class ShownReplay:
    """A replay with the proposal that it is of, and its result read."""

    replay: ImpactReplay
    proposal: Proposal
    impact: Impact
    components: list[ShownItem]
    outputs: list[ShownItem]
    versions: list[tuple[BomVersion, int]]

    @property
    def open(self) -> bool:
        return self.replay.state in OPEN_IMPACTS

    @property
    def outdated(self) -> bool:
        """Whether the proposal has changed since it was asked for."""
        return self.proposal.digest != self.replay.digest


def impact_replays_of(kind: str, record_id: int, site_id: int | None = None) -> list[dict[str, Any]]:
    """The latest replays of a proposal, the newest first; `outdated`: the proposal has changed since."""
    proposal = proposal_of(kind, record_id)
    rows = impact_replays().filter(kind=kind, record_id=record_id)
    if site_id is not None:
        rows = rows.filter(site_id=site_id)
    return [
        {
            "replay": row,
            "open": row.state in OPEN_IMPACTS,
            "outdated": proposal is None or row.digest != proposal.digest,
            "impact": read_impact(row.result) if row.state == "done" else None,
        }
        for row in rows.order_by("-requested_at", "-pk")[:5]
    ]


def impact_replays() -> QuerySet[ImpactReplay]:
    """All of them, with who asked and where."""
    return ImpactReplay.objects.select_related("site", "requested_by", "cancelled_by")


def shown_replay(replay: ImpactReplay) -> ShownReplay:
    """A replay as its page shows it. A record is never deleted, so its proposal is there."""
    proposal = proposal_of(replay.kind, replay.record_id)
    assert proposal is not None
    impact = read_impact(replay.result) if replay.state == "done" else Impact()
    rows = Item.objects.select_related("stock_unit")
    items = rows.in_bulk({*impact.components, *impact.outputs})
    versions = BomVersion.objects.select_related("item").in_bulk(list(impact.versions))
    changed = {pk: one for pk, one in impact.outputs.items() if one.difference}
    return ShownReplay(
        replay=replay,
        proposal=proposal,
        impact=impact,
        components=_by_weight([ShownItem(items[pk], one) for pk, one in impact.components.items()]),
        outputs=_by_weight([ShownItem(items[pk], one) for pk, one in changed.items()]),
        versions=[(versions[pk], count) for pk, count in impact.versions.items() if pk in versions],
    )


def _by_weight(items: list[ShownItem]) -> list[ShownItem]:
    """By what they change in cost, then what is short, then by code."""
    return sorted(items, key=lambda one: (-abs(one.figures.cost), -one.figures.short_reports, one.item.code))
