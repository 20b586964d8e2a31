"""BOM versions: the list, and each with every figure that was signed."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.models import BomVersion
from masterdata.pages.api_lists import Filter, page_of, parameters_of, words_of
from masterdata.pages.api_schema import (
    decimal,
    described,
    flag,
    listing,
    named,
    record,
    text,
    whole,
)
from masterdata.pages.api_values import plain
from masterdata.pages.api_versions import STANDING, in_full, one_version, standing_of
from masterdata.pages.callers import caller_of
from masterdata.queries import bom_content
from masterdata.rules.vocabulary import RecordState

_FIELDS = {
    "id": whole(),
    "item": text("Code of what it makes"),
    "version": whole(),
    "base_quantity": decimal(),
    "base_unit": text(),
    "phantom": flag(),
    "reason": text(),
    **STANDING,
    "href": text(),
}
BOM = named("BomVersion", record(_FIELDS))
ONE_BOM = in_full("BomVersionInFull", _FIELDS)
FILTERS = {
    "item": Filter("item__code", "Code of what it makes"),
    "state": Filter("state", "Of the version", words_of(RecordState)),
}


def _versions() -> Any:
    return BomVersion.objects.select_related("item", "base_unit", "author", "signature")


class Boms(APIView):
    duties = {"GET": None}

    @described(
        "List BOM versions",
        {200: listing("Bom", BOM)},
        parameters=parameters_of(FILTERS),
        called="boms_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        caller_of(request)
        return page_of(request, _versions(), FILTERS, lambda rows: [_described(row) for row in rows])


class OneBom(APIView):
    duties = {"GET": None}

    @described("One BOM version with its lines", {200: ONE_BOM}, problems=(400, 404))
    def get(self, request: Request, bom_id: int) -> Response:
        return one_version(
            request, _versions(), bom_id, called="BOM version", described=_described, content=bom_content
        )


def _described(version: BomVersion) -> dict[str, Any]:
    return {
        "id": version.pk,
        "item": version.item.code,
        "version": version.number,
        "base_quantity": plain(version.base_quantity),
        "base_unit": version.base_unit.code,
        "phantom": version.phantom,
        "reason": version.reason,
        **standing_of(version),
        "href": f"/api/v1/boms/{version.pk}",
    }
