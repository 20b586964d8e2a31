"""What a pilot found becomes a draft BOM version with the new scrap factors; it is approved as every draft is."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from backflush.actions.run_pilot import hold_pilot
from backflush.models import Pilot, PilotProposal
from backflush.queries.pilot_proposals import Proposable, proposable
from backflush.rules.pilot import PilotState
from backflush.rules.pilot_figures import Proposal
from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.draft_bom import draft_bom
from masterdata.models import BomVersion, Person
from masterdata.queries import draft_of, effective_bom
from masterdata.rules.bom import LineDraft, ScrapDraft
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import FigureSource


def propose_factors(
    *, pilot: Pilot, components: Collection[str], actor: Person, now: datetime, seen: str = ""
) -> BomVersion:
    """Draft the effective version anew, with the found percentage for each of these components and the pilot as its source.

    `seen`: the figures that stood on the screen (`Proposable.text`, joined); refused (changed_meanwhile) where they are others.
    Refused: pilot_is_over (cancelled), nothing_chosen, no_effective_bom, pilot_is_of_another_version, and what keeps a factor
    from one of the components.
    """
    require(actor, Duty.RUN_PILOT)
    with acting(actor, reason=f"Pilot {pilot.pk}"):
        held = hold_pilot(pilot)
        chosen = _chosen(held, components, now, seen)
        version = effective_bom(held.item, now)
        assert version is not None  # `proposable` refused without one
        draft = draft_of(version)
        by_identity = {one.component: one for one in chosen}
        lines = [_with_factor(line, by_identity.get(str(line.identity)), held) for line in draft.lines]
        made = draft_bom(
            item=held.item,
            author=actor,
            now=now,
            lines=lines,
            base_quantity=draft.base_quantity,  # type: ignore[arg-type]
            base_unit=draft.base_unit,
            phantom=draft.phantom,
            outputs=draft.outputs,
            assembly_scrap=draft.assembly_scrap,
            operation_scrap=draft.operation_scrap,
            reason=f"Scrap factors as {held} found them.",
        )
        PilotProposal.objects.create(
            pilot=held, version=made, found={one.code: one.text for one in chosen}, person=actor, at=now
        )
    return made


def _chosen(pilot: Pilot, components: Collection[str], now: datetime, seen: str) -> list[Proposable]:
    if pilot.state == PilotState.CANCELLED:
        raise Refused(
            Refusal("pilot_is_over", f"{pilot} was cancelled: it counts for nothing.", str(pilot), "Start another one.")
        )
    offered = proposable(pilot, now)
    chosen = [one for one in offered if one.component in components]
    if not chosen:
        raise Refused(Refusal("nothing_chosen", "No component is chosen.", str(pilot), "Tick what is to be changed."))
    refusals = [one.proposal for one in chosen if isinstance(one.proposal, Refusal)]
    if refusals:
        raise Refused(*refusals)
    if seen and seen != "|".join(one.text for one in offered):
        raise Refused(
            Refusal(
                "changed_meanwhile",
                "Something was measured or reported meanwhile: the figures are others now.",
                str(pilot),
                "Read them again, then draft.",
            )
        )
    return chosen


def _with_factor(line: LineDraft, chosen: Proposable | None, pilot: Pilot) -> LineDraft:
    if chosen is None:
        return line
    assert isinstance(chosen.proposal, Proposal)
    before = line.scrap or ScrapDraft()
    note = f"{pilot}: {chosen.orders} orders, 95 % limits {chosen.proposal.low:f} to {chosen.proposal.high:f} %"
    return replace(
        line,
        scrap=replace(before, percent=chosen.proposal.percent, source=FigureSource.PILOT, source_note=note[:300]),
    )
