"""The way to an order's close: everything that stands in it, each with what clears it here; and back, for a closed order."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.close_order import MEANING as CLOSE_MEANING
from backflush.actions.close_order import close_order
from backflush.actions.post_true_up import MEANING as TRUE_UP_MEANING
from backflush.actions.post_true_up import post_true_up
from backflush.actions.reopen_order import MEANING as REOPENING_MEANING
from backflush.actions.reopen_order import request_reopening, sign_reopening
from backflush.models import OrderClose, OrderReopening
from backflush.queries.closing import close_content, close_findings, closes_of, reopening_content
from backflush.queries.postings import posting_number
from backflush.queries.true_ups import plan_true_up, true_up_content
from backflush.rules.order_close import ACCEPTABLE, SIGNED, unaccepted
from backflush.web.explained import unit_symbols
from backflush.web.remedies import with_links
from masterdata.models import Bin, Person, ReasonCode
from masterdata.pages.access import can, desk_page, person_of, status_of, the_site
from masterdata.pages.figures import raw, when, with_symbols, words
from masterdata.pages.once import form_number, once
from masterdata.pages.signatures import shown
from masterdata.pages.signing import ticket_of
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.vocabulary import BinKind, ReasonKind
from traceability.actions.rebind_stock import rebind_stock
from traceability.actions.return_to_stock import return_to_stock
from traceability.actions.scrap_stock import scrap_stock
from traceability.models import MaterialLot, WorkOrder
from traceability.queries.orders import orders_at_the_lines_of
from traceability.queries.stock import bound_stock
from traceability.rules.vocabulary import OrderState

#: findings that go away as what is still bound is returned, rebound or scrapped
_CLEARED_HERE = frozenset({"residuals", "labels_unreconciled"})
_BACK = (BinKind.STORE, BinKind.FINISHED, BinKind.QUARANTINE)


@desk_page()
def order_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """What stands between the order and its close; or its closes, where it is closed."""
    return _page(request, _find(request, pk))


_DUTIES: dict[str, tuple[Duty, ...]] = {
    "return": (Duty.HANDLE_STOCK,),
    "scrap": (Duty.HANDLE_STOCK, Duty.DISPOSE_OF_LOT),
    "rebind": (Duty.HANDLE_STOCK,),
    "true-up": (Duty.SIGN_TRUE_UP,),
    "close": (Duty.CLOSE_ORDER,),
    "ask-reopening": (Duty.REQUEST_REOPENING,),
    "sign-reopening": (Duty.SIGN_REOPENING,),
}


def _of_step(person: Person, pk: int, step: str) -> tuple[Duty, ...]:
    if step not in _DUTIES:
        raise Http404("There is no such step.")
    return _DUTIES[step]


@desk_page(to_change=_of_step)
def order_closing_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step of the way: clear a residual, post what is owed, close, or sign a reopening."""
    found = _find(request, pk)
    if request.method != "POST":
        return redirect("order-closing", pk)
    try:
        with once(request):
            messages.success(request, _STEPS[step](request, found))
    except Refused as refused:
        return _page(request, _find(request, pk), refused=refused)
    return redirect("order-closing", pk)


def _find(request: HttpRequest, pk: int) -> WorkOrder:
    found = (
        WorkOrder.objects.filter(pk=pk, site=the_site(request))
        .exclude(state=OrderState.PLANNED)
        .select_related("item__stock_unit", "unit", "site")
        .first()
    )
    if found is None:
        raise Http404("There is no such released order at this site.")
    return found


def _residual(request: HttpRequest, found: WorkOrder) -> tuple[MaterialLot, Bin, str]:
    lot = MaterialLot.objects.filter(pk=_number(request, "lot"), site=found.site).select_related("item").first()
    place = Bin.objects.filter(pk=_number(request, "from_bin"), site=found.site).first()
    if lot is None or place is None:
        raise Refused(Refusal("not_bound", "This is not bound to the order any more.", found.number, "Look again."))
    return lot, place, typed_number(request.POST.get("quantity", ""))


def _return(request: HttpRequest, found: WorkOrder) -> str:
    lot, place, quantity = _residual(request, found)
    target = Bin.objects.filter(pk=_number(request, "to_bin"), site=found.site).first()
    if target is None:
        raise Refused(Refusal("bin_missing", "Say where it goes.", lot.code, "Choose a bin."))
    if request.POST.get("exposed") not in ("yes", "no"):
        raise Refused(Refusal("exposure_missing", "Say whether it was exposed.", lot.code, "Choose yes or no."))
    return_to_stock(
        order=found,
        lot=lot,
        from_bin=place,
        to_bin=target,
        quantity=quantity,
        reason=_reason(request),
        exposed=request.POST["exposed"] == "yes",
        actor=person_of(request),
        now=timezone.now(),
    )
    return f"{quantity} {lot.item.stock_unit.symbol} of {lot.code} returned to {target.code}."


def _scrap(request: HttpRequest, found: WorkOrder) -> str:
    lot, place, quantity = _residual(request, found)
    scrap_stock(
        lot=lot,
        from_bin=place,
        quantity=quantity,
        reason=_reason(request),
        actor=person_of(request),
        now=timezone.now(),
        order=found,
        note=f"left over at the close of order {found.number}",
    )
    return f"{quantity} {lot.item.stock_unit.symbol} of {lot.code} scrapped."


def _rebind(request: HttpRequest, found: WorkOrder) -> str:
    lot, place, quantity = _residual(request, found)
    scanned = request.POST.get("to_order", "").strip()[:40]
    target = WorkOrder.objects.filter(number=scanned, site=found.site).first()
    if target is None:
        raise Refused(Refusal("order_unknown", f"There is no order {scanned}.", scanned, "Scan the next order."))
    rebind_stock(
        order=found,
        to_order=target,
        lot=lot,
        from_bin=place,
        to_bin=place,
        quantity=quantity,
        actor=person_of(request),
        now=timezone.now(),
    )
    return f"{quantity} {lot.item.stock_unit.symbol} of {lot.code} are bound to order {target.number} now."


def _true_up(request: HttpRequest, found: WorkOrder) -> str:
    now = timezone.now()
    operation = request.POST.get("operation", "")[:10]
    made = post_true_up(order=found, operation=operation, ticket=ticket_of(request, now), now=now)
    return f"What was owed is posted as {posting_number(made.number)}."


def _close(request: HttpRequest, found: WorkOrder) -> str:
    now, accepted = timezone.now(), _accepted(request)
    # the box is shown once every reason was given, since the reasons are part of what is signed
    ticket = ticket_of(request, now) if "digest" in request.POST else None
    close_order(order=found, actor=person_of(request), now=now, accepted=accepted, ticket=ticket)
    return f"Order {found.number} is closed. Nothing posts to it any more."


def _ask_reopening(request: HttpRequest, found: WorkOrder) -> str:
    why = request.POST.get("why", "").strip()[:500]
    request_reopening(order=found, why=why, actor=person_of(request), now=timezone.now())
    return "QA and finance sign next."


def _sign_reopening(request: HttpRequest, found: WorkOrder) -> str:
    now, asked = timezone.now(), _open_reopening(found)
    if asked is None:
        raise Refused(Refusal("already_settled", "Nobody asks for that any more.", found.number, "Look again."))
    settled = sign_reopening(reopening=asked, ticket=ticket_of(request, now), now=now)
    return f"Order {found.number} is open again." if settled.reopened_at else "Signed. The other signature opens it."


_STEPS: dict[str, Callable[[HttpRequest, WorkOrder], str]] = {
    "return": _return,
    "scrap": _scrap,
    "rebind": _rebind,
    "true-up": _true_up,
    "close": _close,
    "ask-reopening": _ask_reopening,
    "sign-reopening": _sign_reopening,
}


def _accepted(request: HttpRequest) -> dict[str, str]:
    return {code: why for code in ACCEPTABLE if (why := request.POST.get(f"accept-{code}", "").strip()[:300])}


def _open_reopening(found: WorkOrder) -> OrderReopening | None:
    return OrderReopening.objects.filter(close__order_id=found.pk, reopened_at=None).select_related("close").first()


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _reason(request: HttpRequest) -> ReasonCode:
    found = ReasonCode.objects.filter(code=request.POST.get("reason", "")).first()
    if found is None:
        raise Refused(Refusal("reason_missing", "Say why.", "reason", "Choose a reason."))
    return found


def _page(request: HttpRequest, found: WorkOrder, *, refused: Refused | None = None) -> HttpResponse:
    context = {
        "order": found,
        "refusals": refused.refusals if refused else (),
        "form_number": form_number(),
        "trail": [
            {"label": "Orders", "url": reverse("orders")},
            {"label": found.number, "url": reverse("order", args=[found.pk])},
            {"label": "Close"},
        ],
        **(_way(request, found) if found.state == OrderState.RELEASED else {}),
        **_closes(request, found),
    }
    status = status_of(refused.refusals) if refused else 200
    return render(request, "backflush/order_closing.html", context, status=status)


def _way(request: HttpRequest, found: WorkOrder) -> dict[str, Any]:
    """What stands in the way of an open order."""
    now, symbols = timezone.now(), unit_symbols()
    findings = close_findings(found, now)
    accepted = _accepted(request)
    codes = dict.fromkeys(one.code for one in findings)
    reasons = ReasonCode.objects.filter(active=True).order_by("code")
    bins = Bin.objects.filter(site=found.site, kind__in=_BACK).order_by("kind", "walking_order", "code")
    return {
        "counted": len(findings),
        "residuals": [{"held": held, "all": raw(held.quantity)} for held in bound_stock(found)],
        "labels": [one.sentence for one in findings if one.code == "labels_unreconciled"],
        "others": with_links(
            [one.as_dict() for one in findings if one.code not in ACCEPTABLE | _CLEARED_HERE],
            order_id=0,
        ),
        "acceptable": [
            {
                "code": code,
                "name": words(code),
                "sentences": [with_symbols(one.sentence, symbols) for one in findings if one.code == code],
                "why": accepted.get(code, ""),
                "signed": code in SIGNED,
            }
            for code in codes
            if code in ACCEPTABLE
        ],
        "to_mend": any(code not in ACCEPTABLE for code in codes),
        "signs": any(code in SIGNED for code in codes),
        **_signing_of_close(found, findings, accepted),
        "true_ups": _true_ups(request, found) if "under_posted" in codes else [],
        "true_up_meaning": TRUE_UP_MEANING,
        "close_meaning": CLOSE_MEANING,
        "may_handle": can(request, Duty.HANDLE_STOCK),
        "may_close": can(request, Duty.CLOSE_ORDER),
        "bins": bins,
        "return_reasons": reasons.filter(kind=ReasonKind.RETURN),
        "scrap_reasons": reasons.filter(kind=ReasonKind.SCRAP),
        "next_orders": orders_at_the_lines_of(found),
    }


def _signing_of_close(found: WorkOrder, findings: list[Refusal], accepted: dict[str, str]) -> dict[str, Any]:
    """What is signed where something was posted beyond its need, once each finding has its reason."""
    if unaccepted(findings, accepted) or not any(one.code in SIGNED for one in findings):
        return {}
    content = close_content(found, findings, accepted)
    return {
        "close_digest": content_digest(content),
        "close_facts": [
            {"name": "Order", "value": found.number, "code": True},
            *({"name": one["finding"], "value": f"accepted: {one['why']}"} for one in content["accepted"]),
        ],
    }


def _true_ups(request: HttpRequest, found: WorkOrder) -> list[dict[str, Any]]:
    """What each operation would still post, and what speaks against it."""
    shown, symbols = [], unit_symbols()
    for operation in found.operations.order_by("sequence"):
        plan = plan_true_up(found, operation.number, timezone.now(), person_id=person_of(request).pk)
        content = true_up_content(plan)
        if not content["lines"] and not plan.plan.refusals:
            continue
        shown.append(
            {
                "operation": operation.number,
                "lots": ", ".join(content["output_lots"]),
                "lines": [{**line, "symbol": symbols.get(line["unit"], line["unit"])} for line in content["lines"]],
                "refusals": plan.plan.refusals,
                "digest": content_digest(content),
                "may_sign": can(request, Duty.SIGN_TRUE_UP),
            }
        )
    return shown


def _closes(request: HttpRequest, found: WorkOrder) -> dict[str, Any]:
    """The closes of an order so far, and its reopening."""
    asked = _open_reopening(found)
    content = reopening_content(asked) if asked else {}
    return {
        "closes": [_close_shown(one) for one in closes_of(found.pk)],
        "asked_signatures": _reopening_signatures(asked) if asked else [],
        "asked": asked,
        "may_ask": found.state == OrderState.CLOSED and asked is None and can(request, Duty.REQUEST_REOPENING),
        "may_sign_reopening": asked is not None and can(request, Duty.SIGN_REOPENING),
        "reopening_meaning": REOPENING_MEANING,
        "reopening_digest": content_digest(content) if asked else "",
        "reopening_facts": [
            {"name": "Order", "value": found.number, "code": True},
            {"name": "Closed", "value": f"{when(asked.close.closed_at)}, revision {asked.close.revision}"},
            {"name": "Why it is opened again", "value": asked.why},
            {"name": "Asked for by", "value": asked.requested_by.name},
        ]
        if asked
        else [],
    }


def _close_shown(close: OrderClose) -> dict[str, Any]:
    """A close with the signatures under it and under its reopening."""
    reopening = getattr(close, "reopening", None)
    return {
        "close": close,
        "signatures": [
            *shown(close.signature, "order_close", close.order_id),
            *(_reopening_signatures(reopening) if reopening and reopening.reopened_at else []),
        ],
    }


def _reopening_signatures(reopening: OrderReopening) -> list[dict[str, Any]]:
    qa = shown(reopening.qa_signature, "order_reopening", reopening.pk, role="QA")
    return qa + shown(reopening.finance_signature, "order_reopening", reopening.pk, role="finance")
