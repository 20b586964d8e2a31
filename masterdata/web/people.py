"""People: who works here, in which roles; enrolled, changed and closed by admins, never deleted.

A badge is the first half of a credential, so the list is not for everybody; everybody sees their own page.
"""

from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from masterdata.actions.change_person import change_person
from masterdata.actions.enrol_person import enrol_person
from masterdata.actions.failed_attempts import APART, PIN, attempts_of
from masterdata.models import Person, Site, Training
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, person_of
from masterdata.pages.due_passwords import due_of
from masterdata.pages.figures import when
from masterdata.pages.forms import form_page, reason_field
from masterdata.pages.histories import history_of
from masterdata.rules.duties import MAY, Duty
from masterdata.rules.plant_words import role_words
from masterdata.rules.vocabulary import Role

ROLES = [(role.value, role_words(role)) for role in Role]
STATES = [("open", "open"), ("closed", "closed")]


def roles_of(person: Person) -> str:
    named = dict(ROLES)
    return ", ".join(named.get(role, role) for role in person.roles)


@desk_page(Duty.READ_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    filters = lists.filtered(
        request,
        [
            lists.Filter("q", "Name, user name or badge"),
            lists.Filter("role", "Role", ROLES),
            lists.Filter("state", "Account", STATES),
        ],
    )
    asked = lists.values(filters)
    rows = Person.objects.select_related("site")
    if asked["q"]:
        rows = rows.filter(
            Q(name__icontains=asked["q"]) | Q(username__icontains=asked["q"]) | Q(badge__icontains=asked["q"])
        )
    if asked["role"]:
        rows = rows.filter(roles__contains=[asked["role"]])
    if asked["state"]:
        rows = rows.filter(is_active=asked["state"] == "open")
    manage = can(request, Duty.MANAGE_PEOPLE)
    listing = lists.Listing(
        name="people",
        rows=rows,
        order="name",
        file="people",
        filters=filters,
        empty="Nobody fits.",
        columns=[
            lists.Column("Name", lambda row: lists.text(row.name, reverse("person", args=[row.pk])), sort="name"),
            lists.Column("User name", lambda row: lists.text(row.username, code=True), sort="username"),
            lists.Column("Badge", lambda row: lists.text(row.badge, code=True), sort="badge"),
            lists.Column("Roles", lambda row: lists.text(roles_of(row))),
            lists.Column("Site", lambda row: lists.text(row.site.code if row.site else "every site")),
            lists.Column(
                "Account",
                lambda row: lists.text("open" if row.is_active else "closed", tone="good" if row.is_active else "idle"),
                sort="active",
                by="is_active",
            ),
        ],
        context={
            "title": "People",
            "intro": "One account each. Nobody is ever deleted: what they did stays theirs.",
            "actions": [{"label": "Enrol somebody", "url": reverse("person-new"), "primary": True}] if manage else [],
        },
    )
    return lists.show_list(request, listing)


def _of_others(person: Person, pk: int) -> tuple[Duty, ...]:
    """Everybody may look at their own page."""
    return () if pk == person.pk else (Duty.READ_PEOPLE,)


@desk_page(_of_others)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: roles, what they may do, training, history."""
    found = get_object_or_404(Person.objects.select_related("site"), pk=pk)
    listed = [{"label": "People", "url": reverse("people")}] if can(request, Duty.READ_PEOPLE) else []
    trainings = Training.objects.filter(person=found).select_related("item").order_by("-trained_at")
    context = {
        "person": found,
        "facts": [
            {"name": "User name", "value": found.username, "code": True},
            {"name": "Badge", "value": found.badge, "code": True},
            *_badge_lost(found),
            {"name": "Password", "value": _password_told(found)},
            {"name": "Roles", "value": roles_of(found)},
            {"name": "Site", "value": str(found.site) if found.site else "every site"},
            {"name": "Tablet PIN", "value": "set" if found.pin else "none: signs in by password only"},
        ],
        "duties": [duty.value for duty in Duty if any(role in MAY[duty] for role in found.roles)],
        "trainings": [
            {
                "item": one.item,
                "operation": one.operation_number or "every operation",
                "since": when(one.trained_at),
                "until": when(one.valid_until) or "no end",
            }
            for one in trainings
        ],
        "history": history_of(found),
        "may_change": can(request, Duty.MANAGE_PEOPLE),
        "may_revoke_badge": found.badge_revoked_at is None and can(request, Duty.REVOKE_BADGES),
        "own": found.pk == person_of(request).pk,
        "credentials": [
            {
                "at": when(one.at),
                "who": one.by.name if one.by else "the system",
                "what": " ".join((one.get_step_display(), one.badge)).strip(),
                "why": one.why,
            }
            for one in found.credential_events.select_related("by").order_by("-pk")[:50]
        ],
        "failures": [_failure(one) for one in attempts_of(found).order_by("-attempt_time")[:20]],
        "trail": [*listed, {"label": found.name}],
    }
    return render(request, "masterdata/person.html", context)


def _badge_lost(found: Person) -> list[dict[str, Any]]:
    if found.badge_revoked_at is None:
        return []
    return [
        {"name": "Badge state", "value": f"lost, opens nothing since {when(found.badge_revoked_at)}", "tone": "blocked"}
    ]


def _password_told(found: Person) -> str:
    if found.must_change_password:
        return "for one use; has to be changed first"
    due = due_of(found)
    return f"set {when(found.password_set_at)}{'; too old, has to be changed first' if due else ''}"


def _failure(one: AccessAttempt) -> dict[str, Any]:
    """Where sign-ins failed, and whether that still keeps anybody out."""
    rests = one.attempt_time + settings.AXES_COOLOFF_TIME
    shut = one.failures_since_start >= settings.AXES_FAILURE_LIMIT and rests > timezone.now()
    place = one.username.partition(APART)[2]
    return {
        "what": "PIN" if one.username.startswith(PIN) else "password",
        "where": f"{one.ip_address}, {place.partition(' ')[0]} of their own" if place else str(one.ip_address),
        "count": one.failures_since_start,
        "last": when(one.attempt_time, seconds=True),
        "until": when(rests) if shut else "",
    }


@desk_page(Duty.REVOKE_BADGES)
def badges(request: HttpRequest) -> HttpResponse:
    """Whose badge is lost? Names only: a badge number is the first half of a credential."""
    filters = lists.filtered(request, [lists.Filter("q", "Name")])
    rows = Person.objects.filter(is_active=True, badge_revoked_at=None)
    if wanted := lists.values(filters)["q"]:
        rows = rows.filter(name__icontains=wanted)
    listing = lists.Listing(
        name="people",
        rows=rows,
        order="name",
        file="badges",
        filters=filters,
        empty="Nobody with a badge fits.",
        columns=[
            lists.Column("Name", lambda row: lists.text(row.name), sort="name"),
            lists.Column("Roles", lambda row: lists.text(roles_of(row))),
            lists.Column("", lambda row: lists.text("Badge is lost", reverse("person-badge-lost", args=[row.pk]))),
        ],
        context={
            "title": "Lost badges",
            "intro": "A badge that is marked as lost opens nothing from the next request on. An admin gives a new one.",
        },
    )
    return lists.show_list(request, listing)


class PersonForm(forms.Form):
    """A person as enrolled; changing one, empty credentials stay as they are."""

    username = forms.CharField(max_length=60, label="User name")
    name = forms.CharField(max_length=120, label="Printed name", help_text="As it stands under a signature.")
    badge = forms.CharField(max_length=60, label="Badge")
    roles = forms.MultipleChoiceField(choices=ROLES, widget=forms.CheckboxSelectMultiple, label="Roles", required=False)
    site = forms.ModelChoiceField(Site.objects.none(), required=False, label="Site", empty_label="every site")
    pin = forms.CharField(
        max_length=8,
        required=False,
        label="Tablet PIN",
        help_text="Four to eight digits.",
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password"}),
    )
    password = forms.CharField(
        max_length=200,
        label="Password",
        help_text="Twelve characters or more. It is for one use: the person chooses another before anything else.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, changing: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = Site.objects.order_by("code")  # type: ignore[attr-defined]
        if changing:
            del self.fields["username"]
            self.fields["site"].help_text = "Once a site is named, only another one replaces it."
            self.fields["pin"].help_text = "Empty: as it is."
            del self.fields["password"]
            self.fields["is_active"] = forms.BooleanField(required=False, label="The account is open")
            self.fields["reason"] = reason_field("Why is the account changed?")


@sensitive_post_parameters("pin", "password")
@desk_page(Duty.MANAGE_PEOPLE)
def person_new(request: HttpRequest) -> HttpResponse:
    """Enrol a person."""

    def enrol(asked: dict[str, Any]) -> HttpResponse:
        made = enrol_person(actor=person_of(request), one_use=True, **asked)
        messages.success(request, f"{made.name} is enrolled.")
        return redirect("person", made.pk)

    trail = [{"label": "People", "url": reverse("people")}, {"label": "Enrol somebody"}]
    form = PersonForm(request.POST or None)
    return form_page(request, form, enrol, title="Enrol somebody", trail=trail, action="Enrol", wide=True)


@sensitive_post_parameters("pin")
@desk_page(Duty.MANAGE_PEOPLE)
def person_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change roles, name, badge, credentials; open or close the account."""
    found = get_object_or_404(Person, pk=pk)

    def change(asked: dict[str, Any]) -> HttpResponse:
        change_person(
            person=found,
            actor=person_of(request),
            reason=asked["reason"],
            name=asked["name"],
            badge=asked["badge"],
            roles=asked["roles"],
            site=asked["site"],
            pin=asked["pin"] or None,
            is_active=asked["is_active"],
        )
        messages.success(request, f"The account of {found.name} is changed.")
        return redirect("person", pk)

    initial = {name: getattr(found, name) for name in ("name", "badge", "roles", "site", "is_active")}
    form = PersonForm(request.POST or None, initial=initial, changing=True)
    trail = [
        {"label": "People", "url": reverse("people")},
        {"label": found.name, "url": reverse("person", args=[pk])},
        {"label": "Change"},
    ]
    return form_page(request, form, change, title=f"Change {found.name}", trail=trail, wide=True)
