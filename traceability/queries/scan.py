"""A scan, however it came in, as what it says: GS1 labels by their fields, everything else as a plain code."""

from biip import ParseConfig, ParseError
from biip.gs1_messages import GS1Message

from traceability.rules.gs1 import SEPARATOR, Element, Scan, cleaned, element_text, meaning_of, plain_scan, unreadable

_CONFIG = ParseConfig(separator_chars=(SEPARATOR,))


def read_scan(text: str) -> Scan:
    """What a scanner, a camera or a keyboard gave. Never raises: what is wrong stands in `faults`."""
    text = cleaned(text)
    elements = element_text(text)
    if elements is None:
        return plain_scan(text)
    try:
        message = GS1Message.parse(elements, config=_CONFIG)
    except (ParseError, ValueError):
        return unreadable(text, elements)
    return meaning_of(text, [Element(part.ai.ai, part.value, part.date) for part in message.element_strings])
