"""A device that signs, written from the API's pages alone: nothing of the product's own signing is used here."""

import hashlib
import hmac
import json
import secrets
import time

from masterdata.actions.change_device import change_device
from masterdata.models import Device
from masterdata.queries import secret_of_device
from tests import plant
from tests.api.shop import ApiClient


def set_to_sign(device: Device) -> str:
    """From now on the device signs; its secret, as the page shows it once."""
    changed, begins = change_device(
        device=device,
        name=device.name,
        line=device.line,
        reports_per_minute=device.reports_per_minute,
        signs=True,
        actor=plant.people().admin,
        reason="The line is open to visitors.",
    )
    assert begins
    return secret_of_device(changed)


def headers_of(secret: str, method: str, path: str, body: bytes, **said: str) -> dict[str, str]:
    """The three headers. `said`: `time` and `nonce` in place of now and a new one."""
    moment = said.get("time") or str(int(time.time()))
    nonce = said.get("nonce") or secrets.token_hex(16)
    text = "\n".join(["backflush-v1", method, path, moment, nonce, hashlib.sha256(body).hexdigest()])
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {"Backflush-Time": moment, "Backflush-Nonce": nonce, "Backflush-Signature": signature}


class SigningDevice(ApiClient):
    """Signs what it sends."""

    def __init__(self, secret: str, token: str = plant.DEVICE_TOKEN) -> None:
        super().__init__(headers={"Authorization": f"Device {token}"})
        self.secret = secret

    def send(self, path: str, data: object = None, **said: str):
        body = data if isinstance(data, bytes) else json.dumps({} if data is None else data).encode()
        return super().send(path, body, headers=headers_of(self.secret, "POST", path, body, **said))

    def ask(self, path: str, **said: str):
        return self.get(path, headers=headers_of(self.secret, "GET", path, b"", **said))
