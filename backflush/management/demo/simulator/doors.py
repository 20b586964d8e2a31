"""The door that machines use: the product's own HTTP API. What could not be delivered is kept and sent again."""

import json
import urllib.error
import urllib.request
from collections import deque
from http.client import HTTPException

from masterdata.rules.refusal import Refusal, Refused

REPORTS = "/api/v1/operation-reports"
SCANS = "/api/v1/scan-issues"
HEARTBEATS = "/api/v1/device-heartbeats"
_TIMEOUT = 10
_KEPT = 500
_REFUSED_FOR_GOOD = range(400, 500)
_COME_AGAIN = frozenset({408, 425, 429})


class Doors:
    """Sends JSON with a device's token. While the server is away, messages wait in order, as they do in a device."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.waiting: deque[tuple[str, str, dict]] = deque(maxlen=_KEPT)
        self.delivered = 0

    def send(self, path: str, token: str, body: dict) -> bool:
        """Send after everything that still waits; False where the server is away and the message is kept.

        Refused where the server says that the message can never be taken. The same event id may be sent twice.
        """
        self.waiting.append((path, token, body))
        return self.flush()

    def flush(self) -> bool:
        """Send what waits, oldest first, until the server is away."""
        while self.waiting:
            status, answer = self._post(*self.waiting[0])
            if status == 0 or status >= 500 or status in _COME_AGAIN:
                return False
            path, _, _ = self.waiting.popleft()
            if status in _REFUSED_FOR_GOOD:
                raise Refused(Refusal("not_taken", f"{path} answered {status}: {answer[:300]}", path))
            self.delivered += 1
        return True

    def _post(self, path: str, token: str, body: dict) -> tuple[int, str]:
        request = urllib.request.Request(  # noqa: S310 - the address of our own web server
            self.base_url + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Device {token}", "Content-Type": "application/json"},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except (urllib.error.URLError, HTTPException, OSError):
            return 0, ""
