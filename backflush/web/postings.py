"""Postings: the list, and the page that explains one, figure by figure, with the version and signature behind each."""

from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.request_reversal import request_reversal
from backflush.models import Posting, ReversalRequest
from backflush.queries.postings import parse_posting_number, posting_number, posting_page
from backflush.queries.reporters import reported_by
from backflush.queries.reversals import reversal_facts
from backflush.rules.reversal import reversal_refusals
from backflush.rules.vocabulary import PostingKind
from backflush.web.explained import arithmetic_of, classes_of, consuming, unit_symbols
from masterdata.models import Item, ReasonCode, Site, UnitFactor
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import figure, price, seconds_off, when, with_symbols, words
from masterdata.pages.signatures import shown
from masterdata.queries.signing import version_breaks
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.vocabulary import ReasonKind
from traceability.models import MaterialLot, WorkOrder


@desk_page()
def postings(request: HttpRequest) -> HttpResponse:
    """Every posting of the site, newest first."""
    site = the_site(request)
    filters = lists.filtered(
        request,
        [
            lists.Filter("order", "Order"),
            lists.Filter("kind", "Kind", [(kind.value, words(kind)) for kind in PostingKind]),
            lists.Filter("from", "From", kind="date"),
            lists.Filter("to", "To", kind="date"),
        ],
    )
    asked = lists.values(filters)
    rows = _listed(site)
    if asked["order"]:
        numbers = WorkOrder.objects.filter(site=site, number__icontains=asked["order"]).values("id")
        rows = rows.filter(order_id__in=numbers)
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    since, until = lists.as_day(asked["from"]), lists.as_day(asked["to"])
    if since:
        rows = rows.filter(occurred_at__date__gte=since)
    if until:
        rows = rows.filter(occurred_at__date__lte=until)
    listing = lists.Listing(
        name="postings",
        rows=rows,
        order="-number",
        file="postings",
        filters=filters,
        empty="No posting fits.",
        empty_hint="Postings appear here as soon as a report of output is posted.",
        columns=[
            lists.Column("Posting", lambda row: _link(row.number), sort="number"),
            lists.Column("Kind", lambda row: lists.text(words(row.kind)), sort="kind"),
            lists.Column(
                "Order", lambda row: lists.text(row.order_number, reverse("order", args=[row.order_id]), code=True)
            ),
            lists.Column("Operation", lambda row: lists.text(row.operation_number, code=True), sort="operation_number"),
            lists.Column("Since then", _since_then),
            lists.Column("Good", lambda row: lists.number(row.good, row.order_unit), sort="good", number=True),
            lists.Column(
                "Actual cost",
                lambda row: lists.amount(row.actual_amount, decimals=site.currency_decimals, unit=site.currency),
                sort="actual_amount",
                number=True,
            ),
            lists.Column("Happened", lambda row: lists.moment(row.occurred_at), sort="occurred_at"),
            lists.Column("Recorded", lambda row: lists.moment(row.recorded_at), sort="recorded_at"),
        ],
        context={"title": "Postings", "intro": f"Each one explains itself: open it. {_undone(rows)}"},
    )
    return lists.show_list(request, listing)


def _listed(site: Site) -> Any:
    """Postings of the site with what a row shows of others."""
    order = WorkOrder.objects.filter(pk=OuterRef("order_id"))
    signed = ReversalRequest.objects.filter(correction__isnull=False)
    return (
        Posting.objects.filter(site_id=site.pk)
        .defer("facts")
        .annotate(order_number=Subquery(order.values("number")), order_unit=Subquery(order.values("unit__symbol")))
        .annotate(reversed_by=Subquery(Posting.objects.filter(reversal_of=OuterRef("pk")).values("number")))
        .annotate(corrected_by=Subquery(signed.filter(posting=OuterRef("pk")).values("correction__number")))
        .annotate(corrects=Subquery(signed.filter(correction=OuterRef("pk")).values("posting__number")))
        .order_by("-number")
    )


def _undone(rows: Any) -> str:
    """How many of the postings listed were reversed and corrected: never hidden."""
    counted = rows.aggregate(undone=Count("reversed_by"), corrected=Count("corrected_by"))
    return f"Of those listed, {counted['undone']} are reversed, {counted['corrected']} of them corrected."


def _since_then(row: Any) -> lists.Cell:
    """What became of a posting, or what it is the correction of."""
    for number, words_before in (
        (row.corrected_by, "corrected by"),
        (row.reversed_by, "reversed by"),
        (row.corrects, "correction of"),
    ):
        if number:
            shown = posting_number(number)
            return lists.text(f"{words_before} {shown}", reverse("posting", args=[shown]))
    return lists.text("")


@desk_page()
def posting(request: HttpRequest, number: str) -> HttpResponse:
    """One posting explained."""
    return _page(request, number)


@desk_page(to_change=Duty.REQUEST_REVERSAL)
def posting_reverse(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a reversal: a reason and a note; QA signs it later."""
    found = _find(request, number)
    if request.method != "POST":
        return redirect("posting", posting_number(found.number))
    reason = ReasonCode.objects.filter(code=request.POST.get("reason", "")).first()
    note = request.POST.get("note", "").strip()[:500]
    try:
        if reason is None:
            raise Refused(Refusal("reason_missing", "A reversal needs a reason.", number, "Choose one of the reasons."))
        asked = request_reversal(posting=found, reason=reason, actor=person_of(request), now=timezone.now(), note=note)
    except Refused as refused:
        return _page(request, number, refused=refused, note=note, chosen=reason.code if reason else "")
    return redirect("reversal", asked.pk)


def _find(request: HttpRequest, number: str) -> Posting:
    parsed = parse_posting_number(number)
    found = Posting.objects.filter(site_id=the_site(request).pk, number=parsed).first() if parsed else None
    if found is None:
        raise Http404(f"There is no posting {number}.")
    return found


def _page(
    request: HttpRequest, number: str, *, refused: Refused | None = None, note: str = "", chosen: str = ""
) -> HttpResponse:
    site = the_site(request)
    parsed = parse_posting_number(number)
    page = posting_page(site.pk, parsed) if parsed else None
    if page is None:
        raise Http404(f"There is no posting {number}.")
    found = Posting.objects.get(pk=page["id"])
    against = reversal_refusals(reversal_facts(found)) if page["reversible"] else []
    open_request = page.pop("request")  # the context's `request` is the browser's
    settled = _settled(found)
    context = {
        **page,
        "open_request": open_request,
        "site": site,
        "posted_lines": _lines(page, site),
        "head": _head(page, found),
        "versions": [_version(one) for one in page["versions"]],
        "factors": _factors(page.get("factors", [])),
        "settled": settled,
        "settled_signatures": shown(settled.signature, "reversal", settled.pk) if settled else [],
        "trigger_breaks": [one.sentence for one in version_breaks(page["trigger"])] if page.get("trigger") else [],
        "against": against,
        "may_request": page["reversible"] and not open_request and can(request, Duty.REQUEST_REVERSAL),
        "reasons": _reasons(),
        "refusals": refused.refusals if refused else (),
        "note_text": note,
        "chosen": chosen,
        "symbols": unit_symbols(),
        "trail": [{"label": "Postings", "url": reverse("postings")}, {"label": page["number"]}],
    }
    return render(request, "backflush/posting.html", context, status=status_of(refused.refusals) if refused else 200)


def _clock(page: dict[str, Any]) -> str:
    """By whose clock it happened, and how far that was off when the posting was decided: its stored facts say."""
    device = page["device"]
    if device is None:
        return "by the clock of this server"
    offset = page.get("clock_offset_ms")
    if page["recipe_digest"] == "":
        return f"by the clock of {device.code}"
    told = "its offset was not measured" if offset is None else f"{seconds_off(offset)} when this was decided"
    return f"by the clock of {device.code} ({told})"


def _head(page: dict[str, Any], found: Posting) -> list[dict[str, Any]]:
    """Who or what reported, what, when, and by whose clock."""
    report = page["report"]
    facts = [
        {
            "name": "Order",
            "value": page["order"].number,
            "url": reverse("order", args=[page["order"].pk]),
            "code": True,
        },
        {"name": "Product", "value": f"{page['order'].item.code} {page['order'].item.name}"},
        {"name": "Operation", "value": page["operation"], "code": True},
        {"name": "Reported by", "value": reported_by(found)},
        {"name": "Happened", "value": f"{_exact(page['occurred_at'])}, {_clock(page)}"},
        {"name": "Recorded", "value": f"{_exact(page['recorded_at'])}, by the clock of the database"},
    ]
    if report is not None:
        facts.append({"name": "Received", "value": _exact(report.received_at)})
        facts.append(
            {
                "name": "Report",
                "value": words(report.kind),
                "url": reverse("exception", args=[report.event_id]),
            }
        )
    lot = MaterialLot.objects.filter(pk=page["output_lot_id"]).first() if page["output_lot_id"] else None
    if lot is not None:
        facts.append({"name": "Output lot", "value": lot.code, "url": reverse("lot", args=[lot.pk]), "code": True})
    return facts


def _lines(page: dict[str, Any], site: Site) -> list[dict[str, Any]]:
    if not page["lines"]:
        return []
    symbols = unit_symbols()
    ids = dict(Item.objects.filter(code__in={line["item"] for line in page["lines"]}).values_list("code", "id"))
    output, told = consuming(page["counted"])
    order = page["order"]
    main = next((one for one in page["versions"] if one.item_id == order.item_id), None)
    report = reverse("exception", args=[page["report"].event_id]) if page["report"] else ""
    shown = []
    for line in page["lines"]:
        version = page["version_of"].get(line["component"], main)
        steps = arithmetic_of(
            line,
            symbols=symbols,
            output=output,
            output_unit=order.unit.symbol,
            bom_url=reverse("bom", args=[version.pk]) if version else "",
            bom_name=_bom_name(version, main),
            report_url=report,
        )
        ledger = [
            {
                **row,
                "told": classes_of(row["classes"]),
                "sign": symbols.get(row["unit"], row["unit"]),
                "standard_at": _price(row["standard_price"], site),
                "actual_at": _price(row["actual_price"], site),
            }
            for row in line["ledger"]
        ]
        shown.append(
            {
                **line,
                "item_id": ids[line["item"]],
                "written": with_symbols(line["written"], symbols),
                "arithmetic": steps,
                "ledger": ledger,
                "sign": symbols.get(line["unit"], line["unit"]),
                "told": told,
            }
        )
    return shown


def _bom_name(version: Any, main: Any) -> str:
    """A phantom's component names the phantom: its figure stands in the phantom's own BOM."""
    if version is None:
        return ""
    return f"BOM v{version.number}" if version == main else f"BOM {version.item.code} v{version.number}"


def _price(value: str, site: Site) -> str:
    return f"{price(value, site.currency_decimals)} {site.currency}" if value else ""


def _version(version: Any) -> dict[str, Any]:
    signature = version.signature
    return {
        "name": f"BOM {version.item.code} v{version.number}",
        "url": reverse("bom", args=[version.pk]),
        "signed": f"signed by {signature.printed_name} ({signature.meaning}), {when(signature.signed_at)}"
        if signature
        else "not signed",
        "author": f"written by {version.author.name}",
        "breaks": [one.sentence for one in version_breaks(version)] if signature else ["It has no signature."],
    }


def _factors(ids: list[int]) -> list[dict[str, Any]]:
    rows = UnitFactor.objects.filter(pk__in=ids).select_related("item", "from_unit", "to_unit", "signature")
    return [
        {
            "name": f"1 {row.from_unit.symbol} {row.item.code} = {figure(row.numerator)}/{figure(row.denominator)}"
            f" {row.to_unit.symbol}",
            "url": reverse("unit-factor", args=[row.pk]),
            "signed": f"version {row.version}, signed by {row.signature.printed_name}, {when(row.signature.signed_at)}"
            if row.signature
            else "",
            "breaks": [one.sentence for one in version_breaks(row)] if row.signature else ["It has no signature."],
        }
        for row in rows
    ]


def _settled(found: Posting) -> ReversalRequest | None:
    """The request that this posting, a reversal or a correction, answers."""
    return (
        ReversalRequest.objects.filter(Q(reversal=found) | Q(correction=found))
        .select_related("requested_by", "reason", "signature", "posting")
        .defer("posting__facts")
        .first()
    )


def _reasons() -> list[dict[str, str]]:
    rows = ReasonCode.objects.filter(Q(kind=ReasonKind.REVERSAL), active=True).order_by("code")
    return [{"code": row.code, "name": row.name, "note": row.owner} for row in rows]


def _exact(moment: datetime) -> str:
    return when(moment, seconds=True)


def _link(number: int) -> lists.Cell:
    return lists.text(posting_number(number), reverse("posting", args=[posting_number(number)]), code=True)
