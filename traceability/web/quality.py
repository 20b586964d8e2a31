"""Quality records: the list, and a form that opens one from a lot, a report or by itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from masterdata.models import Person, Site
from masterdata.pages import figures, lists
from masterdata.pages.access import can, desk_page, person_of, the_site
from masterdata.pages.forms import form_page
from masterdata.rules.duties import Duty
from traceability.actions.open_quality_record import About, open_quality_record
from traceability.models import MaterialLot, QualityLink, QualityRecord, WorkOrder
from traceability.queries.days import site_day
from traceability.queries.quality import is_overdue, quality_records
from traceability.rules.quality_flow import KIND_WORDS, STATE_WORDS
from traceability.rules.vocabulary import QualityKind, QualityState

TONES = {"open": "blocked", "in_review": "soon", "disposed": "info", "closed": "good"}
KINDS = [(kind.value, KIND_WORDS[kind]) for kind in QualityKind]


@desk_page()
def records(request: HttpRequest) -> HttpResponse:
    """What is not closed, the oldest due day first; or whatever is asked for."""
    site = the_site(request)
    today = site_day(site, timezone.now())
    states = [("work", "not closed"), *((state.value, STATE_WORDS[state]) for state in QualityState)]
    filters = lists.filtered(
        request,
        [
            lists.Filter("state", "State", states),
            lists.Filter("kind", "Kind", KINDS),
            lists.Filter("owner", "Owner", [("none", "nobody yet"), *_owners(site)]),
            lists.Filter("overdue", "Due", [("yes", "overdue")]),
            lists.Filter("q", "Number, title, lot or order"),
        ],
    )
    asked = lists.values(filters)
    # without a choice the worklist is shown, and says so; "all" is asked for by an empty choice
    wanted = asked["state"] or ("work" if "state" not in request.GET else "")
    filters = [
        lists.Filter(one.name, one.label, one.choices, one.kind, wanted if one.name == "state" else one.value)
        for one in filters
    ]
    lot = QualityLink.objects.filter(record=OuterRef("pk"), lot__isnull=False).values("lot__code")[:1]
    rows = quality_records(site.pk).annotate(lot_code=Subquery(lot), lot_id=Subquery(lot.values("lot_id")[:1]))
    if wanted == "work":
        rows = rows.exclude(state=QualityState.CLOSED)
    elif wanted:
        rows = rows.filter(state=wanted)
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["owner"]:
        rows = rows.filter(owner=None) if asked["owner"] == "none" else rows.filter(owner_id=asked["owner"])
    if asked["overdue"]:
        rows = rows.exclude(state=QualityState.CLOSED).filter(due_on__lt=today)
    if asked["q"]:
        rows = _searched(rows, asked["q"])
    listing = lists.Listing(
        name="records",
        rows=rows,
        order="due",
        file="quality-records",
        filters=filters,
        all_url="?state=",
        empty="Every quality record is closed." if wanted == "work" else "No quality record fits.",
        empty_hint="One is opened on the page of a lot or of a report that does not post, or here.",
        columns=_columns(site, today),
        context={
            "title": "Quality records",
            "intro": "Material that does not conform, and deviations. An NCMR stops its lot at once; QA decides and closes.",
            "actions": [{"label": "Open a record", "url": reverse("quality-record-new"), "primary": True}]
            if can(request, Duty.OPEN_QUALITY_RECORD)
            else [],
        },
    )
    return lists.show_list(request, listing)


def _searched(rows: Any, text: str) -> Any:
    found = rows.filter(number__icontains=text) | rows.filter(title__icontains=text)
    linked = QualityLink.objects.filter(lot__code__icontains=text) | QualityLink.objects.filter(
        order__number__icontains=text
    )
    return found | rows.filter(pk__in=linked.values("record_id"))


def _owners(site: Site) -> list[tuple[str, str]]:
    owners = QualityRecord.objects.filter(site=site, owner__isnull=False)
    return [
        (str(pk), name) for pk, name in owners.values_list("owner_id", "owner__name").distinct().order_by("owner__name")
    ]


def _columns(site: Site, today: Any) -> list[lists.Column]:
    return [
        lists.Column(
            "Number",
            lambda row: lists.text(row.number, reverse("quality-record", args=[row.number]), code=True),
            sort="number",
        ),
        lists.Column("What is wrong", lambda row: lists.text(row.title), sort="title"),
        lists.Column(
            "Lot",
            lambda row: lists.text(row.lot_code, reverse("lot", args=[row.lot_id]) if row.lot_id else "", code=True),
        ),
        lists.Column("State", lambda row: lists.text(_state(row), tone=TONES[row.state]), sort="state"),
        lists.Column(
            "Owner", lambda row: lists.text(row.owner.name if row.owner else "nobody yet", soft=not row.owner)
        ),
        lists.Column("Due", lambda row: _due(row, today), sort="due", by="due_on"),
        lists.Column("Opened", _opened, sort="opened", by="opened_at"),
        lists.Column("By", lambda row: lists.text(row.opened_by.name if row.opened_by else "by rule")),
    ]


def _opened(row: QualityRecord) -> lists.Cell:
    """The day at the site; the file has the time."""
    return {**lists.moment(row.opened_at), "text": figures.day(timezone.localdate(row.opened_at))}


def _state(row: QualityRecord) -> str:
    """Where it stands, with what becomes of the material where that is decided."""
    state = STATE_WORDS[row.state]  # type: ignore[index]
    return f"{state}: {row.disposition.replace('_', ' ')}" if row.disposition else state


def _due(row: QualityRecord, today: Any) -> lists.Cell:
    cell = lists.day(row.due_on)
    return cell | {"tone": "blocked", "text": f"overdue {cell['text']}"} if is_overdue(row, today) else cell


class RecordForm(forms.Form):
    """What is wrong, with what."""

    kind = forms.ChoiceField(choices=KINDS, label="Kind")
    title = forms.CharField(max_length=160, label="What is wrong", help_text="A few words, as they stand in the list.")
    description = forms.CharField(
        max_length=4000, required=False, label="What was seen, where, and how it was found", widget=forms.Textarea
    )
    lot = forms.ModelChoiceField(
        MaterialLot.objects.none(),
        required=False,
        label="Lot",
        widget=forms.HiddenInput,
    )
    order = forms.CharField(max_length=40, required=False, label="Work order")
    event = forms.UUIDField(required=False, label="Report (its event id)")
    posting = forms.RegexField(r"^P-[0-9]{1,12}$", required=False, label="Posting", help_text="Such as P-000812.")
    owner = forms.ModelChoiceField(Person.objects.none(), required=False, label="Owner", empty_label="QA decides")
    due_on = forms.DateField(
        required=False,
        label="Due",
        help_text="Empty: the plant's usual time.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, site: Site, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.fields["lot"].queryset = MaterialLot.objects.filter(site=site)  # type: ignore[attr-defined]
        self.fields["owner"].queryset = owners_of(site)  # type: ignore[attr-defined]

    def clean_order(self) -> WorkOrder | None:
        number = self.cleaned_data["order"].strip()
        found = WorkOrder.objects.filter(site=self.site, number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(f"There is no order {number} at this site. Check the number.")
        return found


def owners_of(site: Site) -> Any:
    """Who may own a record: people of the site, or of every site, with an open account."""
    people = Person.objects.filter(is_active=True)
    return (people.filter(site=site) | people.filter(site=None)).order_by(F("name"))


@desk_page(Duty.OPEN_QUALITY_RECORD)
def record_new(request: HttpRequest) -> HttpResponse:
    """Open a record; `?lot=`, `?order=`, `?event=`, `?posting=` say what it is about."""
    site = the_site(request)
    asked = {name: lists.asked(request, name) for name in ("lot", "order", "event", "posting")}
    lot = MaterialLot.objects.filter(site=site, pk=asked["lot"]).first() if asked["lot"].isdigit() else None
    first = {**asked, "lot": lot.pk if lot else None, "kind": "ncmr" if lot else "deviation"}
    form = RecordForm(site, request.POST if request.method == "POST" else None, initial=first)

    def do(given: dict[str, Any]) -> HttpResponse:
        posting = given["posting"]
        made = open_quality_record(
            site=site,
            kind=given["kind"],
            title=given["title"],
            description=given["description"],
            owner=given["owner"],
            due_on=given["due_on"],
            actor=person_of(request),
            now=timezone.now(),
            about=About(
                lot=given["lot"],
                order=given["order"],
                event_id=given["event"],
                posting_number=int(posting.removeprefix("P-")) if posting else None,
            ),
        )
        stopped = f" Lot {given['lot'].code} is held." if made.kind == QualityKind.NCMR else ""
        messages.success(request, f"{made.number} is open.{stopped}")
        return redirect("quality-record", made.number)

    about = (
        f"Lot {lot.code}: as nonconforming material it is held, and what is loose goes to quarantine, at once."
        if lot
        else ""
    )
    return form_page(
        request,
        form,
        do,
        title="Open a quality record",
        intro=about or "Nonconforming material is opened on the page of its lot.",
        action="Open it",
        trail=[{"label": "Quality records", "url": reverse("quality-records")}, {"label": "Open a record"}],
    )
