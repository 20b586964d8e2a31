"""Hashes for passwords that everybody may know: quick, since a slow hash guards nothing here.

Whoever signs in at the running plant has theirs renewed at the product's own cost, as any older hash is.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test.utils import override_settings


class PublishedPasswordHasher(Argon2PasswordHasher):
    """Argon2 in one pass over 1 MiB."""

    time_cost = 1
    memory_cost = 1024
    parallelism = 1


@contextmanager
def quick_hashes() -> Iterator[None]:
    """While the demo plant is told: its cast is enrolled and signs a few dozen times within seconds."""
    ours = f"{PublishedPasswordHasher.__module__}.{PublishedPasswordHasher.__name__}"
    with override_settings(PASSWORD_HASHERS=[ours, *settings.PASSWORD_HASHERS[1:]]):
        yield
