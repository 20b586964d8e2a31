"""A posting as GS1 EPCIS 2.0 (JSON-LD): one TransformationEvent, what was used and what came of it.

Lots of items with a GTIN are named by GS1 Digital Link URIs; all else by URIs below the company's own namespace. A reversal
is EPCIS's error declaration: the event as it was, declared wrong. All postings of an order share a transformation, since
what earlier operations used is in everything that the last one made.
"""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from backflush.rules.goods_movements import LineFact, PostingFact, moment_text, number_text

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
#: CBV has no step named after transforming; to associate an identifier with what was made is commissioning
STEP = "commissioning"
PIECES = "C62"  # EPCIS leaves the unit out where things are counted
#: what GS1 lets a lot or serial number be made of
_KEY = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")


def document(posting: PostingFact, namespace: str, *, reversal: PostingFact | None = None) -> dict[str, Any]:
    """The EPCIS document of a posting. With `reversal`, the posting that took it back, its event is declared wrong.

    A posting that moved nothing is no event: its list is empty.
    """
    event = _event(posting, namespace)
    if reversal is not None:
        event["errorDeclaration"] = _declaration(reversal, namespace, posting.time_zone)
    said = reversal or posting
    return {
        "@context": [CONTEXT, {"backflush": f"{namespace}terms/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": moment_text(said.recorded_at),
        "epcisBody": {"eventList": [event] if posting.lines else []},
    }


def _event(posting: PostingFact, namespace: str) -> dict[str, Any]:
    def ours(kind: str, *names: str) -> str:
        return private_uri(namespace, kind, posting.site, *names)

    used = [line for line in posting.lines if line.into_consumption]
    made = [line for line in posting.lines if not line.into_consumption]
    lists = {
        "inputEPCList": _instances(used, namespace, posting.site),
        "inputQuantityList": _quantities(used, namespace, posting.site),
        "outputEPCList": _instances(made, namespace, posting.site),
        "outputQuantityList": _quantities(made, namespace, posting.site),
    }
    event = {
        "type": "TransformationEvent",
        "eventID": event_id(posting, namespace),
        "eventTime": _local(posting.occurred_at, posting.time_zone),
        "eventTimeZoneOffset": _offset(posting.occurred_at, posting.time_zone),
        **{name: found for name, found in lists.items() if found},
        "transformationID": ours("transformation", posting.order),
        "bizStep": STEP,
        "bizLocation": {"id": ours("site")},
        "bizTransactionList": [{"type": "prodorder", "bizTransaction": ours("order", posting.order)}],
        "backflush:posting": number_text(posting.position),
        "backflush:operation": posting.operation,
    }
    if posting.production_line:
        event["readPoint"] = {"id": ours("line", posting.production_line)}
    return event


def event_id(posting: PostingFact, namespace: str) -> str:
    """The same for ever: made of the namespace, the site and the posting's number."""
    return _id_of(posting.position, posting.site, namespace)


def _id_of(number: int, site: str, namespace: str) -> str:
    name = private_uri(namespace, "posting", site, number_text(number))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}"


def _declaration(reversal: PostingFact, namespace: str, time_zone: str) -> dict[str, Any]:
    """What was reported was wrong. Where it was corrected in the same step, the event that is right instead is named."""
    right = [] if reversal.corrected_by is None else [_id_of(reversal.corrected_by, reversal.site, namespace)]
    return {
        "declarationTime": _local(reversal.recorded_at, time_zone),
        "reason": "incorrect_data",
        "correctiveEventIDs": right,
        "backflush:posting": number_text(reversal.position),
        "backflush:reason": reversal.reason,
    }


def _instances(lines: Iterable[LineFact], namespace: str, site: str) -> list[str]:
    """Serials, each once."""
    return list(dict.fromkeys(lot_uri(line, namespace, site) for line in lines if line.serial))


def _quantities(lines: Iterable[LineFact], namespace: str, site: str) -> list[dict[str, Any]]:
    """Lots with what was moved of them; one lot from two bins stands twice, as it was posted."""
    found = []
    for line in lines:
        if not line.serial:
            element: dict[str, Any] = {"epcClass": lot_uri(line, namespace, site), "quantity": _figure(line.quantity)}
            if line.unit != PIECES:
                element["uom"] = line.unit
            found.append(element)
    return found


def _figure(text: str) -> int | float:
    """EPCIS wants a JSON number. Up to fifteen digits it is what was posted; the goods movements have every digit."""
    return float(text) if "." in text else int(text)


def lot_uri(line: LineFact, namespace: str, site: str) -> str:
    """A GS1 Digital Link where the item has a GTIN and the lot a name that GS1 allows, else a URI of our own."""
    if re.fullmatch(r"[0-9]{8,14}", line.gtin) and _KEY.fullmatch(line.lot):
        key = "21" if line.serial else "10"
        return f"https://id.gs1.org/01/{line.gtin.zfill(14)}/{key}/{quote(line.lot, safe='')}"
    return private_uri(namespace, "serial" if line.serial else "lot", site, line.item, line.lot)


def private_uri(namespace: str, kind: str, *names: str) -> str:
    return f"{namespace}{kind}/" + "/".join(quote(name, safe="") for name in names)


def _local(moment: datetime, time_zone: str) -> str:
    return moment.astimezone(ZoneInfo(time_zone)).isoformat()


def _offset(moment: datetime, time_zone: str) -> str:
    return moment.astimezone(ZoneInfo(time_zone)).isoformat()[-6:]
