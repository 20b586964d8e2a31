"""Somebody finds that something is not as it should be. A lot that does not conform is stopped in the same moment."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from masterdata.actions.acting import acting
from masterdata.actions.authority import require
from masterdata.actions.record import record
from masterdata.models import Bin, Person, Site
from masterdata.queries.thresholds import time_limit
from masterdata.rules.duties import Duty
from masterdata.rules.refusal import Refusal
from masterdata.rules.vocabulary import UNCOUNTED_BINS, BinKind, ThresholdCode
from traceability.actions.ledger import lock_balances_of_lot, open_balances, record_moves
from traceability.actions.quality_numbers import take_record_numbers
from traceability.actions.set_lot_status import set_lot_status
from traceability.models import UNBOUND, MaterialLot, QualityLink, QualityNote, QualityRecord, StockBalance, WorkOrder
from traceability.queries.bins import end_bin
from traceability.queries.days import site_day
from traceability.queries.subjects import is_there
from traceability.rules.moves import BalanceKey, Move
from traceability.rules.places import same_site_refusals
from traceability.rules.quality_flow import SET_ASIDE, STOPPED, opening_refusals
from traceability.rules.refusing import refuse_if
from traceability.rules.vocabulary import EntryKind, LotStatus, QualityKind


@dataclass(frozen=True, slots=True)
class About:
    """What a record is about: any of a lot, an order, a report (by its event) and a posting (by its number)."""

    lot: MaterialLot | None = None
    order: WorkOrder | None = None
    event_id: UUID | None = None
    posting_number: int | None = None


def open_quality_record(
    *,
    site: Site,
    kind: str,
    title: str,
    actor: Person,
    now: datetime,
    description: str = "",
    about: About = About(),
    owner: Person | None = None,
    due_on: date | None = None,
) -> QualityRecord:
    """Open a record. An NCMR holds its lot and moves its unbound stock to quarantine; what is bound to orders stays there and
    is not eligible any more. Raises Refused: title_missing, lot_missing, wrong_site, subject_unknown, not_your_duty, …
    """
    require(actor, Duty.OPEN_QUALITY_RECORD)
    named = [(one.code, one.site_id) for one in (about.lot,) if one]
    named += [(one.number, one.site_id) for one in (about.order,) if one]
    refuse_if(
        [
            *opening_refusals(kind, title=title, has_lot=about.lot is not None),
            *same_site_refusals(site.pk, named),
            *_unknown(site, about),
        ]
    )
    with acting(actor, reason=title):
        if kind == QualityKind.NCMR and about.lot is not None:
            _stop(about.lot, title=title.strip(), actor=actor, now=now)
        made = record(
            QualityRecord(
                site=site,
                kind=kind,
                number=take_record_numbers(site_id=site.pk, kind=kind, count=1)[0],
                title=title.strip()[:160],
                description=description.strip(),
                owner=owner,
                due_on=due_on or due_day(site, now),
                opened_by=actor,
                opened_at=now,
            ),
            actor=actor,
        )
        add_links(made, about)
        QualityNote.objects.create(record=made, at=now, person=actor, step="opened", text=description.strip())
    return made


def _unknown(site: Site, about: About) -> list[Refusal]:
    """Reports and postings that are not there."""
    posting = None if about.posting_number is None else f"P-{about.posting_number:06d}"
    named = (("report", about.event_id, about.event_id), ("posting", about.posting_number, posting))
    return [
        Refusal(
            "subject_unknown",
            f"There is no {kind} {name} at this site.",
            str(name),
            "Check it, or leave the field empty.",
        )
        for kind, key, name in named
        if key is not None and not is_there(kind, site.pk, key)
    ]


def due_day(site: Site, now: datetime) -> date:
    """When a record that names no day is due."""
    return site_day(site, now) + time_limit(ThresholdCode.QUALITY_DUE_DAYS)


def add_links(made: QualityRecord, about: About) -> None:
    links = [
        QualityLink(record=made, **{name: value})
        for name in ("lot", "order", "event_id", "posting_number")
        if (value := getattr(about, name)) is not None
    ]
    QualityLink.objects.bulk_create(links)


def _stop(lot: MaterialLot, *, title: str, actor: Person, now: datetime) -> None:
    """Hold the lot, then bring what is not bound to quarantine. All its balances are locked first, so that whoever uses the
    lot right now is waited for."""
    quarantine = end_bin(lot.site_id, BinKind.QUARANTINE)
    with connection.cursor() as cursor:
        # made before anything is locked: everybody locks balances in one order, and this one may come first in it
        open_balances(cursor, lot.site_id, {BalanceKey(quarantine.pk, lot.pk, UNBOUND): lot.item_id})
        lock_balances_of_lot(cursor, lot.pk)
    if MaterialLot.objects.get(pk=lot.pk).status not in STOPPED:
        set_lot_status(lot=lot, status=LotStatus.HELD, actor=actor, now=now, note=title)
    aside = Bin.objects.filter(site_id=lot.site_id, kind__in=[*SET_ASIDE, *UNCOUNTED_BINS]).values("id")
    loose = StockBalance.objects.filter(lot_id=lot.pk, order_id=UNBOUND, quantity__gt=0).exclude(bin_id__in=aside)
    moves = [
        Move(lot.pk, lot.item_id, one.bin_id, UNBOUND, quarantine.pk, UNBOUND, one.quantity)
        for one in loose.order_by("bin_id")
    ]
    if moves:
        record_moves(
            site_id=lot.site_id,
            kind=EntryKind.TRANSFER,
            moves=moves,
            actor=actor,
            occurred_at=now,
            now=now,
            note=f"does not conform: {title}"[:200],
        )
