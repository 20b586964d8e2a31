"""Is the product alive, and may it be sent work? And the figures that a monitor scrapes.

Figures are read from the database when asked for, so they are right however many processes serve.
"""

import time
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

APPS = ("masterdata", "traceability", "backflush", "variance")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and every migration is applied; else 503 and why.

    The broker is not asked: without it reports are still taken, and found by the sweep.
    """
    try:
        missing = unapplied_migrations()
    except DatabaseError as error:
        return JsonResponse({"ready": False, "why": f"The database does not answer: {error}"}, status=503)
    if missing:
        return JsonResponse({"ready": False, "why": "Migrations are missing.", "missing": missing}, status=503)
    return JsonResponse({"ready": True})


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


def unapplied_migrations() -> list[str]:
    """Names of the migrations that this code has and the database lacks. Raises DatabaseError when it is away."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if _all_applied():
            return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    missing = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
    if not missing:
        _seen_complete.add(connection.settings_dict["NAME"])
    return missing


_seen_complete: set[str] = set()


def _all_applied() -> bool:
    """Reading the migration graph takes 50 ms, and a complete database stays complete under the same code."""
    return connection.settings_dict["NAME"] in _seen_complete


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
