"""The outbox for the ERP: every posting and reversal in order, exactly as posted, after the position it has seen."""

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backflush.queries.outbox import MOST_MESSAGES, messages_after
from backflush.rules.goods_movements import Direction, Movement, csv_file
from backflush.rules.vocabulary import PostingKind
from masterdata.pages.api_files import Csv, asks_for_csv
from masterdata.pages.api_lists import Check, ParameterFault, checked, whole_number
from masterdata.pages.api_schema import (
    decimal,
    described,
    many,
    maybe,
    moment,
    named,
    one_of,
    parameter,
    record,
    text,
    whole,
)
from masterdata.pages.callers import caller_of, require_person
from masterdata.rules.duties import Duty

LINE = record(
    {
        "line": whole("Id of the ledger line"),
        "movement": one_of(Movement),
        "item": text(),
        "lot": text(),
        "bin": text("Where stock changed"),
        "direction": one_of(Direction, "As stock sees it"),
        "quantity": decimal("Never negative"),
        "signed_quantity": decimal("Of stock: negative where it went out"),
        "unit": text("UN/ECE Recommendation 20"),
        "standard_amount": decimal(),
        "actual_amount": decimal(),
        "assigned_to": record({"order": text(), "operation": text()}, "Whose work in process the other side is"),
        "wip_amount": decimal("What it added to the order's work in process; negative where it took from it"),
        "component": text("The BOM line, the same from version to version; empty for the product"),
        "mirrors": maybe(whole("The line that it reverses")),
    }
)
MESSAGE = named(
    "GoodsMovement",
    record(
        {
            "position": whole("In the outbox of the site: from 1, without a gap"),
            "posting": text("Number"),
            "kind": one_of(PostingKind),
            "reverses": maybe(text("Number of the posting that it takes back")),
            "reason": text("Code of why it was reversed"),
            "note": text("What happened, where it was reversed"),
            "order": text(),
            "product": text(),
            "operation": text(),
            "good": decimal("In the order's unit; negative where good units are taken back"),
            "good_unit": text(),
            "posting_date": text("The site's day on which it was recorded", format="date"),
            "occurred_at": moment("When it happened"),
            "recorded_at": moment("When it was posted"),
            "currency": text(),
            "lines": many(LINE),
        }
    ),
)
PAGE = named(
    "GoodsMovements",
    record(
        {
            "results": many(MESSAGE),
            "next_after": whole("The position to ask after next time"),
            "head": whole("The last position given out so far"),
        }
    ),
)
ABOUT = (
    "For people who may follow the outbox. Ask after the last position you have kept, keep what comes, and ask again after"
    " `next_after`. Positions are given out in the order of commits: none appears behind you, and none is left out."
    " `format=csv` gives the same, a row for each line; the headers Next-After and Head say where to go on."
)


class GoodsMovements(APIView):
    duties = {"GET": Duty.READ_OUTBOX}
    renderer_classes = [JSONRenderer, Csv]

    @described(
        "Goods movements after a position",
        {200: PAGE},
        about=ABOUT,
        files={"text/csv": text()},
        parameters=[
            parameter(
                "after", "The last position that is known already; 0 or none: from the beginning", whole_number=True
            ),
            parameter("limit", f"At most so many messages, 1 to {MOST_MESSAGES}", whole_number=True),
            parameter("format", "How it is written", words=("json", "csv")),
        ],
        problems=(400, 422),
    )
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        require_person(caller, Duty.READ_OUTBOX)
        known: dict[str, Check | tuple[str, ...]] = {
            "after": position_fault,
            "limit": whole_number("limit", MOST_MESSAGES),
            "format": ("json", "csv"),
        }
        asked = checked(request, known)
        found = messages_after(caller.site_id, int(asked.get("after", "0")), int(asked.get("limit", "100")))
        if asks_for_csv(request):
            request.accepted_renderer = Csv()
            headers = {"Next-After": str(found.next_after), "Head": str(found.head)}
            return Response("".join(csv_file(found.messages)), headers=headers)
        return Response({"results": found.messages, "next_after": found.next_after, "head": found.head})


def position_fault(value: str) -> ParameterFault | None:
    """A position is a whole number, or 0."""
    if value.isascii() and value.isdigit() and len(value) < 19:
        return None
    return "not_a_position", "after is a position: a whole number, or 0."
