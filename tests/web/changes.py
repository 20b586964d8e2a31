"""Change requests in web tests: what an engineer drafted goes through the pages until it is effective."""

from typing import Any

from django.urls import reverse

from masterdata.models import ChangeRequest
from tests.web.forms import fields_of, signed


def newest() -> ChangeRequest:
    return ChangeRequest.objects.order_by("-number")[0]


def page(client: Any, request: ChangeRequest) -> str:
    return client.get(reverse("change", args=[request.number])).content.decode()


def submit(client: Any, request: ChangeRequest, **fields: str) -> Any:
    """The author presses "Save and submit"; open orders stay on their versions unless the test says more."""
    revise = reverse("change-revise", args=[request.number])
    form = fields_of(client.get(reverse("change", args=[request.number])), revise)
    form |= {name: "keep" for name in form if name.startswith("order-") or name == "later_orders"}
    return client.post(revise, {**form, "do": "submit", **fields})


def sign(client: Any, request: ChangeRequest, username: str, **fields: str) -> Any:
    """Read the page, then sign what it shows."""
    address = reverse("change-sign", args=[request.number])
    form = fields_of(client.get(reverse("change", args=[request.number])), address)
    return client.post(address, signed({**form, **fields}, username))


def carried(author: Any, signer: Any, username: str = "qa") -> ChangeRequest:
    """The newest request is submitted by its author and signed; as it is then."""
    request = newest()
    assert submit(author, request).status_code == 302
    answer = sign(signer, request, username)
    assert answer.status_code == 302, answer.content.decode()
    request.refresh_from_db()
    return request
