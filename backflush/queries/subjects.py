"""Reports and postings as subjects of quality records, by the names that people know them by."""

from uuid import UUID

from backflush.models import OperationReport, Posting
from traceability.queries.subjects import say_what_there_is


def tell_of_reports_and_postings() -> None:
    """Called once, when the application starts."""
    say_what_there_is("report", _report_is_there)
    say_what_there_is("posting", _posting_is_there)


def _report_is_there(site_id: int, event_id: UUID) -> bool:
    return OperationReport.objects.filter(site_id=site_id, event_id=event_id).exists()


def _posting_is_there(site_id: int, number: int) -> bool:
    return Posting.objects.filter(site_id=site_id, number=number).exists()
