"""Opens the deviations that reports call for, in the transaction that blocks, posts or settles them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from backflush.models import OperationReport
from backflush.rules.avoidable_scrap import BeyondLimit
from backflush.rules.deviations import AVOIDABLE_SCRAP, OPENS_DEVIATION, cause_among
from masterdata.models import Person
from masterdata.rules.refusal import Refusal
from traceability.actions.open_deviations import Happening, open_deviations


def deviations_of_blocked(blocked: Sequence[tuple[int, Sequence[Refusal], bool]], at: datetime) -> None:
    """For each blocked (report, reasons, final) with a reason of the table. Asks the database only where there is one."""
    causes = {report_id: cause for report_id, reasons, _ in blocked if (cause := cause_among(reasons)) is not None}
    if causes:
        told = {
            report_id: (cause.code, f"{cause.sentence} {cause.remedy}".strip()) for report_id, cause in causes.items()
        }
        open_for_reports(told, at)


def deviations_of_posted(beyond: Mapping[int, BeyondLimit], at: datetime) -> None:
    """For each posted report, by id, whose avoidable scrap went beyond the limit of its trigger definition."""
    if beyond:
        told = {
            report_id: (AVOIDABLE_SCRAP, f"{one.sentence} Find what caused it.") for report_id, one in beyond.items()
        }
        open_for_reports(told, at)


def open_for_reports(told: dict[int, tuple[str, str]], at: datetime, person: Person | None = None) -> None:
    """`told`: report id → code of the table and what happened, in words. The caller holds the reports' rows."""
    reports: Iterable[OperationReport] = OperationReport.objects.filter(pk__in=told).order_by("id")
    by_site: dict[int, list[Happening]] = {}
    for report in reports:
        code, text = told[report.pk]
        happening = Happening(report.event_id, code, OPENS_DEVIATION[code], text, report.order_id)
        by_site.setdefault(report.site_id, []).append(happening)
    for site_id, happenings in by_site.items():
        open_deviations(site_id=site_id, happenings=happenings, now=at, person=person)
