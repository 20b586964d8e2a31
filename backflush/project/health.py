"""Is the product alive, and may it be sent work? And the figures that a monitor scrapes.

Figures are read from the database when asked for, so they are right however many processes serve.
"""

import time
from dataclasses import asdict
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from backflush.project.safety import unapplied_migrations, what_is_unsafe

APPS = ("masterdata", "traceability", "backflush", "variance")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, is complete, and is safe to serve with; else 503, and every reason with what to do.

    The broker is not asked: without it reports are still taken, and found by the sweep.
    """
    try:
        reasons = what_is_unsafe()
        missing = unapplied_migrations()
    except DatabaseError as error:
        return JsonResponse({"ready": False, "why": f"The database does not answer: {error}"}, status=503)
    if not reasons:
        return JsonResponse({"ready": True})
    answer = {
        "ready": False,
        "why": " ".join(one.sentence for one in reasons),
        "reasons": [asdict(one) for one in reasons],
        **({"missing": missing} if missing else {}),
    }
    return JsonResponse(answer, status=503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Apps add theirs with `gauges()` in their queries: (name, help, labels, value) each."""
    registry = CollectorRegistry()
    up = Gauge("backflush_database_up", "1 when the database answers", registry=registry)
    seconds = Gauge("backflush_database_seconds", "Time of one round trip to the database", registry=registry)
    started = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        up.set(1)
        seconds.set(time.perf_counter() - started)
        _add_gauges_of_apps(registry)
    except DatabaseError:
        up.set(0)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _add_gauges_of_apps(registry: CollectorRegistry) -> None:
    known: dict[str, Gauge] = {}
    for gauges in _gauge_functions():
        for name, text, labels, value in gauges():
            if name not in known:
                known[name] = Gauge(name, text, sorted(labels), registry=registry)
            (known[name].labels(**labels) if labels else known[name]).set(value)


@cache
def _gauge_functions() -> list:
    modules = [import_module(f"{app}.queries") for app in APPS if find_spec(f"{app}.queries")]
    return [module.gauges for module in modules if hasattr(module, "gauges")]
