"""The one settings file: every choice of a site comes from the environment.

Needed: SECRET_KEY (unless DEBUG=on), DATABASE_URL, REDIS_URL. `make run` makes all three. The rest has defaults that
are safe for production; CONTRIBUTING.md lists them.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from backflush.project.addresses import database_settings
from backflush.project.logs import logging_settings
from masterdata.rules.attachments import CEILING_MEGABYTES
from masterdata.rules.reviews import intervals_of

BASE_DIR = Path(__file__).resolve().parents[2]


def switch(name: str, default: bool = False) -> bool:
    """An on/off variable. Anything but the usual words is refused, so that a typing error is not taken for `off`."""
    text = os.environ.get(name, "").strip().lower()
    if text in ("", "on", "1", "true", "yes", "off", "0", "false", "no"):
        return default if text == "" else text in ("on", "1", "true", "yes")
    raise ImproperlyConfigured(f"{name} must be on or off, not {text!r}")


def number(name: str, default: int) -> int:
    text = os.environ.get(name, "")
    try:
        return int(text) if text else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}") from error


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


DEBUG = switch("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("SECRET_KEY is not set. Set it to a long random text (or DEBUG=on to develop).")
    SECRET_KEY = "insecure-for-development-only"  # noqa: S105

# Keys that are going out of use: sessions, and signatures of devices, made with them are good until they are left out.
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")

# Where

DATA_DIR = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
REDIS_URL = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **database_settings(os.environ.get("DATABASE_URL") or "postgresql://backflush_app@127.0.0.1:5432/backflush"),
        "CONN_MAX_AGE": number("DATABASE_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        # A pooler in front of the database hands a connection to another client between transactions.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {
    "application_name": os.environ.get("PROCESS_NAME", "backflush"),
    "connect_timeout": "5",
    **DATABASES["default"]["OPTIONS"],
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What

INSTALLED_APPS = [
    "masterdata",
    "traceability",
    "backflush",
    "variance",
    "backflush.project.records.RecordsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "simple_history",
    "rest_framework",
    "django_filters",
    "django_tables2",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "csp",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backflush.project.request_log.RequestLog",
    "masterdata.pages.due_passwords.due_passwords",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "backflush.project.plain_addresses.plain_addresses",
    "axes.middleware.AxesMiddleware",  # last: it answers for a locked account
]

ROOT_URLCONF = "backflush.project.urls"
WSGI_APPLICATION = "backflush.project.wsgi.application"
ASGI_APPLICATION = "backflush.project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "variance.web.navigation.navigation",
            ],
        },
    },
]

# People

AUTH_USER_MODEL = "masterdata.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "masterdata.actions.authentication.PasswordBackend",
    "masterdata.actions.authentication.BadgeBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "badge")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "masterdata.actions.former_passwords.NotOneOfTheLast"},
]
PASSWORD_AGE_DAYS = number("PASSWORD_AGE_DAYS", 365)  # an older one opens only the page to change it; 0: never too old
PASSWORD_HISTORY = number("PASSWORD_HISTORY", 5)  # so many passwords of before are not taken again
BADGE_LOST_REVOKES_TOKENS = switch("BADGE_LOST_REVOKES_TOKENS", True)  # of the person's scripts, with the badge
AUDIT_REVIEW_DAYS = number("AUDIT_REVIEW_DAYS", 30)  # a site whose audit trail nobody reviewed for so long is overdue
WORKING_HOURS = (
    os.environ.get("WORKING_HOURS") or "1-7 06:00-22:00"
)  # days of the week, Monday is 1; at the site's time
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
CSRF_FAILURE_VIEW = "masterdata.web.sign_in.form_too_old"
QUALITY_DUE_DAYS = number("QUALITY_DUE_DAYS", 14)  # a quality record that names no day is due then
# How often a governed record is reviewed: once a quarter, or by kind (bin=365, supplier=182); and when it escalates.
REVIEW_INTERVALS = intervals_of(
    number("REVIEW_DAYS", 91), os.environ.get("REVIEW_DAYS_BY_KIND", ""), number("REVIEW_ESCALATION_DAYS", 14)
)
BLOCKED_ALARM_MINUTES = number("BLOCKED_ALARM_MINUTES", 60)  # a report blocked for longer is marked and counted
GS1_COMPANY_PREFIX = os.environ.get("GS1_COMPANY_PREFIX", "").strip()  # 7 to 10 digits; empty: SSCCs come printed
FLOOR_LOCK_MINUTES = number("FLOOR_LOCK_MINUTES", 10)  # a tablet that nobody touches locks itself; 0: never

# A whole line may share one address, and a person has many: what rests is one person's PIN, or password, at one address.
AXES_HANDLER = "masterdata.actions.failed_attempts.FailedAttempts"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "masterdata.actions.failed_attempts.account_name"
AXES_CLIENT_IP_CALLABLE = "masterdata.actions.failed_attempts.client_address"
AXES_LOCKOUT_CALLABLE = "masterdata.web.sign_in.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # Retry-After keeps its word, whoever goes on trying
SIGN_IN_FAILURE_CEILING = number("SIGN_IN_FAILURE_CEILING", 50)  # of one person's PIN or password, over all addresses
SIGN_IN_DELAY_SECONDS = number("SIGN_IN_DELAY_SECONDS", 60)  # beyond it attempts must be this far apart
AXES_SENSITIVE_PARAMETERS = ["username", "badge", "pin", "password"]
AXES_FAILURE_LIMIT = number("SIGN_IN_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = timedelta(minutes=number("SIGN_IN_LOCKOUT_MINUTES", 15))
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * number("SESSION_MINUTES", 8 * 60)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# The browser

BEHIND_TLS_PROXY = switch("BEHIND_TLS_PROXY")
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
HTTPS_ONLY = switch("HTTPS_ONLY")
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# The BOM editor sends two dozen fields for each of up to 500 lines; a body is still bounded by its size.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 15_000

# The camera page alone adds 'wasm-unsafe-eval', with csp.decorators.csp_update.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    },
}

STATIC_URL = "/static/"
STATICFILES_DIRS = [folder for folder in [BASE_DIR / "static"] if folder.is_dir()]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or DATA_DIR / "staticfiles")
# Served straight from the sources while developing and testing; else collected, named by content and compressed.
STATIC_FROM_SOURCES = switch("STATIC_FROM_SOURCES", DEBUG)
WHITENOISE_USE_FINDERS = STATIC_FROM_SOURCES
WHITENOISE_AUTOREFRESH = STATIC_FROM_SOURCES
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if STATIC_FROM_SOURCES
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# Language and time

LANGUAGE_CODE = "en"
USE_I18N = True
FORMAT_MODULE_PATH = ["backflush.project.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# The API

API_CALLS_PER_MINUTE = number("API_CALLS_PER_MINUTE", 6000)  # of one device or person, in one process; 0: no limit
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "masterdata.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "masterdata.pages.stopped_devices.StoppedDevicesOnlyReport",
        "masterdata.pages.api_duties.DutyOfMethod",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "backflush.project.negotiation.JsonInEitherName",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["masterdata.pages.throttles.PerCaller"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "backflush.project.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backflush.project.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Backflush",
    "DESCRIPTION": "Report production, follow lots, explain every posting.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["backflush.project.openapi.tidy"],
}

# Imports of master data: how large a file may be, and how much of it may change at once

IMPORT_MOST_MEGABYTES = number("IMPORT_MOST_MEGABYTES", 20)
IMPORT_MOST_ROWS = number("IMPORT_MOST_ROWS", 100_000)
IMPORT_MOST_CHANGES = number("IMPORT_MOST_CHANGES", 5000)

# Files attached to change requests: how large one may be. The database itself takes no more than the ceiling.
ATTACHMENT_MOST_MEGABYTES = number("ATTACHMENT_MOST_MEGABYTES", 10)
if not 1 <= ATTACHMENT_MOST_MEGABYTES <= CEILING_MEGABYTES:
    raise ImproperlyConfigured(f"ATTACHMENT_MOST_MEGABYTES is from 1 to {CEILING_MEGABYTES}.")

# The outbox

# Networks besides the public ones that goods movements may be delivered to: 10.1.0.0/16 for an ERP in the plant.
WEBHOOK_NETWORKS = words("WEBHOOK_NETWORKS", "127.0.0.0/8,::1/128" if DEBUG else "")
# Whose names lots and places without a GS1 key get in EPCIS: an address that the company owns.
EPCIS_NAMESPACE = os.environ.get("EPCIS_NAMESPACE") or "https://plant.example/epcis/"

# Work in the background. Truth stays in PostgreSQL: a message only says that there is something to do.

CELERY_BROKER_URL = REDIS_URL
# Without it Celery opens a connection for every task, which takes longer than the task; `celery_app` lets Django look at its age.
CELERY_DB_REUSE_MAX = 1_000_000
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A message is gone once a worker has it: one that was lost with its worker is worth nothing, as the sweep looks into the
    # inbox every two seconds. Receipts to a broker that died meanwhile would end the worker.
    "ack_emulation": False,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "forget-old-nonces": {
        "task": "masterdata.forget_old_nonces",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "take-due-changes": {"task": "masterdata.take_due_changes", "schedule": 5.0, "options": {"expires": 5}},
    "work-on-imports": {"task": "masterdata.work_on_imports", "schedule": 5.0, "options": {"expires": 10}},
    "work-on-batches": {"task": "masterdata.work_on_batches", "schedule": 5.0, "options": {"expires": 10}},
    "seal-audit": {"task": "masterdata.seal_audit", "schedule": 60.0, "options": {"expires": 60}},
    "sweep-inbox": {"task": "backflush.sweep_inbox", "schedule": 2.0, "options": {"expires": 4}},
    "deliver-webhooks": {"task": "backflush.deliver_webhooks", "schedule": 5.0, "options": {"expires": 10}},
    "run-impact-replays": {"task": "backflush.run_impact_replays", "schedule": 5.0, "options": {"expires": 10}},
    "freeze-closed-orders": {
        "task": "variance.freeze_closed_orders",
        "schedule": 10.0,
        "options": {"expires": 20},
    },
}

# Where heads of the sealed audit trail go, outside the database: the more apart from it, the better.
AUDIT_HEADS = os.environ.get("AUDIT_HEADS", "")

LEDGER_CHECK_MINUTES = number("LEDGER_CHECK_MINUTES", 60)  # how often all invariants are asked; 0: never
if LEDGER_CHECK_MINUTES:
    CELERY_BEAT_SCHEDULE["check-ledger"] = {
        "task": "backflush.check_ledger",
        "schedule": 60.0 * LEDGER_CHECK_MINUTES,
        "options": {"expires": 60 * LEDGER_CHECK_MINUTES},
    }

# Logs

DJANGO_STRUCTLOG_CELERY_ENABLED = True
LOGGING = logging_settings(json=switch("LOG_JSON", not DEBUG), level=os.environ.get("LOG_LEVEL", "INFO"))
