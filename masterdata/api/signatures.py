"""Electronic signatures as machines read them: each with its whole manifestation, and whether it stands."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.models import Signature
from masterdata.pages.api_lists import Filter, page_of, parameters_of
from masterdata.pages.api_schema import described, listing, named, record, text, whole
from masterdata.pages.api_signatures import MANIFESTATION, manifestation
from masterdata.pages.callers import caller_of, require_person
from masterdata.queries.signature_check import breaks_in
from masterdata.rules.duties import Duty

SIGNATURE = named(
    "Signature",
    record(
        {
            "id": whole(),
            "kind": text("Of the record that was signed"),
            "key": text("Of the record among its kind"),
            **MANIFESTATION,
        }
    ),
)
FILTERS = {
    "kind": Filter("subject_kind", "Kind of the record that was signed"),
    "key": Filter("subject_key", "Key of the record among its kind"),
    "signer": Filter("person__username", "User name"),
}


class Signatures(APIView):
    duties = {"GET": Duty.READ_SIGNATURES}

    @described(
        "List electronic signatures",
        {200: listing("Signature", SIGNATURE)},
        about="Newest first, each checked as it is listed. For auditors, QA and admins.",
        parameters=parameters_of(FILTERS),
        called="signatures_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        require_person(caller, Duty.READ_SIGNATURES)
        rows = Signature.objects.filter(Q(person__site_id=caller.site_id) | Q(person__site=None))
        return page_of(request, rows, FILTERS, _listed)


def _listed(rows: Sequence[Signature]) -> list[dict[str, Any]]:
    rows = list(rows)
    found = breaks_in(rows)
    return [
        {
            "id": row.pk,
            "kind": row.subject_kind,
            "key": row.subject_key,
            **manifestation(row, found[row.pk]),
        }
        for row in rows
    ]
