"""A posting as the documents that other systems speak: EPCIS 2.0 for traceability, B2MML for manufacturing operations."""

from django.conf import settings
from django.http import Http404
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.queries.outbox import posting_facts
from backflush.queries.postings import parse_posting_number
from backflush.rules import b2mml, epcis
from backflush.rules.goods_movements import PostingFact
from masterdata.pages.api_files import LinkedData, Xml
from masterdata.pages.api_schema import Schema, described, many, moment, named, one_of, record, text
from masterdata.pages.callers import caller_of, require_person
from masterdata.rules.duties import Duty

_EVENT: Schema = {"type": "object", "description": "A TransformationEvent; none where the posting moved nothing"}
EPCIS = named(
    "EpcisDocument",
    record(
        {
            "@context": {"type": "array", "items": {}},
            "type": one_of(["EPCISDocument"]),
            "schemaVersion": text(),
            "creationDate": moment(),
            "epcisBody": record({"eventList": many(_EVENT)}),
        }
    ),
)


class PostingEpcis(APIView):
    duties = {"GET": Duty.READ_OUTBOX}
    renderer_classes = [LinkedData, JSONRenderer]

    @described(
        "One posting as GS1 EPCIS 2.0",
        {200: EPCIS},
        about="For people who may follow the outbox. A reversal is the original event with an error declaration.",
        files={"application/ld+json": EPCIS},
        problems=(404,),
    )
    def get(self, request: Request, number: str) -> Response:
        found = _found(request, number)
        namespace = settings.EPCIS_NAMESPACE
        if found.reverses is None:
            return Response(epcis.document(found, namespace))
        return Response(epcis.document(_posting(request, found.reverses), namespace, reversal=found))


class PostingB2mml(APIView):
    duties = {"GET": Duty.READ_OUTBOX}
    renderer_classes = [Xml]

    @described(
        "One posting as B2MML",
        {},
        about="For people who may follow the outbox. An OperationsPerformance, after B2MML version 7, with a MaterialActual"
        " for each line; the quantities of a reversal are negative.",
        files={"application/xml": text("XML in the namespace http://www.mesa.org/xml/B2MML")},
        problems=(404,),
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(b2mml.operations_performance(_found(request, number)))


def _found(request: Request, number: str) -> PostingFact:
    require_person(caller_of(request), Duty.READ_OUTBOX)
    parsed = parse_posting_number(number)
    if parsed is None:
        raise Http404("There is no such posting here.")
    return _posting(request, parsed)


def _posting(request: Request, number: int) -> PostingFact:
    """A posting's number is its position in the outbox."""
    facts = posting_facts(caller_of(request).site_id, after=number - 1, limit=1)
    if not facts or facts[0].position != number:
        raise Http404("There is no such posting here.")
    return facts[0]
