"""Items' own unit factors: the list, and each with what was signed and the signature that approved it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.models import UnitFactor
from masterdata.pages.api_lists import Filter, page_of, parameters_of, words_of
from masterdata.pages.api_schema import described, listing, named, record, text, whole
from masterdata.pages.api_versions import STANDING, in_full, one_version, standing_of
from masterdata.pages.callers import caller_of
from masterdata.queries import factor_content
from masterdata.rules.vocabulary import RecordState

_FIELDS = {
    "id": whole(),
    "item": text("Code"),
    "from_unit": text("UN/ECE Rec 20"),
    "to_unit": text("UN/ECE Rec 20"),
    "numerator": text("A whole number: 1 from_unit is numerator / denominator to_unit"),
    "denominator": text("A whole number"),
    "version": whole(),
    **STANDING,
    "href": text(),
}
ROW = named("UnitFactor", record(_FIELDS))
ONE = in_full("UnitFactorInFull", _FIELDS)
FILTERS = {
    "item": Filter("item__code", "Code of the item"),
    "state": Filter("state", "Of the version", words_of(RecordState)),
}


def _versions() -> Any:
    return UnitFactor.objects.select_related("item", "from_unit", "to_unit", "author", "signature")


class UnitFactors(APIView):
    duties = {"GET": None}

    @described(
        "List unit factors",
        {200: listing("UnitFactor", ROW)},
        about="How items convert across dimensions: density, pieces per case.",
        parameters=parameters_of(FILTERS),
        called="unit_factors_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        caller_of(request)
        return page_of(request, _versions(), FILTERS, lambda rows: [_described(row) for row in rows])


class OneUnitFactor(APIView):
    duties = {"GET": None}

    @described("One unit factor with its signature", {200: ONE}, problems=(400, 404))
    def get(self, request: Request, factor_id: int) -> Response:
        return one_version(
            request, _versions(), factor_id, called="unit factor", described=_described, content=factor_content
        )


def _described(version: UnitFactor) -> dict[str, Any]:
    return {
        "id": version.pk,
        "item": version.item.code,
        "from_unit": version.from_unit.code,
        "to_unit": version.to_unit.code,
        "numerator": str(int(version.numerator)),
        "denominator": str(int(version.denominator)),
        "version": version.version,
        **standing_of(version),
        "href": f"/api/v1/unit-factors/{version.pk}",
    }
