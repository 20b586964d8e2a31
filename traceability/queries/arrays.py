"""Numbers as an array parameter. The driver quotes a list element by element; a batch has thousands."""

from collections.abc import Iterable
from decimal import Decimal


def array_of(numbers: Iterable[int | Decimal | str]) -> str:
    """PostgreSQL's text of an array of numbers (or their text), for `%s::bigint[]` or `%s::numeric[]`."""
    return "{" + ",".join(map(str, numbers)) + "}"
