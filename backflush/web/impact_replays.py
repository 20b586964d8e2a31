"""Impact replays: all of them, starting one, and one with its progress and what it found, as tables, chart and files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.cancel_impact_replay import cancel_impact_replay
from backflush.actions.request_impact_replay import request_impact_replay
from backflush.models import ImpactReplay
from backflush.pages.impact_tables import components, cost_chart, cost_words, orders, outputs, reports
from backflush.queries.impact_replays import ShownReplay, impact_replays, shown_replay
from backflush.queries.postings import posting_number
from backflush.queries.proposals import proposal_of
from backflush.rules.vocabulary import ProposalKind
from backflush.tasks import ask_for_impact_replays
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import figure, when
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused

TONES = {"queued": "soon", "running": "info", "done": "good", "cancelled": "idle", "failed": "blocked"}
PAGES = {ProposalKind.BOM_VERSION: "bom", ProposalKind.UNIT_FACTOR: "unit-factor"}


@desk_page(Duty.READ_IMPACT, to_change=Duty.REPLAY_IMPACT)
def impact_replay_list(request: HttpRequest) -> HttpResponse:
    """All replays of the site, the newest first. Posted to, it starts one and leads to it."""
    if request.method == "POST":
        return _start(request)
    listing = lists.Listing(
        name="replays",
        rows=impact_replays().filter(site=the_site(request)),
        order="-asked",
        file="impact_replays",
        empty="Nothing was replayed yet.",
        empty_hint="Open a BOM version or unit factor that is not approved yet, and replay past reports there.",
        columns=[
            lists.Column("Proposal", lambda row: lists.text(_name(row), reverse("impact-replay", args=[row.pk]))),
            lists.Column("Days", lambda row: lists.number(row.days), number=True, sort="days"),
            lists.Column("State", lambda row: lists.text(row.state, tone=TONES[row.state]), sort="state"),
            lists.Column("Reports", lambda row: lists.number(row.result.get("reports", "")), number=True),
            lists.Column("Asked by", lambda row: lists.text(row.requested_by.name)),
            lists.Column("Asked", lambda row: lists.moment(row.requested_at), sort="asked", by="requested_at"),
            lists.Column("Ended", lambda row: lists.moment(row.finished_at), sort="ended", by="finished_at"),
        ],
        context={
            "title": "Impact replays",
            "intro": "What the reports of past days would have used by figures that nobody has signed yet.",
        },
    )
    return lists.show_list(request, listing)


def _name(replay: ImpactReplay) -> str:
    return str(proposal_of(replay.kind, replay.record_id) or replay.kind)


def _start(request: HttpRequest) -> HttpResponse:
    record, days = (request.POST.get(name, "").strip() for name in ("record", "days"))
    if not (days.isdecimal() and len(days) < 6):
        raise Refused(
            Refusal("days_not_a_number", f"“{days[:20]}” is no number of days.", "days", "Go back and write 1 to 400.")
        )
    replay = request_impact_replay(
        kind=request.POST.get("kind", ""),
        record_id=int(record) if record.isdecimal() and len(record) < 18 else 0,
        days=int(days),
        site=the_site(request),
        actor=person_of(request),
        now=timezone.now(),
    )
    ask_for_impact_replays()
    return redirect("impact-replay", replay.pk)


@desk_page(Duty.READ_IMPACT)
def impact_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """One replay; `?format=csv&of=` components, orders, reports or outputs: as a file."""
    shown = shown_replay(_find(request, pk))
    tables = {"orders": orders, "reports": reports, "outputs": outputs}
    of = tables.get(request.GET.get("of", ""), components)
    if request.GET.get("format") == "csv":
        return lists.as_csv(request, of(shown))
    return _page(request, shown)


@desk_page(Duty.READ_IMPACT)
def impact_replay_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; ended, the whole page is asked for anew."""
    replay = _find(request, pk)
    answer = render(request, "backflush/impact_progress.html", _progress(request, replay))
    if replay.finished_at is not None:
        answer["HX-Refresh"] = "true"
    return answer


@desk_page(Duty.READ_IMPACT, to_change=Duty.REPLAY_IMPACT)
def impact_replay_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    replay = _find(request, pk)
    if request.method == "POST":
        try:
            cancel_impact_replay(replay=replay, actor=person_of(request), now=timezone.now())
        except Refused as refused:
            return _page(request, shown_replay(_find(request, pk)), refused)
    return redirect("impact-replay", pk)


def _find(request: HttpRequest, pk: int) -> ImpactReplay:
    return get_object_or_404(impact_replays().filter(site=the_site(request)), pk=pk)


def _progress(request: HttpRequest, replay: ImpactReplay) -> dict[str, Any]:
    return {
        "replay": replay,
        "whole": f"{figure(replay.total)} reports",
        "may_cancel": replay.finished_at is None and can(request, Duty.REPLAY_IMPACT),
    }


def _page(request: HttpRequest, shown: ShownReplay, refused: Refused | None = None) -> HttpResponse:
    replay, impact = shown.replay, shown.impact
    url = reverse(PAGES[shown.proposal.kind], args=[replay.record_id])
    chart = cost_chart(shown)
    more = [
        {**lists.table_of(request, listing), "title": title, "note": note, "sort": "", "export_urls": [export(of)]}
        for title, note, listing, of in (
            ("Orders that weigh most", "", orders(shown), "orders"),
            ("Reports that weigh most", "", reports(shown), "reports"),
            ("Made", "Only what the proposal makes more or less of.", outputs(shown), "outputs"),
        )
        if of != "outputs" or shown.outputs
    ]
    context = {
        **_progress(request, replay),
        "shown": shown,
        "title": f"Impact of {shown.proposal}",
        "proposal_url": url,
        "facts": _facts(shown),
        "cancelled": f"{replay.cancelled_by.name} cancelled it at {when(replay.finished_at)}; nothing of it is kept."
        if replay.cancelled_by
        else "",
        "refused": [
            {
                "sentence": one.sentence,
                "reports": one.reports,
                "first": posting_number(one.first),
                "url": reverse("posting", args=[posting_number(one.first)]),
            }
            for one in impact.refused.values()
        ],
        "cost": cost_words(impact.cost, replay.site.currency_decimals),
        **chart,
        **lists.table_of(request, components(shown)),
        "more": more,
        "refusals": refused.refusals if refused else [],
        "trail": [{"label": "Impact replays", "url": reverse("impact-replays")}, {"label": str(shown.proposal)}],
    }
    status = status_of(refused.refusals) if refused else 200
    return render(request, "backflush/impact_replay.html", context, status=status)


def export(of: str) -> dict[str, str]:
    return {"label": "CSV", "url": f"?format=csv&of={of}"}


def _facts(shown: ShownReplay) -> list[dict[str, Any]]:
    replay, impact = shown.replay, shown.impact
    versions = ", ".join(f"{version} ({figure(count)})" for version, count in shown.versions)
    facts = [
        {"name": "Days", "value": f"{replay.days}: {when(replay.since)} to {when(replay.until)}"},
        {"name": "Site", "value": replay.site.name},
        {"name": "Asked by", "value": f"{replay.requested_by.name}, {when(replay.requested_at)}"},
        {"name": "Ended", "value": when(replay.finished_at)},
    ]
    if replay.state != "done":
        return facts
    short = (
        f"{figure(impact.short_reports)} reports of {figure(impact.short_orders)} orders"
        if impact.short_reports
        else "none"
    )
    facts += [
        {"name": "Reports replayed", "value": f"{figure(impact.reports)} of {figure(impact.orders)} orders"},
        {"name": "Posted by versions", "value": versions},
        {"name": "Would have been short", "value": short},
    ]
    if impact.left_out:
        words = f"{figure(impact.left_out)}: they cannot be decided without reports that were reversed since"
        facts.append({"name": "Left out", "value": words})
    return facts
