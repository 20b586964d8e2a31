"""How often one device or person may call the API: a bucket of tokens each, in this process, filled a little at a time."""

import threading
import time

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

_buckets: dict[str, tuple[float, float]] = {}
_lock = threading.Lock()


class PerCaller(BaseThrottle):
    """`API_CALLS_PER_MINUTE` (0: no limit), all of which may come at once. Beyond it: 429 with `Retry-After`."""

    _wait = 0.0

    def allow_request(self, request: Request, view: object) -> bool:
        most = settings.API_CALLS_PER_MINUTE
        if not most or not request.user.is_authenticated:
            return True
        key, now = str(request.user.pk), time.monotonic()
        with _lock:
            left, since = _buckets.get(key, (float(most), now))
            left = min(float(most), left + (now - since) * most / 60)
            allowed = left >= 1
            _buckets[key] = (left - 1 if allowed else left, now)
        self._wait = 0.0 if allowed else (1 - left) * 60 / most
        return allowed

    def wait(self) -> float:
        return self._wait
