"""Credentials: people change their own password; admins reset one, replace a lost badge, and lift what failed sign-ins shut."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from masterdata.actions.change_password import change_own_password, reset_password
from masterdata.actions.failed_attempts import forget_failures
from masterdata.actions.lift_lockout import lift_lockout
from masterdata.actions.revoke_badge import give_badge, revoke_badge
from masterdata.models import Person
from masterdata.pages.access import can, desk_page, person_of
from masterdata.pages.due_passwords import due_of
from masterdata.pages.forms import form_page, reason_field
from masterdata.pages.rights import Anybody
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused

RULES = "Twelve characters or more; not your name, user name or badge; not a common one; not only digits; none of the last ones."


def _secret(label: str, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(max_length=200, label=label, widget=widget, strip=False, **options)


class OwnPasswordForm(forms.Form):
    present = _secret("Present password", "current-password")
    new = _secret("New password", "new-password", help_text=RULES)
    again = _secret("New password again", "new-password")


class ReasonForm(forms.Form):
    reason = reason_field()


class BadgeForm(forms.Form):
    badge = forms.CharField(max_length=60, label="New badge", help_text="A number that nobody had before.")
    pin = forms.CharField(
        max_length=8,
        required=False,
        label="Tablet PIN",
        help_text="Four to eight digits. Empty: the badge opens no tablet.",
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password"}),
    )
    reason = reason_field("Why is a badge given?")


@sensitive_post_parameters("present", "new", "again")
@desk_page(to_change=Anybody.SIGNED_IN)
def own_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password. A wrong present one counts as a failed sign-in does."""
    person = person_of(request)
    due = due_of(person)

    def change(asked: dict[str, Any]) -> HttpResponse:
        request.signs_in_session_of = person.pk  # type: ignore[attr-defined]
        if authenticate(request, username=person.username, password=asked["present"]) is None:
            told = "The present password is another one."
            raise Refused(Refusal("present_password_wrong", told, "password", "Enter it again."))
        forget_failures(request, {"username": person.username, "password": ""})
        changed = change_own_password(person=person, now=timezone.now(), **asked)
        update_session_auth_hash(request, changed)
        messages.success(request, "Your password is changed. Your other sessions have ended.")
        return redirect("person", changed.pk)

    trail = [{"label": person.name, "url": reverse("person", args=[person.pk])}, {"label": "Password"}]
    intro = f"{due.sentence} {due.remedy}" if due else ""
    form = OwnPasswordForm(request.POST or None)
    return form_page(request, form, change, title="Change my password", trail=trail, action="Change it", intro=intro)


@desk_page(Duty.MANAGE_PEOPLE)
def person_reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A password for one use; the answer alone shows it."""
    found = get_object_or_404(Person, pk=pk)

    def reset(asked: dict[str, Any]) -> HttpResponse:
        new = reset_password(person=found, actor=person_of(request), reason=asked["reason"], now=timezone.now())
        context = {"person": found, "password": new, "trail": _trail(request, found, "One-time password")}
        answer = render(request, "masterdata/one_time_password.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    return _asking_why(
        request,
        found,
        reset,
        ("One-time password", f"One-time password for {found.name}", "Make one"),
        intro="It is shown once, ends all sessions of the person, and has to be changed before anything else.",
    )


@desk_page(Duty.REVOKE_BADGES)
def person_badge_lost(request: HttpRequest, pk: int) -> HttpResponse:
    """From the next request on the badge opens nothing."""
    found = get_object_or_404(Person, pk=pk)

    def revoke(asked: dict[str, Any]) -> HttpResponse:
        revoke_badge(person=found, actor=person_of(request), reason=asked["reason"], now=timezone.now())
        messages.success(request, f"Badge {found.badge} opens nothing any more.")
        return _back(request, found)

    return _asking_why(
        request,
        found,
        revoke,
        ("Badge lost", f"Badge of {found.name} is lost", "Revoke the badge"),
        intro="Badge and PIN are good for nothing from the next request on, and every session and tablet that the person is"
        " signed in at ends. User name and password go on.",
    )


@sensitive_post_parameters("pin")
@desk_page(Duty.MANAGE_PEOPLE)
def person_badge_given(request: HttpRequest, pk: int) -> HttpResponse:
    """A new badge in place of the one before."""
    found = get_object_or_404(Person, pk=pk)

    def give(asked: dict[str, Any]) -> HttpResponse:
        given = give_badge(person=found, actor=person_of(request), now=timezone.now(), **asked)
        messages.success(request, f"{given.name} has badge {given.badge}.")
        return _back(request, found)

    form = BadgeForm(request.POST or None)
    trail = _trail(request, found, "New badge")
    return form_page(request, form, give, title=f"New badge for {found.name}", trail=trail, action="Give it")


@desk_page(Duty.LIFT_LOCKOUTS)
def person_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """What failed so far no longer counts."""
    found = get_object_or_404(Person, pk=pk)

    def lift(asked: dict[str, Any]) -> HttpResponse:
        lift_lockout(person=found, actor=person_of(request), reason=asked["reason"], now=timezone.now())
        messages.success(request, f"{found.name} may try again at once.")
        return _back(request, found)

    return _asking_why(request, found, lift, ("Failed sign-ins", f"Let {found.name} try again", "Lift it"))


def _asking_why(
    request: HttpRequest,
    found: Person,
    act: Callable[[dict[str, Any]], HttpResponse],
    told: tuple[str, str, str],
    *,
    intro: str = "",
) -> HttpResponse:
    """A page that wants a reason and nothing else. `told`: the step in its trail, its title, and its button."""
    step, title, action = told
    form, trail = ReasonForm(request.POST or None), _trail(request, found, step)
    return form_page(request, form, act, title=title, trail=trail, action=action, intro=intro)


def _trail(request: HttpRequest, found: Person, label: str) -> list[dict[str, str]]:
    listed = [{"label": "People", "url": reverse("people")}] if can(request, Duty.READ_PEOPLE) else []
    name = {"label": found.name}
    if listed:
        name["url"] = reverse("person", args=[found.pk])
    return [*listed, name, {"label": label}]


def _back(request: HttpRequest, found: Person) -> HttpResponse:
    """To the person's page, or, for who may not look at it, to where badges are marked as lost."""
    return redirect("person", found.pk) if can(request, Duty.READ_PEOPLE) else redirect("badges")
