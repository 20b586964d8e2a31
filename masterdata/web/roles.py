"""What each role may do: the table of authority that every page, action and API method asks, as people read it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from masterdata.pages import lists
from masterdata.pages.access import desk_page
from masterdata.rules.duties import MAY, READING, Duty
from masterdata.rules.plant_words import role_words
from masterdata.rules.vocabulary import Role

LOOKS, DOES = "looks", "does"


@desk_page(Duty.READ_ROLES)
def roles(request: HttpRequest) -> HttpResponse:
    """Every duty with the roles that have it; what names no duty is open to whoever is signed in."""
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Duty"),
            lists.Filter("role", "Role that may", [(one.value, _name(one)) for one in Role]),
            lists.Filter("kind", "Kind", [(LOOKS, "only looks"), (DOES, "does or signs")]),
        ],
    )
    asked = lists.values(filters)
    rows = [
        duty
        for duty in Duty
        if asked["q"].lower() in duty.value.lower()
        and (not asked["role"] or asked["role"] in MAY[duty])
        and (not asked["kind"] or asked["kind"] == _kind(duty))
    ]
    listing = lists.Listing(
        name="duties",
        rows=rows,
        order="",
        file="roles_and_duties",
        filters=filters,
        empty="No duty fits.",
        empty_hint="Leave the filters out to see every duty.",
        per_page=200,
        columns=[
            lists.Column("Duty", lambda duty: lists.text(duty.value[0].upper() + duty.value[1:])),
            lists.Column("Kind", lambda duty: lists.text(_kind(duty), soft=True)),
            *(lists.Column(_name(role), _cell(role)) for role in Role),
        ],
        context={
            "title": "Roles and duties",
            "intro": "Who may do what. Every page and every method of the API asks this table before it reads what was sent;"
            " what is not in it is a page of records that whoever is signed in may read. Whoever has several roles may do"
            " what any of them may, but nobody approves what they wrote.",
        },
    )
    return lists.show_list(request, listing)


def _cell(role: Role) -> Callable[[Duty], lists.Cell]:
    return lambda duty: lists.text("may" if role in MAY[duty] else "")


def _kind(duty: Duty) -> str:
    return LOOKS if duty in READING else DOES


def _name(role: Role) -> str:
    return role_words(role)
