"""The way around: what stands in the rail for whom, and what every page is told. One table; it may name every address."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from backflush.queries.waiting import waiting_for_people
from masterdata.models import Person
from masterdata.pages.access import site_of
from masterdata.pages.overdue import overdue_lately
from masterdata.queries.changes import waiting_for
from masterdata.rules.duties import MAY, Duty, may
from masterdata.rules.plant_words import role_words
from masterdata.rules.vocabulary import Role

_ALL = frozenset(Role)
_FLOOR = frozenset({Role.OPERATOR, Role.SUPERVISOR})
_DESK = _ALL - {Role.OPERATOR}
_REVIEWS = frozenset({Role.ENGINEER, Role.QA, Role.SUPERVISOR, Role.AUDITOR})
_DATA = frozenset({Role.ENGINEER, Role.QA, Role.ADMIN, Role.AUDITOR})


@dataclass(frozen=True)
class Entry:
    """A place in the rail. `also`: addresses of the pages below it; `counts`: what its badge shows."""

    label: Any
    name: str
    icon: str
    roles: frozenset[Role]
    group: Any = ""
    also: frozenset[str] = field(default_factory=frozenset)
    counts: str = ""


def _also(names: str) -> frozenset[str]:
    return frozenset(names.split())


#: Screens that work at one order of the line.
ORDER_SCREENS = _also("line-clearance stage stage-take-back report report-sent weigh assemble pack measure return")
FLOOR_PLACES = _also("line-board line-choose receive lot-received move-stock") | ORDER_SCREENS

_FLOOR_RAIL = (
    Entry(_("Line"), "line-board", "line", _FLOOR, _("Floor"), ORDER_SCREENS | {"line-choose"}),
    Entry(_("Receive"), "receive", "receive", _FLOOR, _("Floor"), _also("lot-received")),
    Entry(_("Move stock"), "move-stock", "place", _FLOOR, _("Floor")),
)
_DESK_RAIL = (
    Entry(_("Today"), "today", "today", _DESK, _("Production")),
    Entry(_("Orders"), "orders", "order", _DESK, _("Production"), _also("order order-new")),
    Entry(
        _("Exceptions"),
        "exceptions",
        "deviation",
        _ALL,
        _("Production"),
        _also("exception exception-retry exception-waive exception-accept exception-correct"),
        counts="blocked",
    ),
    Entry(_("Lots"), "lots", "lot", _ALL, _("Production"), _also("lot lot-tree lot-rework")),
    Entry(_("Handling units"), "handling-units", "pack", _DESK, _("Production"), _also("handling-unit")),
    Entry(_("Postings"), "postings", "record", _DESK, _("Production"), _also("posting posting-reverse")),
    Entry(_("Reversals"), "reversals", "undo", _DESK, _("Quality"), _also("reversal"), counts="reversals"),
    Entry(
        _("Quality records"),
        "quality-records",
        "quality",
        _ALL,
        _("Quality"),
        _also("quality-record quality-record-new"),
        counts="quality",
    ),
    Entry(_("Reviews"), "reviews", "evidence", _REVIEWS, _("Quality"), _also("review"), counts="reviews"),
    Entry(
        _("BOM audits"),
        "bom-audits",
        "bom",
        _REVIEWS,
        _("Quality"),
        _also("bom-audit bom-audit-new"),
    ),
    Entry(_("Audit trail"), "audit-trail", "record", frozenset({Role.AUDITOR, Role.QA, Role.ADMIN}), _("Quality")),
    Entry(
        _("Audit reviews"),
        "audit-reviews",
        "audit",
        frozenset({Role.AUDITOR, Role.QA, Role.ADMIN}),
        _("Quality"),
        _also("audit-review audit-review-new"),
    ),
    Entry(_("Signatures"), "signatures", "signature", frozenset({Role.AUDITOR, Role.QA, Role.ADMIN}), _("Quality")),
    Entry(
        _("Products"),
        "products",
        "product",
        _DESK,
        _("Master data"),
        _also("product bom bom-draft bom-edit control-record"),
    ),
    Entry(
        _("Change requests"),
        "changes",
        "signature",
        _DESK,
        _("Master data"),
        _also("change change-new change-of change-edit change-kinds change-records"),
        counts="changes",
    ),
    Entry(_("Items"), "items", "bom", _DESK, _("Master data"), _also("item item-new item-change item-units")),
    Entry(_("Units"), "units", "units", _DATA, _("Master data"), _also("unit-factors unit-factor unit-factor-new")),
    Entry(
        _("Impact replays"),
        "impact-replays",
        "variance",
        frozenset({Role.ENGINEER, Role.QA, Role.FINANCE, Role.AUDITOR}),
        _("Master data"),
        _also("impact-replay"),
    ),
    Entry(_("Triggers"), "triggers", "trigger", _DATA, _("Master data"), _also("trigger trigger-new")),
    Entry(_("Pilots"), "pilots", "pilot", _DESK, _("Master data"), _also("pilot pilot-new pilot-end pilot-propose")),
    Entry(_("Limits and signatures"), "limits", "signature", _DATA, _("Master data")),
    Entry(_("Reasons"), "reasons", "label", _DATA, _("Master data"), _also("reason-new")),
    Entry(_("Bins"), "bins", "place", _DATA, _("Master data"), _also("bin-new bin-serve")),
    Entry(_("Lines"), "lines", "line", _DATA, _("Master data"), _also("line-new")),
    Entry(_("Suppliers"), "suppliers", "supplier", _DATA, _("Master data"), _also("supplier-new")),
    Entry(_("Imports"), "imports", "receive", _DATA, _("Master data"), _also("import")),
    Entry(_("Exports"), "exports", "export", _DESK, _("Master data")),
    Entry(
        _("Variance"),
        "variance-board",
        "variance",
        frozenset({Role.FINANCE, Role.ENGINEER, Role.SUPERVISOR, Role.QA, Role.AUDITOR}),
        _("Finance"),
        _also("order-variance variance-lines"),
    ),
    Entry(
        _("Outbox"),
        "outbox",
        "export",
        frozenset({Role.FINANCE, Role.ENGINEER, Role.ADMIN, Role.AUDITOR}),
        _("Finance"),
        _also(
            "outbox-deliveries outbox-endpoint outbox-endpoint-new outbox-endpoint-retry outbox-endpoint-switch"
            " outbox-endpoint-secret"
        ),
    ),
    Entry(
        _("WIP and stock"),
        "value",
        "record",
        frozenset({Role.FINANCE, Role.ENGINEER, Role.SUPERVISOR, Role.QA, Role.AUDITOR}),
        _("Finance"),
        _also("value-lines"),
    ),
    Entry(
        _("People"),
        "people",
        "people",
        frozenset({Role.ADMIN, Role.AUDITOR}),
        _("Admin"),
        _also("person person-new person-change person-badge-lost person-badge-given person-reset-password person-lift"),
    ),
    Entry(_("Roles"), "roles", "people", MAY[Duty.READ_ROLES], _("Admin")),
    Entry(_("Lost badges"), "badges", "people", frozenset({Role.SUPERVISOR, Role.ADMIN}), _("Admin")),
    Entry(
        _("Devices"),
        "devices",
        "device",
        frozenset({Role.ADMIN, Role.ENGINEER, Role.SUPERVISOR, Role.AUDITOR}),
        _("Admin"),
        _also("device device-new device-change device-switch device-token device-revoke"),
    ),
    Entry(
        _("Ledger checks"),
        "ledger-checks",
        "audit",
        frozenset({Role.QA, Role.FINANCE, Role.ADMIN, Role.AUDITOR}),
        _("Admin"),
    ),
    Entry(_("All records"), "admin:index", "audit", frozenset({Role.ADMIN, Role.AUDITOR}), _("Admin")),
)

#: Where somebody begins, by the first role that they have.
HOMES = (
    (Role.SUPERVISOR, "today"),
    (Role.OPERATOR, "line-board"),
    (Role.QA, "reversals"),
    (Role.ENGINEER, "products"),
    (Role.FINANCE, "variance-board"),
    (Role.ADMIN, "people"),
    (Role.AUDITOR, "postings"),
)


def address(name: str, *args: Any) -> str:
    """The address of a page, empty where there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def home_of(person: Person) -> str:
    """The page that a person begins at."""
    for role, name in HOMES:
        if person.has_role(role) and address(name):
            return address(name)
    return address("find")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: `navigation`, `signed_in_as`, `find_query`, `here`, `idle_lock_seconds`."""
    user = getattr(request, "user", None)
    if not isinstance(user, Person):
        return {}
    return {
        "navigation": SimpleLazyObject(lambda: rail(request, user)),
        "signed_in_as": ", ".join(role_words(role) for role in user.roles),
        "find_query": request.GET.get("code", "")[:200] if _place(request) == "find" else "",
        "here": request.get_full_path() if request.method == "GET" and "HX-Request" not in request.headers else "",
        "idle_lock_seconds": settings.FLOOR_LOCK_MINUTES * 60,
    }


def rail(request: HttpRequest, person: Person) -> list[dict[str, Any]]:
    """What this person may go to from here. On a tablet's screen the rail is short."""
    place = _place(request)
    entries = [*_FLOOR_RAIL, *_DESK_RAIL]
    if place in FLOOR_PLACES:
        entries = [*_FLOOR_RAIL, *(entry for entry in _DESK_RAIL if entry.name in ("today", "exceptions", "lots"))]
    site = site_of(request)
    counts = waiting_for_people(site.pk) if site else {}
    if may(person.roles, Duty.SIGN_CHANGE):
        counts = {**counts, "changes": waiting_for(person.roles, person.pk).count()}
    escalated = False
    if person.has_role(*_REVIEWS):
        counts["reviews"], beyond = overdue_lately(timezone.now())
        escalated = beyond > 0
    shown = []
    for entry in entries:
        url = address(entry.name)
        if not url or not person.has_role(*entry.roles):
            continue
        shown.append(
            {
                "label": entry.label,
                "url": url,
                "icon": entry.icon,
                "current": place == entry.name or place in entry.also,
                "badge": counts.get(entry.counts, 0) or "",
                "tone": "blocked" if entry.counts == "blocked" or (entry.counts == "reviews" and escalated) else "soon",
                "group": "" if place in FLOOR_PLACES else entry.group,
            }
        )
    return shown


def _place(request: HttpRequest) -> str:
    match = request.resolver_match
    return (match.url_name or "") if match else ""
