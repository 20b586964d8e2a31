"""Tokens of the API: `Authorization: Device <token>` for devices, `Authorization: Token <token>` for people's scripts.

One look-up by digest. A token that is unknown, revoked or of a closed account is a 401, and so is a request of a device that
is set to sign without a good signature. A stopped device is known: what it reports is kept, and blocked with its reason.
"""

import time

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from masterdata.models import Person
from masterdata.pages.callers import DeviceUser
from masterdata.pages.raw_body import bytes_of
from masterdata.queries import device_by_token, person_by_token, secrets_of_device
from masterdata.rules.device_signing import NONCE_HEADER, SIGNATURE_HEADER, TIME_HEADER, WINDOW_SECONDS, check_signature
from masterdata.rules.refusal import Refusal

LONGEST_TOKEN = 200
#: How a device signs, in the words of the API's pages.
SIGNING = f""".

A device that is set to sign sends three headers more with every request: `{TIME_HEADER}` (Unix seconds), `{NONCE_HEADER}`
(16 to 64 letters, digits, `-` or `_`; a new one for every request) and `{SIGNATURE_HEADER}`: HMAC-SHA256 with its secret, in hex,
of these six lines joined by line feeds: `backflush-v1`, the method, the path with its query as sent, the time, the nonce, and the
SHA-256 of the body in hex (of no bytes where there is no body). The time may be {WINDOW_SECONDS} s off; a nonce that wrote
something is good once. Else the answer is a 401, and nothing is stored. To send a report again, sign anew: the event id stays."""


class TokenAuthentication(BaseAuthentication):
    """The first of the classes, since it names the challenge of a 401."""

    def authenticate(self, request: Request) -> tuple[DeviceUser | Person, str] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        scheme, token = scheme.lower(), token.strip()
        if scheme not in ("device", "token"):
            return None
        if not token or len(token) > LONGEST_TOKEN:
            raise exceptions.AuthenticationFailed("This token is not known.", "token_unknown")
        user = self._device(token, request) if scheme == "device" else person_by_token(token)
        if user is None:
            raise exceptions.AuthenticationFailed("This token is not known, or no longer good.", "token_unknown")
        return user, scheme

    def authenticate_header(self, request: Request) -> str:
        return 'Device realm="backflush", Token realm="backflush"'

    @staticmethod
    def _device(token: str, request: Request) -> DeviceUser | None:
        device = device_by_token(token)
        if device is None:
            return None
        if not device.signs:
            return DeviceUser(device)
        call = check_signature(
            headers=request.headers,
            method=request.method or "",
            path=request.get_full_path(),
            body=bytes_of(request._request),
            secrets=secrets_of_device(device),
            now=time.time(),
            device=device.code,
        )
        if isinstance(call, Refusal):
            raise exceptions.AuthenticationFailed(f"{call.sentence} {call.remedy}", call.code)
        return DeviceUser(device, call)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema shows it."""

    target_class = TokenAuthentication
    name = ["device", "person"]

    def get_security_requirement(self, auto_schema: object) -> list[dict[str, list[str]]]:
        return [{"device": []}, {"person": []}]  # either, not both

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        def scheme(word: str, whose: str, more: str = "") -> dict[str, str]:
            return {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": f"`{word} <token>`, the token of {whose}{more}",
            }

        return [scheme("Device", "an enrolled device", SIGNING), scheme("Token", "a person's script")]
