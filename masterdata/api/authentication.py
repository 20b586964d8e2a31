"""Tokens of the API: `Authorization: Device <token>` for devices, `Authorization: Token <token>` for people's scripts.

One look-up by digest. A token that is unknown, revoked, of a closed account or of a disabled device is a 401.
"""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from masterdata.models import Person
from masterdata.pages.callers import DeviceUser
from masterdata.queries import device_by_token, person_by_token

LONGEST_TOKEN = 200


class TokenAuthentication(BaseAuthentication):
    """The first of the classes, since it names the challenge of a 401."""

    def authenticate(self, request: Request) -> tuple[DeviceUser | Person, str] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        scheme, token = scheme.lower(), token.strip()
        if scheme not in ("device", "token"):
            return None
        if not token or len(token) > LONGEST_TOKEN:
            raise exceptions.AuthenticationFailed("This token is not known.", "token_unknown")
        user = self._device(token) if scheme == "device" else person_by_token(token)
        if user is None:
            raise exceptions.AuthenticationFailed("This token is not known, or no longer good.", "token_unknown")
        return user, scheme

    def authenticate_header(self, request: Request) -> str:
        return 'Device realm="backflush", Token realm="backflush"'

    @staticmethod
    def _device(token: str) -> DeviceUser | None:
        device = device_by_token(token)
        if device is None:
            return None
        if not device.enabled:
            raise exceptions.AuthenticationFailed(
                f"Device {device.code} is disabled. Ask an administrator to enable it.", "device_disabled"
            )
        return DeviceUser(device)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema shows it."""

    target_class = TokenAuthentication
    name = ["device", "person"]

    def get_security_requirement(self, auto_schema: object) -> list[dict[str, list[str]]]:
        return [{"device": []}, {"person": []}]  # either, not both

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        def scheme(word: str, whose: str) -> dict[str, str]:
            return {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": f"`{word} <token>`, the token of {whose}",
            }

        return [scheme("Device", "an enrolled device"), scheme("Token", "a person's script")]
