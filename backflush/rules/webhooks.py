"""Deliveries of goods movements: where they may go, how they are signed, and when a failed one is tried again."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from masterdata.rules.refusal import Refusal

#: messages of one delivery; after a failure one at a time, so that what is given up is one posting by its number
BATCH = 50
#: with the waits below, given up after three to five and a half hours
ATTEMPTS = 15
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
LONGEST_URL = 500

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect. `path` has the query with it."""

    secure: bool
    host: str
    port: int
    path: str


def networks_of(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks as settings name them (`10.1.0.0/16`); ValueError where one is none."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def target_of(url: str) -> Target | None:
    """The parts of an address that may be delivered to; None where it is not one."""
    if len(url) > LONGEST_URL or not url.isascii() or any(not one.isprintable() or one == " " for one in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if (
        parts.scheme not in ("https", "http")
        or not parts.hostname
        or "@" in parts.netloc
        or parts.fragment
        or port == 0
    ):
        return None
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, parts.hostname, port or (443 if secure else 80), path)


def endpoint_refusals(url: str, networks: Sequence[Network]) -> list[Refusal]:
    """What is wrong with an address as it is written. What a name leads to is looked at for every delivery anew."""
    target = target_of(url)
    if target is None:
        return [
            Refusal(
                "url_wrong",
                "This is not an address to deliver to.",
                url[:80],
                "Write it as https://host/path, without a user, a password or a #.",
            )
        ]
    literal = _literal(target.host)
    loopback = target.host == "localhost" or (literal is not None and literal.is_loopback)
    if not target.secure and not loopback:
        return [
            Refusal(
                "url_not_https",
                "Goods movements are delivered over https only.",
                target.host,
                "Write https://; plain http is for this machine itself.",
            )
        ]
    fault = (
        address_fault("127.0.0.1" if target.host == "localhost" else target.host, networks)
        if loopback or literal
        else ""
    )
    return [Refusal("address_not_allowed", fault, target.host, _ASK)] if fault else []


_ASK = "Ask whoever runs this server to add the network to WEBHOOK_NETWORKS."


def address_fault(text: str, networks: Sequence[Network]) -> str:
    """Why nothing is delivered to this IP address; empty where it may be.

    Public addresses are open. Private ones, this machine and everything special only where the server's settings name the
    network: else an address could make this server knock at doors that only it can reach.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    seen = _inner(address)
    if any(one in network for one in {address, seen} for network in networks if one.version == network.version):
        return ""
    if seen.is_global and not seen.is_multicast and address.is_global:
        return ""
    return f"{address} is not a public address, and its network is not among those that may be delivered to."


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, where it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`v1=` and HMAC-SHA256 (hex) over the timestamp, a full stop and the body as it is sent."""
    return "v1=" + hmac.new(secret.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()


def wait_before_next(failures: int, chance: float) -> float:
    """Seconds until the next attempt after so many failures in a row: doubling, at most an hour, between half and all of it.

    `chance`: from 0 to 1, so that many endpoints of one receiver do not come back at the same moment.
    """
    whole = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (failures - 1))
    return whole * (0.5 + chance / 2)
