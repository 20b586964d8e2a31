"""Electronic signatures as machines read them: each with its whole manifestation, and whether it stands."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.models import Signature
from masterdata.pages.api_lists import Filter, page_of, parameters_of
from masterdata.pages.api_schema import described, flag, listing, many, moment, named, record, text, whole
from masterdata.pages.callers import caller_of, require_person
from masterdata.queries.signature_check import breaks_in
from masterdata.rules.duties import Duty

MANIFESTATION = {
    "printed_name": text("Of the signer, as it was then"),
    "meaning": text("What the signature means"),
    "signed_at": moment("In UTC"),
    "site_time": text("As the signer's clock showed it, with its zone"),
    "components": text("What was entered anew to sign"),
    "digest": text("SHA-256 over all of this and what was signed"),
    "stands": flag("Whether it is as it was given and its record says what was signed"),
    "breaks": many(text("In words: what does not fit")),
}
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
            "printed_name": row.printed_name,
            "meaning": row.meaning,
            "signed_at": row.signed_at,
            "site_time": row.site_time,
            "components": row.components,
            "digest": row.digest,
            "stands": not found[row.pk],
            "breaks": [one.sentence for one in found[row.pk]],
        }
        for row in rows
    ]
