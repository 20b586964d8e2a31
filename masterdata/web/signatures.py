"""All electronic signatures on one page: who, meaning what, under what, when, and whether each stands; as a file too."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from masterdata.models import Signature
from masterdata.pages import lists
from masterdata.pages.access import desk_page, the_site
from masterdata.queries.signable import signable_of, signed_kinds
from masterdata.queries.signature_check import breaks_in, broken_signatures, named
from masterdata.rules.duties import Duty
from masterdata.rules.plant_words import meaning_words
from masterdata.rules.refusal import Refusal

DAYS = 30
_SET = 200
BROKEN, STANDS = "broken", "stands"


@desk_page(Duty.READ_SIGNATURES)
def signatures(request: HttpRequest) -> HttpResponse:
    """The last month, or whatever is asked for; the newest first. Each is checked as it is shown."""
    since = timezone.localdate() - timedelta(days=DAYS)
    filters = lists.filtered(
        request,
        [
            lists.Filter("who", "Who signed"),
            lists.Filter("kind", "What kind", signed_kinds()),
            lists.Filter("meaning", "Meaning"),
            lists.Filter("state", "State", [(STANDS, "stands"), (BROKEN, "BROKEN")]),
            lists.Filter("from", "From", kind="date", value=since.isoformat()),
            lists.Filter("to", "To", kind="date"),
        ],
    )
    checks = _Checks()
    listing = lists.Listing(
        name="signatures",
        rows=_asked_for(request, lists.values(filters)),
        order="-at",
        file="signatures",
        filters=filters,
        all_url=f"?from={lists.FIRST_DAY.isoformat()}",
        prepare=checks.look_at,
        empty="No signature was given that fits.",
        empty_hint="Look further back, or leave a field empty.",
        columns=[
            lists.Column("State", checks.state),
            lists.Column("Who", lambda row: lists.text(row.printed_name), sort="who", by="printed_name"),
            lists.Column("Meaning", lambda row: lists.text(meaning_words(row.meaning)), sort="meaning"),
            lists.Column("What", lambda row: lists.text(named(row), _page_of(row)), sort="what", by="subject_kind"),
            lists.Column("What does not fit", checks.told),
            lists.Column("At the site", lambda row: lists.text(row.site_time), sort="at", by="signed_at"),
            lists.Column("UTC", _utc),
            lists.Column("Digest", lambda row: {**lists.text(f"{row.digest[:12]}…", code=True), "raw": row.digest}),
        ],
        context={
            "title": "Signatures",
            "intro": "Every electronic signature, checked as it is shown: against its own digest, against the right to sign that "
            "was used up for it, and against what its record says today.",
        },
    )
    return lists.show_list(request, listing)


def _asked_for(request: HttpRequest, asked: dict[str, str]) -> QuerySet[Signature]:
    rows = Signature.objects.filter(Q(person__site=the_site(request)) | Q(person__site=None)).select_related("person")
    if asked["who"]:
        rows = rows.filter(Q(printed_name__icontains=asked["who"]) | Q(person__username__iexact=asked["who"]))
    if asked["kind"]:
        rows = rows.filter(subject_kind=asked["kind"])
    if asked["meaning"]:
        rows = rows.filter(meaning__icontains=asked["meaning"])
    if first := lists.as_day(asked["from"]):
        rows = rows.filter(signed_at__gte=lists.day_begins(first))
    if last := lists.as_day(asked["to"]):
        rows = rows.filter(signed_at__lt=lists.day_begins(last + timedelta(days=1)))
    if asked["state"]:
        broken = [one.pk for one, _ in broken_signatures(rows)]
        rows = rows.filter(pk__in=broken) if asked["state"] == BROKEN else rows.exclude(pk__in=broken)
    return rows


def _utc(row: Signature) -> lists.Cell:
    return {"text": f"{row.signed_at:%Y-%m-%d %H:%M:%S}", "raw": row.signed_at.isoformat(), "time": True}


def _page_of(row: Signature) -> str:
    signable = signable_of(row.subject_kind)
    page = signable.page(row) if signable else None
    try:
        if page is None:
            return ""
        name, key = page
        return reverse(name, args=key if isinstance(key, tuple) else [key])
    except NoReverseMatch:  # an altered signature may name what no address leads to
        return ""


class _Checks:
    """What is wrong with the signatures that are shown, found out in sets."""

    def __init__(self) -> None:
        self._found: dict[int, list[Refusal]] = {}

    def look_at(self, rows: Sequence[Signature]) -> None:
        for start in range(0, len(rows), _SET):
            self._found |= breaks_in(rows[start : start + _SET])

    def state(self, row: Signature) -> lists.Cell:
        broken = bool(self._found[row.pk])
        return lists.text("BROKEN" if broken else "stands", tone="blocked" if broken else "good")

    def told(self, row: Signature) -> lists.Cell:
        return lists.text(" ".join(one.sentence for one in self._found[row.pk]))
