"""One quality record: what it is about, everything said about it, and what may be done next."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Bin, Person, ReasonCode
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import day, when
from masterdata.pages.histories import history_of
from masterdata.pages.lists import as_day
from masterdata.pages.signatures import shown
from masterdata.pages.signing import ticket_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.vocabulary import BinKind, ReasonKind
from traceability.actions.close_quality_record import MEANING, close_quality_record
from traceability.actions.dispose_of_material import dispose_of_material
from traceability.actions.review_quality_record import note_quality_record, review_quality_record
from traceability.models import QualityLink, QualityRecord
from traceability.queries.days import site_day
from traceability.queries.quality import closing_content, disposition_content, is_overdue, lot_of, quality_records
from traceability.rules.quality_flow import KIND_WORDS, STATE_WORDS, flow_refusals
from traceability.rules.vocabulary import Disposition, QualityState
from traceability.web.quality import TONES, owners_of


@desk_page()
def record(request: HttpRequest, number: str) -> HttpResponse:
    """One record."""
    return _page(request, _find(request, number))


@desk_page(to_change=Duty.OPEN_QUALITY_RECORD)
def record_note(request: HttpRequest, number: str) -> HttpResponse:
    row = _find(request, number)
    if request.method == "POST":
        try:
            note_quality_record(
                row=row, text=request.POST.get("text", "")[:4000], actor=person_of(request), now=timezone.now()
            )
        except Refused as refused:
            return _page(request, row, refused=refused)
    return redirect("quality-record", number)


@desk_page(to_change=Duty.SETTLE_QUALITY_RECORD)
def record_review(request: HttpRequest, number: str) -> HttpResponse:
    """QA takes it into review, or gives it to somebody else."""
    row = _find(request, number)
    if request.method != "POST":
        return redirect("quality-record", number)
    owner = owners_of(row.site).filter(pk=_number(request.POST.get("owner", ""))).first()
    due_on = as_day(request.POST.get("due_on", ""))
    try:
        if owner is None or due_on is None:
            raise Refused(
                Refusal("owner_missing", "A record in review has an owner and a day.", number, "Choose both.")
            )
        note = request.POST.get("note", "").strip()[:500]
        review_quality_record(
            row=row, owner=owner, due_on=due_on, actor=person_of(request), now=timezone.now(), note=note
        )
    except Refused as refused:
        return _page(request, _find(request, number), refused=refused)
    messages.success(request, f"{number} is with {owner.name}.")
    return redirect("quality-record", number)


@desk_page(to_change=Duty.DISPOSE_OF_LOT)
def record_dispose(request: HttpRequest, number: str) -> HttpResponse:
    """What becomes of the material: first what and why, then a signature over exactly that."""
    row = _find(request, number)
    if request.method != "POST":
        return redirect("quality-record", number)
    if "password" not in request.POST:
        return _page(request, row, deciding=True)
    try:
        now = timezone.now()
        reason, place = _reason(request), _place(request, row)
        made = dispose_of_material(
            row=row,
            disposition=request.POST.get("disposition", ""),
            ticket=ticket_of(request, now),
            note=_said(request, "note"),
            now=now,
            reason=reason,
            to_bin=place,
        )
    except Refused as refused:
        return _page(request, _find(request, number), deciding=True, refused=refused)
    messages.success(request, f"{number}: {made.disposition.replace('_', ' ')}. It is carried out.")
    return redirect("quality-record", number)


@desk_page(to_change=Duty.SETTLE_QUALITY_RECORD)
def record_close(request: HttpRequest, number: str) -> HttpResponse:
    """First the conclusion, then a signature over it."""
    row = _find(request, number)
    if request.method != "POST":
        return redirect("quality-record", number)
    if "password" not in request.POST:
        return _page(request, row, closing=True)
    try:
        now = timezone.now()
        close_quality_record(row=row, ticket=ticket_of(request, now), conclusion=_said(request, "conclusion"), now=now)
    except Refused as refused:
        return _page(request, _find(request, number), closing=True, refused=refused)
    messages.success(request, f"{number} is closed.")
    return redirect("quality-record", number)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _said(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:500]


def _reason(request: HttpRequest) -> ReasonCode | None:
    """The reason of a scrap; other dispositions need none, whatever was chosen."""
    scrapped = request.POST.get("disposition") == Disposition.SCRAP
    return ReasonCode.objects.filter(code=request.POST.get("reason", "")).first() if scrapped else None


def _place(request: HttpRequest, row: QualityRecord) -> Bin | None:
    released = request.POST.get("disposition") == Disposition.RELEASE
    return Bin.objects.filter(site=row.site, code=request.POST.get("to_bin", "")).first() if released else None


def _find(request: HttpRequest, number: str) -> QualityRecord:
    found = quality_records(the_site(request).pk).filter(number=number).first()
    if found is None:
        raise Http404(f"There is no quality record {number}.")
    return found


def _page(
    request: HttpRequest,
    row: QualityRecord,
    *,
    deciding: bool = False,
    closing: bool = False,
    refused: Refused | None = None,
) -> HttpResponse:
    now = timezone.now()
    lot = lot_of(row)
    settle = can(request, Duty.SETTLE_QUALITY_RECORD)
    may_dispose = can(request, Duty.DISPOSE_OF_LOT) and _allows(row, QualityState.DISPOSED)
    context: dict[str, Any] = {
        "row": row,
        "kind_words": KIND_WORDS[row.kind],  # type: ignore[index]
        "state_words": STATE_WORDS[row.state],  # type: ignore[index]
        "tone": TONES[row.state],
        "facts": _facts(row, now),
        "about": _about(row),
        "lot": lot,
        "notes": _notes(row),
        "signatures": [
            *shown(row.disposition_signature, "quality_record", row.number),
            *shown(row.closing_signature, "quality_record", row.number),
        ],
        "history": history_of(row),
        "may_note": row.state != QualityState.CLOSED and can(request, Duty.OPEN_QUALITY_RECORD),
        "may_review": settle and row.state != QualityState.CLOSED,
        "may_dispose": may_dispose,
        "may_close": settle and _allows(row, QualityState.CLOSED),
        "owners": owners_of(row.site),
        "default_owner": row.owner_id or person_of(request).pk,
        "dispositions": [(one.value, one.replace("_", " ")) for one in Disposition],
        "reasons": ReasonCode.objects.filter(active=True, kind=ReasonKind.SCRAP).order_by("code"),
        "bins": Bin.objects.filter(site=row.site, kind__in=[BinKind.STORE, BinKind.FINISHED]).order_by("code"),
        "given": request.POST,
        "refusals": refused.refusals if refused else (),
        "trail": [{"label": "Quality records", "url": reverse("quality-records")}, {"label": row.number}],
    }
    if deciding and may_dispose and _said(request, "note"):
        context["decision"] = _decision(request, row)
    if closing and context["may_close"] and _said(request, "conclusion"):
        content = closing_content(row, _said(request, "conclusion"))
        context["closing"] = {"facts": _signed(content), "digest": content_digest(content), "meaning": MEANING}
    status = status_of(refused.refusals) if refused else 200
    return render(request, "traceability/quality_record.html", context, status=status)


def _allows(row: QualityRecord, state: QualityState) -> bool:
    return not flow_refusals(row.kind, row.state, state, number=row.number)


def _decision(request: HttpRequest, row: QualityRecord) -> dict[str, Any]:
    """What is signed of a disposition, and what is sent again with the signature."""
    reason, place = _reason(request), _place(request, row)
    given = {
        "disposition": request.POST.get("disposition", ""),
        "note": _said(request, "note"),
        "reason": reason.code if reason else "",
        "to_bin": place.code if place else "",
    }
    content = disposition_content(row, **given)
    meaning = f"disposition: {given['disposition'].replace('_', ' ')}"
    return {"given": given, "facts": _signed(content), "digest": content_digest(content), "meaning": meaning}


def _signed(content: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "name": name.replace("_", " ").capitalize(),
            "value": ", ".join(value) if isinstance(value, list) else str(value),
        }
        for name, value in content.items()
    ]


def _facts(row: QualityRecord, now: datetime) -> list[dict[str, Any]]:
    overdue = is_overdue(row, site_day(row.site, now))
    facts: list[dict[str, Any]] = [
        {"name": "What was seen", "value": row.description},
        {"name": "Opened", "value": f"{when(row.opened_at)} {_by(row.opened_by)}"},
        {"name": "Owner", "value": row.owner.name if row.owner else "nobody yet"},
        {"name": "Due", "value": f"overdue {day(row.due_on)}" if overdue else day(row.due_on)},
    ]
    if overdue:
        facts[-1]["tone"] = "blocked"
    if row.cause:
        facts.insert(0, {"name": "Cause", "value": row.cause.replace("_", " ")})
    for name, signature in (("Disposition", row.disposition_signature), ("Closed", row.closing_signature)):
        if signature is not None:
            facts.append({"name": name, "value": f"{signature.meaning}, {when(signature.signed_at)}"})
    if row.conclusion:
        facts.append({"name": "Conclusion", "value": row.conclusion})
    return facts


def _by(person: Person | None) -> str:
    return f"by {person.name}" if person else "by rule"


def _about(row: QualityRecord) -> list[dict[str, Any]]:
    links = row.links.select_related("lot__item", "order").order_by("id")
    return [_link(link) for link in links]


def _link(link: QualityLink) -> dict[str, Any]:
    if link.lot:
        name = f"{link.lot.item.code} {link.lot.code}"
        return {"name": "Lot", "value": name, "url": reverse("lot", args=[link.lot.pk]), "code": True}
    if link.order:
        return {
            "name": "Order",
            "value": link.order.number,
            "url": reverse("order", args=[link.order.pk]),
            "code": True,
        }
    if link.event_id:
        url = reverse("exception", args=[link.event_id])
        return {"name": "Report", "value": str(link.event_id), "url": url, "code": True}
    number = f"P-{link.posting_number:06d}"
    return {"name": "Posting", "value": number, "url": reverse("posting", args=[number]), "code": True}


def _notes(row: QualityRecord) -> list[dict[str, Any]]:
    """Newest first."""
    return [
        {
            "at": when(note.at, seconds=True),
            "who": note.person.name if note.person else "the system",
            "what": note.step.replace("_", " "),
            "why": note.text,
        }
        for note in row.notes.select_related("person").order_by("-at", "-id")
    ]
