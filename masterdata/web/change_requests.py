"""Change requests: the inbox, one request with everything that decides it, and its steps."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from masterdata.actions.note_on_change import note_on_change
from masterdata.actions.propose_change import duty_of, propose_change
from masterdata.actions.revise_change import revise_change
from masterdata.actions.sign_change import reject_change, sign_change
from masterdata.actions.submit_change import submit_change, take_back_change, withdraw_change
from masterdata.actions.take_back_version import take_back_version
from masterdata.models import ChangeRequest, Person
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of
from masterdata.pages.figures import words
from masterdata.pages.signing import ticket_of
from masterdata.queries.changes import all_changes, waiting_for
from masterdata.queries.governed import find_record
from masterdata.rules.change_control import ChangeState
from masterdata.rules.duties import Duty
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.refusal import Refusal, Refused
from masterdata.web.change_orders import chosen, done_words
from masterdata.web.change_page import TONES, change_page
from masterdata.web.effective_times import choice_of

STATES = [(one.value, one.value) for one in ChangeState]


@desk_page()
def changes(request: HttpRequest) -> HttpResponse:
    """Every request; those that wait for me first, where I ask for them."""
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Number or record"),
            lists.Filter("kind", "Kind of record", [(one.name, one.title) for one in KINDS.values()]),
            lists.Filter("state", "State", [*STATES]),
            lists.Filter("import", "Import no."),
            lists.Filter("mine", "Whose", [("sign", "waiting for my signature"), ("written", "written by me")]),
        ],
    )
    asked, person = lists.values(filters), person_of(request)
    rows = waiting_for(person.roles, person.pk) if asked["mine"] == "sign" else all_changes()
    if asked["mine"] == "written":
        rows = rows.filter(author=person)
    if asked["q"]:
        number = asked["q"].upper().removeprefix("CR-")
        named = Q(subject__icontains=asked["q"])
        rows = rows.filter(named | Q(number=int(number)) if number.isascii() and number.isdigit() else named)
    if asked["import"].isdigit():
        rows = rows.filter(data_import_id=int(asked["import"]))
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["state"]:
        rows = rows.filter(state=asked["state"])
    may_propose = can(request, Duty.PROPOSE_CHANGE) or can(request, Duty.DRAFT_MASTER_DATA)
    listing = lists.Listing(
        name="change requests",
        rows=rows,
        order="-number",
        file="change_requests",
        filters=filters,
        empty="No change request fits.",
        empty_hint="Every change of a governed record begins with one.",
        columns=_columns(),
        context={
            "title": "Change requests",
            "intro": "What is proposed for items, BOMs, factors, triggers and the rest; signed before anything changes.",
            "actions": [{"label": "Propose a change", "url": reverse("change-kinds"), "primary": True}]
            if may_propose
            else [],
        },
    )
    return lists.show_list(request, listing)


def _columns() -> list[lists.Column]:
    return [
        lists.Column(
            "Request",
            lambda row: lists.text(str(row), reverse("change", args=[row.number]), code=True),
            sort="number",
        ),
        lists.Column("Kind", lambda row: lists.text(KINDS[row.kind].title), sort="kind"),
        lists.Column("Record", lambda row: lists.text(row.subject), sort="subject"),
        lists.Column("Why", lambda row: lists.text(row.reason)),
        lists.Column("State", lambda row: lists.text(words(row.state), tone=TONES[row.state]), sort="state"),
        lists.Column("Written by", lambda row: lists.text(row.author.name)),
        lists.Column("Written", lambda row: lists.moment(row.created_at), sort="created", by="created_at"),
        lists.Column("Effective", lambda row: lists.moment(row.effective_at), sort="effective", by="effective_at"),
    ]


@desk_page()
def change(request: HttpRequest, number: int) -> HttpResponse:
    """One request."""
    return change_page(request, _find(number))


def _of_versions(person: Person, kind: str, pk: int) -> tuple[Duty, ...]:
    """What it takes to write a request of this kind."""
    if kind not in KINDS or not KINDS[kind].versioned:
        raise Http404(f"There are no versions of {kind}.")
    return (duty_of(kind),)


def _of_request(person: Person, number: int) -> tuple[Duty, ...]:
    return (duty_of(_find(number).kind),)


@desk_page(to_change=_of_versions)
def change_open(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Open the request that decides on a drafted version."""
    if kind not in KINDS or not KINDS[kind].versioned:
        raise Http404(f"There are no versions of {kind}.")
    record = find_record(kind, pk)
    if record is None:
        raise Http404(f"There is no such {KINDS[kind].title}.")
    if request.method != "POST":
        return redirect(address_of(kind, pk))
    reason = getattr(record, "reason", "") or request.POST.get("reason", "").strip()[:300]
    made = propose_change(
        kind=kind, record=record, proposed={}, author=person_of(request), reason=reason, now=timezone.now()
    )
    messages.success(request, f"{made} is opened. Say when it takes effect, then submit it.")
    return redirect("change", made.number)


@desk_page(to_change=_of_versions)
def version_take_back(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Back to draft, of a version that was submitted before there were change requests."""
    record = find_record(kind, pk) if kind in KINDS and KINDS[kind].versioned else None
    if record is None:
        raise Http404(f"There is no such version of {kind}.")
    if request.method == "POST":
        take_back_version(kind=kind, version=record, actor=person_of(request), now=timezone.now())
        messages.success(request, "It is a draft again. Look through it, then ask for approval.")
    return redirect(address_of(kind, pk))


def address_of(kind: str, pk: int) -> str:
    """The page of a versioned record."""
    return reverse(
        {"bom_version": "bom", "unit_factor": "unit-factor", "trigger_definition": "trigger"}[kind], args=[pk]
    )


@desk_page(to_change=_of_request)
def change_revise(request: HttpRequest, number: int) -> HttpResponse:
    """Reason, time and orders of a draft."""

    def save(found: ChangeRequest, person: Person) -> None:
        choice = choice_of(request, standing=found.effective_from)
        if choice.refusals:
            raise Refused(*choice.refusals)
        revise_change(
            request=found,
            author=person,
            now=timezone.now(),
            reason=" ".join(request.POST.get("reason", "").split())[:300],
            effective_from=choice.moment,
            later_orders=request.POST.get("later_orders", "")
            if request.POST.get("later_orders") in ("keep", "move")
            else "",
            orders=chosen(request.POST),
            seen=request.POST.get("seen", ""),
        )

    done = "is saved."
    if request.POST.get("do") == "submit":
        done = "is submitted. Whoever has to sign it sees it in their inbox."

        def save_and_submit(found: ChangeRequest, person: Person) -> None:
            save(found, person)
            submit_change(request=_find(number), actor=person, now=timezone.now())

        return _step(request, number, save_and_submit, done, keep_typed=True)
    return _step(request, number, save, done_words(request.POST) or done, keep_typed=True)


@desk_page(to_change=_of_request)
def change_submit(request: HttpRequest, number: int) -> HttpResponse:
    return _step(
        request,
        number,
        lambda found, person: submit_change(request=found, actor=person, now=timezone.now()),
        "is submitted. Whoever has to sign it sees it in their inbox.",
    )


@desk_page(to_change=_of_request)
def change_take_back(request: HttpRequest, number: int) -> HttpResponse:
    return _step(
        request,
        number,
        lambda found, person: take_back_change(request=found, actor=person, reason=_why(request), now=timezone.now()),
        "is a draft again.",
    )


@desk_page(to_change=_of_request)
def change_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    return _step(
        request,
        number,
        lambda found, person: withdraw_change(request=found, actor=person, reason=_why(request), now=timezone.now()),
        "is withdrawn.",
    )


@desk_page(to_change=Duty.SIGN_CHANGE)
def change_sign(request: HttpRequest, number: int) -> HttpResponse:
    def approve(found: ChangeRequest, person: Person) -> None:
        now = timezone.now()
        sign_change(request=found, ticket=ticket_of(request, now), role=request.POST.get("role", ""), now=now)

    return _step(request, number, approve, "is signed.")


@desk_page(to_change=Duty.SIGN_CHANGE)
def change_reject(request: HttpRequest, number: int) -> HttpResponse:
    def reject(found: ChangeRequest, person: Person) -> None:
        if not _why(request):
            raise Refused(Refusal("reason_missing", "Say why it is rejected.", str(found), "Enter a reason."))
        now = timezone.now()
        role, ticket = request.POST.get("role", ""), ticket_of(request, now)
        reject_change(request=found, ticket=ticket, role=role, reason=_why(request), now=now)

    return _step(request, number, reject, "is rejected.")


@desk_page(to_change=Duty.DISCUSS_CHANGE)
def change_note(request: HttpRequest, number: int) -> HttpResponse:
    return _step(
        request,
        number,
        lambda found, person: note_on_change(
            request=found, author=person, text=request.POST.get("text", ""), now=timezone.now()
        ),
        "has your note.",
    )


def _why(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:300]


def _find(number: int) -> ChangeRequest:
    return get_object_or_404(all_changes(), number=number)


def _step(
    request: HttpRequest,
    number: int,
    do: Callable[[ChangeRequest, Person], Any],
    done: str,
    *,
    keep_typed: bool = False,
) -> HttpResponse:
    found = _find(number)
    if request.method != "POST":
        return redirect("change", number)
    try:
        do(found, person_of(request))
    except Refused as refused:
        refusals: Sequence[Refusal] = refused.refusals
        return change_page(request, _find(number), refusals=refusals, typed=request.POST if keep_typed else None)
    found = _find(number)
    effective = " It is effective." if found.state == ChangeState.EFFECTIVE else ""
    messages.success(request, f"{found} {done}{effective}")
    return redirect("change", number)
