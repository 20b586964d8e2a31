"""Numbers as an array parameter. The driver quotes a list element by element; a batch has thousands."""

from collections.abc import Iterable
from decimal import Decimal


def array_of(numbers: Iterable[int | Decimal | str]) -> str:
    """PostgreSQL's text of an array of numbers (or their text), for `%s::bigint[]` or `%s::numeric[]`."""
    return "{" + ",".join(map(str, numbers)) + "}"


#: stands between texts; JSON and codes never hold it
BETWEEN = "\x1f"


def texts_of(texts: Iterable[str]) -> str:
    """Texts without control characters as one parameter, for `string_to_array(%s, chr(31))`."""
    return BETWEEN.join(texts)
