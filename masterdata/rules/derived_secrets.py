"""Secrets that are computed and not stored: a copy of the database alone forges nothing."""

import hashlib
import hmac
from base64 import urlsafe_b64encode


def derived_secret(master: str, purpose: str, salt: str) -> str:
    """The secret of whoever has this salt, made with the installation's key. `purpose` keeps kinds of secrets apart."""
    key = hashlib.sha256(f"backflush {purpose}\0{master}".encode()).digest()
    return urlsafe_b64encode(hmac.digest(key, salt.encode(), "sha256")).decode().rstrip("=")
