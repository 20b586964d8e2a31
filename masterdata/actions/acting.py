"""The transaction of an action, with its actor: every write says who did it, or PostgreSQL refuses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_inside: ContextVar[bool] = ContextVar("inside_an_action", default=False)


@contextmanager
def acting(actor: object, *, reason: str = "", on_behalf: str = "") -> Iterator[None]:
    """Open the one durable transaction of the action that an edge called; a nested action joins it.

    `actor` is a Person, a Device or a text such as `service:poster`. The settings are local to the transaction, so they
    cannot leak into the next request. Raises RuntimeError if a transaction is already open outside any action.
    """
    if _inside.get():
        yield
        return
    token = _inside.set(True)
    try:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('backflush.actor', %s, true),"
                    " set_config('backflush.reason', %s, true),"
                    " set_config('backflush.on_behalf', %s, true)",
                    [actor_key(actor), reason, on_behalf],
                )
            yield
    finally:
        _inside.reset(token)


def is_acting() -> bool:
    """Whether an action is under way in this thread."""
    return _inside.get()


def actor_key(actor: object) -> str:
    """How an actor stands in the audit trail: `person:7`, `device:3`, or the text given."""
    if isinstance(actor, str):
        return actor
    return f"{type(actor).__name__.lower()}:{actor.pk}"  # type: ignore[attr-defined]
