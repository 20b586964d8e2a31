"""Limits and signatures: every threshold with its value and where it comes from, and who signs changes of which kind."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from masterdata.models import ChangePolicy, ChangeRequest, Threshold
from masterdata.pages.access import can, desk_page
from masterdata.pages.figures import figure
from masterdata.queries.changes import required_signers
from masterdata.queries.thresholds import threshold
from masterdata.rules.change_control import ChangeState
from masterdata.rules.duties import Duty
from masterdata.rules.governed_kinds import KINDS
from masterdata.rules.plant_words import role_words
from masterdata.rules.vocabulary import ThresholdCode

_MEANS = {
    ThresholdCode.BLOCKED_ALARM_MINUTES: ("Blocked reports are marked after", "minutes"),
    ThresholdCode.QUALITY_DUE_DAYS: ("Quality records are due after", "days"),
    ThresholdCode.AUDIT_REVIEW_DAYS: ("The audit trail is reviewed at least every", "days"),
}


@desk_page()
def limits(request: HttpRequest) -> HttpResponse:
    """Both tables; each row leads to a change request, for those who may propose one."""
    context = {
        "thresholds": _thresholds(),
        "policies": _policies(),
        "may_change": can(request, Duty.PROPOSE_CHANGE),
    }
    return render(request, "masterdata/limits.html", context)


def _thresholds() -> list[dict[str, Any]]:
    kept = {row.code: row for row in Threshold.objects.all()}
    by = _last_changes("threshold")
    rows = []
    for code, (means, unit) in _MEANS.items():
        row = kept.get(code.value)
        rows.append(
            {
                "means": means,
                "value": f"{figure(threshold(code))} {unit}",
                "by": by.get(row.pk) if row else None,
                "url": _change_url("threshold", row, {"code": code.value}),
            }
        )
    return rows


def _policies() -> list[dict[str, Any]]:
    kept = {row.kind: row for row in ChangePolicy.objects.all()}
    by = _last_changes("change_policy")
    rows = []
    for kind in KINDS.values():
        row = kept.get(kind.name)
        roles = [role_words(role) for role in required_signers(kind.name)]
        rows.append(
            {
                "kind": kind.title,
                "signers": " and ".join(roles),
                "by": by.get(row.pk) if row else None,
                "url": _change_url("change_policy", row, {"kind": kind.name}),
            }
        )
    return rows


def _last_changes(kind: str) -> dict[int | None, ChangeRequest]:
    rows = ChangeRequest.objects.filter(kind=kind, state=ChangeState.EFFECTIVE).order_by("effective_at")
    return {row.record_id: row for row in rows}


def _change_url(kind: str, row: Any, asked: dict[str, str]) -> str:
    """Of a record that is there its change; else a new one with what it is for filled in."""
    if row is not None:
        return reverse("change-of", args=[kind, row.pk])
    name, value = next(iter(asked.items()))
    return f"{reverse('change-new', args=[kind])}?{name}={value}"
