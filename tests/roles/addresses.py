"""Every address of the product, with its view and with sample arguments."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.roles.everything import asked, samples

#: Addresses that ask for nobody: who is there is what they find out, or they serve monitors and readers of the API.
OPEN_TO_THE_WORLD = {
    "sign-in": "this is where somebody signs in",
    "sign-out": "ends a session, if there is one",
    "switch-user": "ends a session, if there is one",
    "healthz": "for monitors; says nothing of the plant",
    "readyz": "for monitors; says nothing of the plant",
    "metrics": "for monitors: counts only; the proxy keeps it inside",
    "schema": "how the API is called",
    "api-docs": "how the API is called",
}


@dataclass(frozen=True)
class Address:
    """One address with one set of arguments."""

    name: str
    path: str
    view: Any
    arguments: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.name} {self.path}"


def patterns() -> Iterator[URLPattern]:
    """All but the read-only admin, which Django guards by `is_staff` and our read-only registration."""
    for one in get_resolver().url_patterns:
        if not isinstance(one, URLResolver):
            yield one
        elif one.namespace != "admin":
            yield from (inner for inner in one.url_patterns if isinstance(inner, URLPattern))


def is_api(view: Any) -> bool:
    return hasattr(view, "cls")


def addresses(*, api: bool) -> list[Address]:
    """Every address that somebody must be signed in for, as often as there are samples of it."""
    known, queries, found = samples(), asked(), []
    for one in patterns():
        if one.name in OPEN_TO_THE_WORLD or is_api(one.callback) != api:
            continue
        for arguments in _samples_of(known, one) if one.pattern.converters or _groups(one) else [{}]:
            path = reverse(one.name, kwargs=arguments)
            query = queries.get(one.name)
            found.append(
                Address(
                    one.name,
                    f"{path}?{urlencode(query)}" if query else path,
                    one.callback,
                    {**one.default_args, **arguments},
                )
            )
    return found


def _groups(one: URLPattern) -> dict[str, int]:
    regex = getattr(one.pattern, "regex", None)
    return dict(regex.groupindex) if regex is not None else {}


def _samples_of(known: dict[str, list[dict[str, Any]]], one: URLPattern) -> list[dict[str, Any]]:
    for name, arguments in known.items():
        if one.name == name or (name.endswith("*") and one.name.startswith(name[:-1])):
            return arguments
    raise AssertionError(f"{one.name}: there is no sample of its arguments in tests/roles/everything.py")
