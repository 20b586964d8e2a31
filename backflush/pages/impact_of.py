"""The part of a proposal's page that shows its impact replays and starts another one."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from backflush.pages.impact_tables import brief_components, cost_chart, cost_words
from backflush.queries.impact_replays import impact_replays_of, shown_replay
from backflush.queries.proposals import OPEN
from backflush.rules.vocabulary import ProposalKind
from masterdata.models import BomVersion, UnitFactor
from masterdata.pages.access import can, site_of
from masterdata.pages.beside import say_what_stands_beside
from masterdata.queries.proposal_replays import ProposalReplay, tell_of_proposal_replays
from masterdata.rules.duties import Duty

DAYS = 30


def show_impact_beside_proposals() -> None:
    """Called once, when the application starts."""
    say_what_stands_beside("bom_version", _of_bom_version)
    say_what_stands_beside("unit_factor", _of_unit_factor)
    tell_of_proposal_replays(_replays)


def _replays(kind: str, record_id: int, site_id: int | None) -> list[ProposalReplay]:
    """Those that the page shows, for the API."""
    if kind not in set(ProposalKind):
        return []
    return [
        ProposalReplay(
            state=row["replay"].state,
            since=row["replay"].since,
            until=row["replay"].until,
            requested_at=row["replay"].requested_at,
            requested_by=row["replay"].requested_by.username,
            outdated=row["outdated"],
            page=reverse("impact-replay", args=[row["replay"].pk]),
        )
        for row in impact_replays_of(kind, record_id, site_id)
    ]


def _of_bom_version(request: HttpRequest, record: BomVersion) -> SafeString | str:
    return _part(request, ProposalKind.BOM_VERSION, record)


def _of_unit_factor(request: HttpRequest, record: UnitFactor) -> SafeString | str:
    return _part(request, ProposalKind.UNIT_FACTOR, record)


def _part(request: HttpRequest, kind: str, record: BomVersion | UnitFactor) -> SafeString | str:
    if not can(request, Duty.READ_IMPACT):
        return ""
    context = impact_context(request, kind, record.pk, is_open=record.state in OPEN)
    if not context["impact"]["replays"] and not context["impact"]["is_open"]:
        return ""
    return render_to_string("backflush/impact_of.html", context, request)


def impact_context(request: HttpRequest, kind: str, record_id: int, *, is_open: bool) -> dict[str, Any]:
    """Context of `backflush/impact_of.html`. `is_open`: the record may still be decided."""
    site = site_of(request)
    replays = impact_replays_of(kind, record_id, site.pk if site else None)
    for row in replays:
        row["cost"] = cost_words(row["impact"].cost, site.currency_decimals) if row["impact"] and site else ""
    return {
        "impact": {
            "kind": kind,
            "record_id": record_id,
            "replays": replays,
            "is_open": is_open,
            "may_start": is_open and can(request, Duty.REPLAY_IMPACT),
            "days": DAYS,
            "currency": site.currency if site else "",
            "result": _result(replays),
        }
    }


def _result(replays: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Chart and table of the latest replay that is of the proposal as it stands; None where there is none."""
    standing = (row for row in replays if row["impact"] and row["impact"].reports and not row["outdated"])
    latest = next(standing, None)
    if latest is None:
        return None
    shown = shown_replay(latest["replay"])
    return {"replay": latest["replay"], **cost_chart(shown), **brief_components(shown)}
