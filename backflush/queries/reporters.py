"""Who reported a posting: the device, the person signed in, and whom the report claims, in one wording for every page."""

from backflush.models import OperationReport, Posting
from backflush.queries.reports import bodies_of
from masterdata.models import Device, Person
from traceability.models import LedgerEntry


def reported_by(posting: Posting) -> str:
    """`BL1-COUNTER; operator (claimed): Mara Lindqvist`.

    A device's word for a badge is a claim; a second person who confirmed at a screen showed badge and PIN.
    """
    entry = LedgerEntry.objects.get(pk=posting.entry_id)
    device = Device.objects.filter(pk=entry.device_id).first() if entry.device_id else None
    person = Person.objects.filter(pk=entry.person_id).first() if entry.person_id else None
    told = [" for ".join(str(one) for one in (device, person) if one)]
    report = OperationReport.objects.filter(pk=posting.report_id).first() if posting.report_id else None
    if report is not None:
        body = bodies_of([report.pk]).get(report.pk, {})
        claimed = "" if report.person_id else " (claimed)"
        operator = str(body.get("operator") or "")
        if operator and (person is None or operator != person.badge):
            told.append(f"operator (claimed): {_name_of(operator)}")
        if body.get("confirmed_by"):
            told.append(f"confirmed by{claimed}: {_name_of(str(body['confirmed_by']))}")
    return "; ".join(one for one in told if one)


def _name_of(badge: str) -> str:
    found = Person.objects.filter(badge=badge).first()
    return found.name if found is not None else f"badge {badge}, which nobody has"
