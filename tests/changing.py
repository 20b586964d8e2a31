"""Change requests in tests: propose, submit and sign in one call, by the fixed cast."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from masterdata.actions.propose_change import propose_change
from masterdata.actions.sign_change import sign_change
from masterdata.actions.submit_change import submit_change
from masterdata.actions.verify_credentials import verify_credentials
from masterdata.models import ChangeRequest, Item, Person, SigningTicket
from masterdata.queries.changes import content_of_request, missing_signers, record_of
from masterdata.queries.governed import kind_of
from masterdata.rules.signatures import content_digest
from tests import plant


def ticket(request: ChangeRequest, signer: Person, now: datetime = plant.NOW) -> SigningTicket:
    """The signer read the request as it is, and entered user name and password."""
    content = content_of_request(request, record_of(request))
    return verify_credentials(
        user=signer.username, password=plant.PASSWORD, content_digest=content_digest(content), now=now
    )


def proposed(record: Model | None, kind: str = "", *, author: Person | None = None, **values: Any) -> ChangeRequest:
    """A draft by the engineer."""
    now, more = values.pop("now", plant.NOW), {}
    for name in ("effective_from", "later_orders"):
        if name in values:
            more[name] = values.pop(name)
    return propose_change(
        kind=kind or kind_of(record),
        record=record,
        proposed=values,
        author=author or plant.people().engineer,
        reason="a better figure",
        now=now,
        **more,
    )


def submitted(request: ChangeRequest, now: datetime = plant.NOW) -> ChangeRequest:
    return submit_change(request=request, actor=request.author, now=now)


def signed(request: ChangeRequest, now: datetime = plant.NOW) -> ChangeRequest:
    """By whoever is missing: QA, the second engineer, the admin."""
    cast = plant.people()
    who = {"qa": cast.qa, "engineer": cast.second_engineer, "admin": cast.admin}
    for role in missing_signers(request):
        sign_change(request=request, ticket=ticket(request, who[role], now), role=role, now=now)
    request.refresh_from_db()
    return request


def changed(record: Model, now: datetime = plant.NOW, **values: Any) -> ChangeRequest:
    """The record changes, by an approved request."""
    return signed(submitted(proposed(record, now=now, **values), now), now)


def change_item(*, item: Item, actor: Person, reason: str, now: datetime, **fields: Any) -> Item:
    """Fields of an item change by a request of `actor`, signed by whoever has to. Values as columns take them."""
    plain = {name: _plain(value) for name, value in fields.items()}
    request = propose_change(kind="item", record=item, proposed=plain, author=actor, reason=reason, now=now)
    signed(submitted(request, now), now)
    return Item.objects.select_related("stock_unit").get(pk=item.pk)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
