"""The transaction of an action, with its actor: every write says who did it, or PostgreSQL refuses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction
from django.dispatch import receiver
from simple_history.signals import pre_create_historical_record

from masterdata.models import Person

#: who acts in this thread; None outside any action
_acting: ContextVar[object] = ContextVar("who_acts", default=None)


@contextmanager
def acting(actor: object, *, reason: str = "", on_behalf: str = "") -> Iterator[None]:
    """Open the one durable transaction of the action that an edge called; a nested action joins it.

    `actor` is a Person, a Device or a text such as `service:poster`. The settings are local to the transaction, so they
    cannot leak into the next request. Raises RuntimeError if a transaction is already open outside any action.
    """
    if is_acting():
        yield
        return
    token = _acting.set(actor)
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
        _acting.reset(token)


def is_acting() -> bool:
    """Whether an action is under way in this thread."""
    return _acting.get() is not None


def actor_key(actor: object) -> str:
    """How an actor stands in the audit trail: `person:7`, `device:3`, or the text given."""
    if isinstance(actor, str):
        return actor
    # the model's name, not the type's: who is signed in comes from a request wrapped in a lazy object
    return f"{actor._meta.model_name}:{actor.pk}"  # type: ignore[attr-defined]


@receiver(pre_create_historical_record, dispatch_uid="history_names_who_acts")
def _name_who_acts(*, instance: Any, history_instance: Any, **_more: Any) -> None:
    """A history row names the person of the action, whichever way the row was saved, and never just who is signed in.

    `record` may have named somebody else of the same action, as an import with its author and its approver does.
    """
    actor = _acting.get()
    if actor is not None and not hasattr(instance, "_history_user"):
        history_instance.history_user = actor if isinstance(actor, Person) else None
