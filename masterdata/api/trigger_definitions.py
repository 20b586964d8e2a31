"""Trigger definitions: the list, and each with what was signed and the signature that approved it."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from masterdata.models import TriggerDefinition
from masterdata.pages.api_lists import Filter, page_of, parameters_of, words_of
from masterdata.pages.api_schema import described, listing, maybe, named, one_of, record, text, whole
from masterdata.pages.api_versions import STANDING, in_full, one_version, standing_of
from masterdata.pages.callers import caller_of
from masterdata.queries import trigger_content
from masterdata.rules.vocabulary import OutputBasis, RecordState, TriggerKind

_FIELDS = {
    "id": whole(),
    "item": text("Code of what is made"),
    "operation": text(),
    "line": maybe(text("Site and line; null: at every line")),
    "kind": one_of(TriggerKind, "Of report that declares output"),
    "output_basis": one_of(OutputBasis),
    "version": whole(),
    **STANDING,
    "href": text(),
}
ROW = named("TriggerDefinition", record(_FIELDS))
ONE = in_full("TriggerDefinitionInFull", _FIELDS)
FILTERS = {
    "item": Filter("item__code", "Code of the item"),
    "operation": Filter("operation_number", "Operation number"),
    "kind": Filter("kind", "Of report", words_of(TriggerKind)),
    "state": Filter("state", "Of the version", words_of(RecordState)),
}


def _versions() -> Any:
    return TriggerDefinition.objects.select_related("item", "line__site", "author", "signature")


class TriggerDefinitions(APIView):
    duties = {"GET": None}

    @described(
        "List trigger definitions",
        {200: listing("TriggerDefinition", ROW)},
        about="Which kind of report declares output at an operation, from which devices, within which limits.",
        parameters=parameters_of(FILTERS),
        called="trigger_definitions_list",
        problems=(400,),
    )
    def get(self, request: Request) -> Response:
        caller_of(request)
        return page_of(request, _versions(), FILTERS, lambda rows: [_described(row) for row in rows])


class OneTriggerDefinition(APIView):
    duties = {"GET": None}

    @described("One trigger definition with its signature", {200: ONE}, problems=(400, 404))
    def get(self, request: Request, trigger_id: int) -> Response:
        return one_version(
            request, _versions(), trigger_id, called="trigger definition", described=_described, content=trigger_content
        )


def _described(version: TriggerDefinition) -> dict[str, Any]:
    return {
        "id": version.pk,
        "item": version.item.code,
        "operation": version.operation_number,
        "line": f"{version.line.site.code} {version.line.code}" if version.line else None,
        "kind": version.kind,
        "output_basis": version.output_basis,
        "version": version.version,
        **standing_of(version),
        "href": f"/api/v1/trigger-definitions/{version.pk}",
    }
