"""Every address of the product. Each app brings its own, web and API alike."""

import sys
from importlib.util import find_spec

from django.contrib import admin
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import defaults
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backflush.project import health
from backflush.project.problems import BUSY, problem_response

APPS = ("masterdata", "traceability", "backflush", "variance")

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("admin/", admin.site.urls),
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses, such as a name of this site that it does not know."""
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    if isinstance(exception, DisallowedHost):
        return problem_response(request, 400, "This server is not called by that Host.", "unknown_host")
    return problem_response(request, 400, "This request cannot be read.", "bad_request")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, 404, f"There is nothing at {request.path[:200]}.", "not_found")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where only the database was away."""
    away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    if request.path.startswith("/api/"):
        detail = BUSY if away else "Something went wrong here. It has been logged."
        answer: HttpResponse = problem_response(request, 503 if away else 500, detail)
    else:
        answer = defaults.server_error(request)
    if away:
        answer.status_code = 503
        answer["Retry-After"] = "2"
    return answer


handler400 = bad_request
handler404 = page_not_found
handler500 = server_error
