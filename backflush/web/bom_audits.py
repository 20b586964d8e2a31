"""Physical audits of BOMs: which products post most, the form of an audit, and what one found."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from backflush.actions.audit_bom import MEANING, audit_bom
from backflush.models import BomAudit, BomAuditFinding
from backflush.queries.bom_audits import Runner, audit_content, audits_of, high_runners
from backflush.rules.bom_audit import Finding, audit_refusals
from masterdata.models import BomLine, BomVersion
from masterdata.pages import lists
from masterdata.pages.access import can, desk_page, status_of, the_site
from masterdata.pages.figures import day, figure, when, words
from masterdata.pages.signing import ticket_of
from masterdata.queries import signature_stands
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest
from masterdata.rules.typed_numbers import typed_number
from masterdata.rules.vocabulary import RecordState

QUARTER = timedelta(days=91)


@desk_page()
def bom_audits(request: HttpRequest) -> HttpResponse:
    """Products by their standing postings in a period (the last quarter where none is said), with their last audit."""
    today = timezone.localdate()
    filters = lists.filtered(
        request,
        [
            lists.Filter("from", "From", kind="date", value=(today - QUARTER).isoformat()),
            lists.Filter("to", "To", kind="date", value=today.isoformat()),
        ],
    )
    asked = lists.values(filters)
    since, until = lists.as_day(asked["from"]), lists.as_day(asked["to"])
    assert since is not None
    assert until is not None
    rows = high_runners(
        the_site(request).pk,
        lists.day_begins(since),
        lists.day_begins(until + timedelta(days=1)),
        timezone.now(),
    )
    may = can(request, Duty.AUDIT_BOM)
    listing = lists.Listing(
        name="products",
        rows=rows,
        order="-postings",
        file="bom_audits",
        filters=filters,
        empty="Nothing was posted in this period.",
        empty_hint="Choose a longer one.",
        columns=_columns(may),
        context={
            "title": "BOM audits",
            "intro": "What posts most is measured at the line: take real units apart, and compare them with their BOM.",
        },
    )
    return lists.show_list(request, listing)


def _columns(may: bool) -> list[lists.Column]:
    def audit(row: Runner) -> lists.Cell:
        if row.version is None or not may:
            return lists.text("")
        return lists.text("Audit", reverse("bom-audit-new", args=[row.version.pk]))

    def last(row: Runner) -> lists.Cell:
        if row.audit is None:
            return lists.text("never", tone="soon")
        return lists.text(day(timezone.localdate(row.audit.at)), reverse("bom-audit", args=[row.audit.pk]))

    return [
        lists.Column(
            "Product",
            lambda row: lists.text(row.item.code, reverse("product", args=[row.item.pk]), code=True),
            sort="product",
            by=lambda row: row.item.code,
        ),
        lists.Column("Name", lambda row: lists.text(row.item.name), sort="name", by=lambda row: row.item.name),
        lists.Column(
            "Standing postings",
            lambda row: lists.number(row.postings),
            number=True,
            sort="postings",
            by=lambda row: row.postings,
        ),
        lists.Column("Good units, all operations", lambda row: lists.number(row.good), number=True),
        lists.Column(
            "BOM in force",
            lambda row: (
                lists.text(f"v{row.version.number}", reverse("bom", args=[row.version.pk]))
                if row.version
                else lists.text("none", tone="soon")
            ),
        ),
        lists.Column("Last audit", last, sort="audit", by=lambda row: row.audit.at if row.audit else None),
        lists.Column("Audited version", lambda row: lists.text(f"v{row.audit.version.number}" if row.audit else "")),
        lists.Column("", audit),
    ]


@desk_page(to_change=Duty.AUDIT_BOM)
def bom_audit_new(request: HttpRequest, pk: int) -> HttpResponse:
    """First what was measured, line by line; then a signature over it."""
    version = get_object_or_404(BomVersion.objects.select_related("item", "base_unit", "author"), pk=pk)
    if request.method != "POST":
        return _form(request, version, [])
    try:
        findings = _findings(request, version)
        refusals = audit_refusals(findings, _said(request, "remark", 500), str(version))
        if version.state != RecordState.APPROVED:
            refusals.append(
                Refusal("not_approved", f"{version} is {version.state}.", str(version), "Audit an approved version.")
            )
        if refusals:
            raise Refused(*refusals)
    except Refused as refused:
        return _form(request, version, list(refused.refusals))
    if "password" not in request.POST or "change" in request.POST:
        return _form(request, version, [], findings if "change" not in request.POST else None)
    try:
        now = timezone.now()
        made = audit_bom(
            version=version,
            findings=findings,
            remark=_said(request, "remark", 500),
            ticket=ticket_of(request, now),
            now=now,
        )
    except Refused as refused:
        return _form(request, version, list(refused.refusals), findings)
    messages.success(request, f"The audit of {version} is signed.")
    return redirect("bom-audit", made.pk)


@desk_page()
def bom_audit(request: HttpRequest, pk: int) -> HttpResponse:
    """One audit with its findings."""
    audit = get_object_or_404(
        BomAudit.objects.select_related("version__item", "version__base_unit", "person", "signature"), pk=pk
    )
    version = audit.version
    findings = audit.findings.select_related("line__item", "line__unit")
    listing = lists.Listing(
        name="findings",
        rows=findings,
        order="line",
        file=f"bom_audit_{audit.pk}",
        empty="No line was measured.",
        columns=[
            lists.Column(
                "Line", lambda row: lists.number(row.line.position), number=True, sort="line", by="line__position"
            ),
            lists.Column("Operation", lambda row: lists.text(row.line.operation_number, code=True)),
            lists.Column(
                "Component", lambda row: lists.text(row.line.item.code, code=True), sort="item", by="line__item__code"
            ),
            lists.Column("BOM says", lambda row: lists.number(row.expected, _symbol(row.line)), number=True),
            lists.Column("Measured", lambda row: lists.number(row.measured, _symbol(row.line)), number=True),
            lists.Column("Difference", _difference, number=True),
            lists.Column("Remark", lambda row: lists.text(row.remark)),
        ],
        context={
            "audit": audit,
            "facts": [
                {"name": "BOM", "value": str(version), "url": reverse("bom", args=[version.pk])},
                {"name": "Measured for", "value": f"{figure(version.base_quantity)} {version.base_unit.symbol}"},
                {"name": "Looked at", "value": audit.remark},
                {"name": "Signed by", "value": f"{audit.signature.printed_name}, {when(audit.at)}"},
                {"name": "Meaning", "value": audit.signature.meaning},
                {"name": "Signature", "value": "whole", "tone": "good"}
                if signature_stands(audit.signature)
                else {"name": "Signature", "value": "broken: call QA", "tone": "blocked"},
            ],
            "others": audits_of(version).exclude(pk=audit.pk),
            "trail": [
                {"label": "BOM audits", "url": reverse("bom-audits")},
                {"label": f"{version}, {day(timezone.localdate(audit.at))}"},
            ],
        },
    )
    return lists.show_list(request, listing, template="backflush/bom_audit.html")


def _difference(row: BomAuditFinding) -> lists.Cell:
    return lists.number(row.measured - row.expected, _symbol(row.line))


def _symbol(line: BomLine) -> str:
    return line.unit.symbol or line.unit.code


def _said(request: HttpRequest, name: str, most: int) -> str:
    return request.POST.get(name, "").strip()[:most]


def _findings(request: HttpRequest, version: BomVersion) -> list[Finding]:
    """The lines that were measured; Refused with every figure that is none."""
    found: list[Finding] = []
    refusals: list[Refusal] = []
    for line in version.lines.select_related("item").order_by("position"):
        try:
            typed = typed_number(request.POST.get(f"measured-{line.pk}", "")[:40], line.item.code)
        except Refused as refused:
            refusals += refused.refusals
            continue
        if typed:
            remark = _said(request, f"remark-{line.pk}", 300)
            found.append(Finding(line.pk, line.item.code, line.quantity, Decimal(typed), remark))
    if refusals:
        raise Refused(*refusals)
    return found


def _form(
    request: HttpRequest, version: BomVersion, refusals: list[Any], findings: list[Finding] | None = None
) -> HttpResponse:
    given = request.POST
    lines = version.lines.select_related("item", "unit").order_by("position")
    context: dict[str, Any] = {
        "version": version,
        "refusals": refusals,
        "may_audit": can(request, Duty.AUDIT_BOM),
        "lines": [
            {
                "line": line,
                "unit": _symbol(line),
                "per": words(line.per),
                "measured": given.get(f"measured-{line.pk}", ""),
                "remark": given.get(f"remark-{line.pk}", ""),
            }
            for line in lines
        ],
        "remark": _said(request, "remark", 500),
        "others": audits_of(version),
        "trail": [{"label": "BOM audits", "url": reverse("bom-audits")}, {"label": f"Audit of {version}"}],
    }
    if findings:
        content = audit_content(version, findings, _said(request, "remark", 500))
        context["signing"] = {
            "digest": content_digest(content),
            "meaning": MEANING,
            "facts": [
                {"name": "BOM", "value": str(version)},
                *[{"name": one.item, "value": _told(one)} for one in findings],
                {"name": "Looked at", "value": context["remark"]},
            ],
        }
    return render(request, "backflush/bom_audit_new.html", context, status=status_of(refusals) if refusals else 200)


def _told(one: Finding) -> str:
    if not one.difference:
        return f"{figure(one.measured)}, as the BOM says"
    sign = "+" if one.difference > 0 else ""
    return f"{figure(one.measured)} in place of {figure(one.expected)} ({sign}{figure(one.difference)}): {one.remark}"
