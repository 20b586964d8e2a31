"""Send one delivery over HTTP: to an address that may be delivered to, signed, within a time, following nothing.

Writes nothing; `deliver_webhooks` does. The name is resolved here and the connection made to the very address that was
looked at, so that a name which leads elsewhere a moment later cannot lead inside.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from backflush.rules.webhooks import Network, Target, address_fault, endpoint_refusals, signature, target_of

CONNECT_SECONDS = 3.0
WHOLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: a status, or in words why there is none."""

    status: int | None
    error: str = ""

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status <= 299


def send_webhook(
    *,
    url: str,
    secret: str,
    body: bytes,
    delivery: str,
    timestamp: int,
    networks: Sequence[Network],
    seconds: float = WHOLE_SECONDS,
) -> Answer:
    """Post `body` once. Only a 2xx is taken; a redirect is an answer like any other, and nobody follows it."""
    target = target_of(url)
    refusals = endpoint_refusals(url, networks)
    if target is None or refusals:
        return Answer(None, refusals[0].sentence)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Backflush",
        "Backflush-Delivery": delivery,
        "Backflush-Timestamp": str(timestamp),
        "Backflush-Signature": signature(secret, timestamp, body),
    }
    try:
        connected = _connected(target, networks)
        if isinstance(connected, str):
            return Answer(None, connected)
        status = _exchange(target, connected, body, headers, seconds)
    except TimeoutError:
        return Answer(None, f"No answer within {seconds:g} seconds.")
    except ssl.SSLCertVerificationError as error:
        return Answer(None, f"The certificate of {target.host} is not good: {error.verify_message}."[:300])
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, f"{target.host} could not be reached: {error or type(error).__name__}."[:300])
    if 200 <= status <= 299:
        return Answer(status)
    redirect = " A redirect is not followed: enter the address that it leads to." if 300 <= status <= 399 else ""
    return Answer(status, f"The receiver answered {status}.{redirect}")


def _connected(target: Target, networks: Sequence[Network]) -> socket.socket | str:
    """A connection to one of the host's addresses, or why there may be none. One address that may not be is one too many."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    for *_, where in found:
        fault = address_fault(str(where[0]), networks)
        if fault:
            return f"{target.host} leads to {fault}"
    last: OSError = ConnectionError("no address")
    for family, kind, protocol, _, where in found:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(where)
            if target.secure:
                return ssl.create_default_context().wrap_socket(connection, server_hostname=target.host)
            return connection
        except OSError as error:
            connection.close()
            last = error
    raise last


def _exchange(target: Target, connection: socket.socket, body: bytes, headers: dict[str, str], seconds: float) -> int:
    """The status of the answer. The time is for all of it: a receiver that sends a byte now and then gains nothing."""
    kind = http.client.HTTPSConnection if target.secure else http.client.HTTPConnection
    client = kind(target.host, target.port)
    client.sock = connection
    connection.settimeout(seconds)
    late = threading.Event()

    def give_up() -> None:
        late.set()
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it ended by itself in this moment

    timer = threading.Timer(seconds, give_up)
    timer.start()
    try:
        client.request("POST", target.path, body, headers)
        return client.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise (TimeoutError() if late.is_set() else error) from error
    finally:
        timer.cancel()
        client.close()
