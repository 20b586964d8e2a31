"""Tokens of devices and of people's scripts: made once, shown once, kept as a digest."""

import hashlib

#: A token of 32 random bytes has 43 characters; nobody may choose a guessable one.
SHORTEST_TOKEN = 20


def token_digest(token: str) -> str:
    """SHA-256 (hex). A random token needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
