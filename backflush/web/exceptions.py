"""Reports that do not post: why, since when, what to do; sent to posting again one by one or many at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.retry_report import retry_report
from backflush.actions.waive_report import waive_report, waiver_content
from backflush.models import OperationReport, ReportRuling
from backflush.queries.exception_figures import exception_figures
from backflush.queries.reports import blocked_reports, report_page, rulings_of
from backflush.rules.vocabulary import ReportState
from backflush.tasks import ring_the_bell
from backflush.web.explained import unit_symbols
from backflush.web.gathered_reasons import gathered, linked_once
from backflush.web.remedies import with_links
from backflush.web.rulings import accept, correct, ruling_context
from masterdata.models import Device, ProductionLine
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import figure, lasting, since, when, words
from masterdata.pages.signatures import shown
from masterdata.pages.signing import ticket_of
from masterdata.queries import signatures_of
from masterdata.queries.thresholds import time_limit
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import ThresholdCode
from traceability.queries.quality import records_of_event

#: the list is read whole, so that it can be filtered and sorted by everything it shows
MOST = 5000
PERIODS = [("1", "the last day"), ("7", "the last 7 days"), ("30", "the last 30 days"), ("90", "the last 90 days")]
AGES = [("15", "15 minutes"), ("60", "1 hour"), ("480", "8 hours"), ("1440", "1 day"), ("10080", "1 week")]
STATES = {
    "received": "soon",
    "posted": "good",
    "blocked": "blocked",
    "refused": "blocked",
    "waived": "idle",
    "reversed": "held",
}


@desk_page()
def exceptions(request: HttpRequest) -> HttpResponse:
    """The worklist of blocked reports."""
    return _list(request)


@desk_page(to_change=Duty.RETRY_REPORT)
def exceptions_retry(request: HttpRequest) -> HttpResponse:
    """Send the ticked reports to posting again; those that are blocked no more are left alone."""
    if request.method != "POST":
        return redirect("exceptions")
    site, sent, gone = the_site(request), 0, 0
    chosen = [key for key in request.POST.getlist("report") if key.isdigit()][:500]
    for report in OperationReport.objects.filter(site_id=site.pk, pk__in=chosen).order_by("received_at"):
        try:
            retry_report(report=report, actor=person_of(request), now=timezone.now())
            sent += 1
        except Refused:
            gone += 1
    if sent:
        ring_the_bell()
        messages.success(request, f"{sent} report{'s' if sent != 1 else ''} sent to posting again.")
    if gone:
        messages.info(request, f"{gone} {'were' if gone != 1 else 'was'} blocked no more.")
    if not sent and not gone:
        messages.warning(request, "No report was ticked. Tick those whose cause is mended.")
    return redirect("exceptions")


@desk_page()
def exception(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One report: what it says, every reason with its remedy, and everything that happened to it."""
    return _page(request, event_id)


@desk_page(to_change=Duty.RETRY_REPORT)
def exception_retry(request: HttpRequest, event_id: UUID) -> HttpResponse:
    if request.method == "POST":
        retry_report(report=_find(request, event_id), actor=person_of(request), now=timezone.now())
        ring_the_bell()
        messages.success(request, "Sent to posting again. This page shows what becomes of it.")
    return redirect("exception", event_id)


@desk_page(to_change=Duty.WAIVE_REPORT)
def exception_waive(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Withdraw a report as untrue: first the reason, then a signature over exactly that."""
    report = _find(request, event_id)
    note = request.POST.get("note", "").strip()[:500]
    if request.method != "POST" or "password" not in request.POST:
        return _page(request, event_id, note=note, signing=bool(note))
    try:
        now = timezone.now()
        waive_report(report=report, ticket=ticket_of(request, now), note=note, now=now)
    except Refused as refused:
        return _page(request, event_id, note=note, signing=True, refused=refused)
    messages.success(request, "The report is withdrawn. Its units are not received.")
    return redirect("exception", event_id)


@desk_page(to_change=Duty.DISPOSE_OF_REPORT)
def exception_accept(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """QA accepts what held against the report only when it happened: first why, then a signature."""
    return _ruled(request, event_id, accept)


@desk_page(to_change=Duty.DISPOSE_OF_REPORT)
def exception_correct(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """QA gives the report the time at which it happened, beside what its clock said."""
    return _ruled(request, event_id, correct)


def _ruled(request: HttpRequest, event_id: UUID, rule: Callable[[HttpRequest, OperationReport], None]) -> HttpResponse:
    report = _find(request, event_id)
    if request.method != "POST" or "password" not in request.POST:
        return _page(request, event_id)
    try:
        rule(request, report)
    except Refused as refused:
        return _page(request, event_id, refused=refused)
    return redirect("exception", event_id)


def _find(request: HttpRequest, event_id: UUID) -> OperationReport:
    found = OperationReport.objects.filter(site_id=the_site(request).pk, event_id=event_id).first()
    if found is None:
        raise Http404(f"There is no report {event_id}.")
    return found


def _list(request: HttpRequest) -> HttpResponse:
    site, now = the_site(request), timezone.now()
    every = blocked_reports(site.pk, limit=MOST)
    codes = sorted({reason["code"] for row in every for reason in row["reasons"]})
    lines = ProductionLine.objects.filter(site=site).order_by("code")
    filters = lists.filtered(
        request,
        [
            lists.Filter("order", "Order"),
            lists.Filter("reason", "Reason", [(code, words(code)) for code in codes]),
            lists.Filter("line", "Line", [(str(line.pk), line.name) for line in lines]),
            lists.Filter("device", "Device", _devices(every)),
            lists.Filter("age", "Older than", AGES),
            lists.Filter("period", "Figures of", PERIODS),
        ],
    )
    asked = lists.values(filters)
    days = int(asked["period"] or 7)
    rows = every
    if asked["reason"] or asked["line"]:
        rows = blocked_reports(
            site.pk,
            reason=asked["reason"] or None,
            line=int(asked["line"]) if asked["line"] else None,
            limit=MOST,
        )
    if asked["order"]:
        rows = [row for row in rows if asked["order"].lower() in row["order"].lower()]
    if asked["age"]:
        oldest = now - timedelta(minutes=int(asked["age"]))
        rows = [row for row in rows if row["received_at"] <= oldest]
    if asked["device"]:
        rows = [row for row in rows if row["device"] and str(row["device"].pk) == asked["device"]]
    symbols = unit_symbols()
    allowed = time_limit(ThresholdCode.BLOCKED_ALARM_MINUTES)
    alarm = now - allowed
    for row in rows:
        row["alarm"] = row["received_at"] <= alarm
        row["age"] = since(row["received_at"], now)
        row["reasons"] = linked_once(with_links(row["reasons"], order_id=row["order_id"], symbols=symbols))
    listing = lists.Listing(
        name="blocked reports",
        rows=rows,
        order="received",
        file="blocked_reports",
        filters=filters,
        empty="No report is blocked.",
        empty_hint="Everything that was reported is posted or on its way." if not any(asked.values()) else "",
        columns=_columns(),
        context={
            "may_retry": can(request, Duty.RETRY_REPORT),
            "figures": _figures(site.pk, now - timedelta(days=days), dict(PERIODS)[str(days)]),
            "alarms": sum(row["alarm"] for row in rows),
            "alarm_after": lasting(int(allowed.total_seconds())),
        },
    )
    return lists.show_list(request, listing, template="backflush/exceptions.html")


def _devices(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    devices: dict[int, Device] = {row["device"].pk: row["device"] for row in rows if row["device"]}
    return sorted(((str(pk), device.code) for pk, device in devices.items()), key=lambda pair: pair[1])


def _figures(site_id: int, from_then: datetime, period: str) -> dict[str, Any]:
    """Mean time to correction and counts by reason, of reports blocked since then."""
    found = exception_figures(site_id, from_then)
    return {
        "period": period,
        "facts": [
            {"name": "Blocked", "value": figure(found.blocked)},
            {"name": "Of these mended", "value": figure(found.mended)},
            {
                "name": "Mean time to correction",
                "value": lasting(int(found.mean.total_seconds())) if found.mean is not None else "",
            },
        ],
        "reasons": [{"words": words(code), "code": code, "reports": count} for code, count in found.reasons],
    }


def _columns() -> list[lists.Column]:
    return [
        lists.Column(
            "Blocked for", lambda row: lists.text(row["age"]), sort="received", by=lambda row: row["received_at"]
        ),
        lists.Column("Order", lambda row: lists.text(row["order"], code=True), sort="order"),
        lists.Column("Operation", lambda row: lists.text(row["operation"], code=True), sort="operation"),
        lists.Column("Too long", lambda row: lists.text("yes" if row["alarm"] else "")),
        lists.Column("Good", lambda row: lists.number(row["good"]), number=True),
        lists.Column("From", lambda row: lists.text(_sender(row))),
        lists.Column(
            "Happened", lambda row: lists.moment(row["occurred_at"]), sort="occurred", by=lambda row: row["occurred_at"]
        ),
        lists.Column("Reasons and remedies", lambda row: lists.text(_told(row))),
        lists.Column("Report", lambda row: lists.text(row["event_id"], reverse("exception", args=[row["event_id"]]))),
    ]


def _told(row: dict[str, Any]) -> str:
    return " ".join(f"{reason['sentence']} {reason['remedy']}".strip() for reason in row["reasons"])


def _sender(row: dict[str, Any]) -> str:
    return str(row["device"] or row["person"] or "")


def _page(
    request: HttpRequest, event_id: UUID, *, note: str = "", signing: bool = False, refused: Refused | None = None
) -> HttpResponse:
    page = report_page(the_site(request).pk, event_id)
    if page is None:
        raise Http404(f"There is no report {event_id}.")
    blocked = page["state"] == ReportState.BLOCKED
    # of a report that was settled otherwise, what once stood against it is history
    shows_reasons = blocked or page["state"] == ReportState.REFUSED
    content = waiver_content(page["report"], note) if signing and blocked else None
    context = {
        **page,
        "reasons": gathered(with_links(page["reasons"], order_id=page["order_id"])) if shows_reasons else [],
        "tone": STATES[page["state"]],
        "facts": _facts(page),
        "blocked": blocked,
        "may_retry": blocked and can(request, Duty.RETRY_REPORT),
        "may_waive": blocked and can(request, Duty.WAIVE_REPORT),
        "waiver": content,
        "waiver_facts": [{"name": words(name), "value": value} for name, value in (content or {}).items()],
        "digest": content_digest(content) if content else "",
        "note_text": note,
        "given": request.POST,
        "withdrawals": _withdrawals(page),
        "rulings": [_ruling(one, page["event_id"]) for one in rulings_of(page["id"])],
        "quality": list(records_of_event(the_site(request).pk, event_id)),
        "may_open_record": can(request, Duty.OPEN_QUALITY_RECORD),
        **(ruling_context(request, page["report"]) if blocked else {}),
        "entries": _happened(page),
        "refusals": refused.refusals if refused else (),
        "trail": [{"label": "Exceptions", "url": reverse("exceptions")}, {"label": str(event_id)}],
    }
    return render(request, "backflush/exception.html", context, status=status_of(refused.refusals) if refused else 200)


def _facts(page: dict[str, Any]) -> list[dict[str, Any]]:
    order_url = reverse("order", args=[page["order_id"]]) if page["order_id"] else ""
    facts = [
        {"name": "Order", "value": page["order"], "url": order_url, "code": True},
        {"name": "Operation", "value": page["operation"], "code": True},
        {"name": "Kind", "value": words(page["kind"])},
        {"name": "From", "value": _sender(page)},
        {"name": "Happened", "value": when(page["occurred_at"], seconds=True)},
        *_corrected(page["report"]),
        {"name": "Received", "value": when(page["received_at"], seconds=True)},
        {"name": "Judged", "value": _times(page)},
    ]
    if page["posting"]:
        facts.append(
            {
                "name": "Posting",
                "value": page["posting"],
                "url": reverse("posting", args=[page["posting"]]),
                "code": True,
            }
        )
    known = {"event_id", "kind", "order", "operation", "occurred_at"}
    facts += [
        {"name": words(name).capitalize(), "value": _value(value)}
        for name, value in page["body"].items()
        if name not in known and value not in ("", None, [], {}, 0, "0")
    ]
    return facts


def _times(page: dict[str, Any]) -> str:
    """How often it was decided whether the report posts."""
    judged = sum(1 for one in page["transitions"] if one["to_state"] in (ReportState.BLOCKED, ReportState.REFUSED))
    judged += bool(page["posting"])
    return "not yet" if not judged else "once" if judged == 1 else f"{judged} times"


def _corrected(report: OperationReport) -> list[dict[str, Any]]:
    if report.corrected_at is None:
        return []
    return [{"name": "Happened, as QA signed", "value": when(report.corrected_at, seconds=True)}]


def _ruling(one: ReportRuling, event_id: object) -> dict[str, Any]:
    """What QA signed, in words."""
    what = "accepted" if one.corrected_at is None else f"happened {when(one.corrected_at, seconds=True)}"
    return {
        "at": when(one.at, seconds=True),
        "who": one.signature.printed_name,
        "what": f"{what} ({one.signature.meaning})",
        "why": one.note,
        "signatures": shown(one.signature, "report", event_id),
    }


def _withdrawals(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Who signed that the report is untrue."""
    if page["state"] != ReportState.WAIVED:
        return []
    rows = signatures_of("report", str(page["event_id"])).filter(content__digest=page["report"].digest)
    waived = rows.filter(content__record="waiver")
    return [one for row in waived for one in shown(row, "report", page["event_id"])]


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, dict):
        return " ".join(_value(one) for one in value.values())
    return figure(value) if isinstance(value, str) else str(value)


def _happened(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Newest first. Retries by the system that met the same reasons again are one entry, told by their latest."""
    entries: list[dict[str, Any]] = []
    against: Any = None
    for one in page["transitions"]:
        again = one["to_state"] == ReportState.BLOCKED and one["reasons"] == against
        if one["to_state"] == ReportState.BLOCKED:
            against = one["reasons"]
        if again and entries[-1].get("by_itself"):
            entries.pop()
            if not entries or "retries" not in entries[-1]:
                entries.append({"retries": 0, "who": "the system"})
            _retried(entries[-1], one)
            continue
        entries.append(
            {
                "at": when(one["at"], seconds=True),
                "who": str(one["person"] or "the system"),
                "what": f"{one['from_state']} → {one['to_state']}",
                "why": "same reasons as before" if again else one["note"] or _sentences(one["reasons"]),
                "by_itself": one["from_state"] == ReportState.BLOCKED and one["person"] is None,
            }
        )
    return entries[::-1][:50]


def _retried(entry: dict[str, Any], last: dict[str, Any]) -> None:
    entry["retries"] += 1
    times = "once" if entry["retries"] == 1 else f"{entry['retries']} times"
    entry |= {"at": when(last["at"], seconds=True), "what": "still blocked", "why": f"same reasons, retried {times}"}


def _sentences(reasons: list[dict[str, Any]]) -> str:
    return " ".join(reason["sentence"] for reason in with_links(reasons, order_id=0))
