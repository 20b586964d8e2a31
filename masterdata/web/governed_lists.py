"""The records of a kind that has no page of its own: what each says now, and where its change begins."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from masterdata.actions.propose_change import duty_of
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page
from masterdata.pages.changes import in_words
from masterdata.pages.figures import words
from masterdata.queries.governed import content_of_record, governed, subject_of_record
from masterdata.rules.change_control import DEFAULT_SIGNERS
from masterdata.rules.governed_kinds import KINDS

#: by kind: the order, and what a search looks at
_SOUGHT: dict[str, tuple[str, tuple[str, ...]]] = {
    "item": ("code", ("code", "name")),
    "operation": ("item__code", ("item__code", "number", "name")),
    "bin": ("code", ("code", "name")),
    "bin_service": ("bin__code", ("bin__code", "line__code")),
    "production_line": ("code", ("code", "name")),
    "label_version": ("item__code", ("item__code", "artwork")),
    "reason": ("code", ("code", "name")),
    "supplier": ("code", ("code", "name")),
    "threshold": ("code", ("code",)),
    "change_policy": ("kind", ("kind",)),
}


@desk_page()
def records(request: HttpRequest, kind: str) -> HttpResponse:
    """Every record of the kind."""
    if kind not in _SOUGHT:
        raise Http404(f"There is no list of {kind}.")
    plan, (order, sought) = KINDS[kind], _SOUGHT[kind]
    filters = lists.filtered(request, [lists.Filter("q", "Code or name")])
    text = lists.values(filters)["q"]
    looked_at = Q()
    for name in sought:
        looked_at |= Q(**{f"{name}__icontains": text})
    rows = governed(kind).filter(looked_at) if text else governed(kind)
    may_propose = can(request, duty_of(kind))
    columns = [
        lists.Column(
            "Record",
            lambda row: lists.text(subject_of_record(kind, content_of_record(kind, row))),
            sort="record",
            by=order,
        ),
        lists.Column("What it says", lambda row: lists.text(_says(kind, row))),
    ]
    if may_propose:
        columns.append(lists.Column("", lambda row: lists.text("Change", reverse("change-of", args=[kind, row.pk]))))
    new = {"label": f"New {plan.title}", "url": reverse("change-new", args=[kind]), "primary": True}
    title = plan.plural[0].upper() + plan.plural[1:]
    listing = lists.Listing(
        name=plan.plural,
        rows=rows,
        order="record",
        file=f"{kind}_records",
        filters=filters,
        empty=f"No {plan.title} fits.",
        columns=columns,
        context={
            "title": title,
            "intro": _intro(kind),
            "actions": [new] if may_propose else [],
            "trail": [
                {"label": "Change requests", "url": reverse("changes")},
                {"label": "Propose a change", "url": reverse("change-kinds")},
                {"label": title},
            ],
        },
    )
    return lists.show_list(request, listing)


def _says(kind: str, row: Any) -> str:
    content = content_of_record(kind, row)
    said = [(field.label, in_words(content.get(field.name))) for field in KINDS[kind].fields if not field.fixed]
    return "; ".join(f"{label}: {value}" for label, value in said if value)


def _intro(kind: str) -> str:
    if kind == "threshold":
        return "Limits of this plant. One that is not listed is as the installation's settings say."
    if kind != "change_policy":
        return "Each changes by change request only."
    by_roles: dict[str, list[str]] = {}
    for one, roles in DEFAULT_SIGNERS.items():
        by_roles.setdefault(" and ".join(in_words([role]) for role in roles), []).append(words(one))
    default = "; ".join(f"{roles} for {', '.join(kinds)}" for roles, kinds in by_roles.items())
    return f"Which signatures a kind of record needs. Where no policy stands: {default}."
