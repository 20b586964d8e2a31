"""A new SSCC of the plant's own, from its GS1 company prefix."""

from django.conf import settings
from django.db import connection

from masterdata.rules.refusal import Refusal, Refused
from traceability.rules.packing import sscc_of


def make_sscc() -> str:
    """The next SSCC; none is given out twice. Refused('no_company_prefix') where the plant has none, or has used it up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('traceability_sscc_serial')")
        serial: int = cursor.fetchone()[0]
    try:
        return sscc_of(settings.GS1_COMPANY_PREFIX, serial)
    except ValueError as fault:
        raise Refused(
            Refusal(
                "no_company_prefix",
                f"No SSCC can be made here: {fault}.",
                settings.GS1_COMPANY_PREFIX,
                "Scan a printed SSCC label, or have GS1_COMPANY_PREFIX set.",
            )
        ) from fault
