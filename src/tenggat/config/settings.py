"""Django's settings. What the programme's rules say is never a setting: it stands in the programme file (D10)."""

import os
from typing import Any

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from tenggat.foundation import home
from tenggat.foundation.refusals import Refusal

# The doors set DATABASE_URL before Django starts: the embedded server's, or the operator's own.
_DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql:///tenggat")


def database(url: str) -> dict[str, Any]:
    """What Django wants to know of the server behind a connection string."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "tenggat"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {**parts, "application_name": "tenggat"},
        "CONN_MAX_AGE": 60,  # seconds; a call of the web that had to connect first would take three times as long
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # safe behind PgBouncer
        "TEST": {"TEMPLATE": "template0"},
    }


DATABASES = {"default": database(_DATABASE_URL)}
INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "tenggat.foundation",
    "tenggat.journal",
    "tenggat.registry",
    "tenggat.partners",
    "tenggat.ledger",
    "tenggat.messaging",
    "tenggat.accounts",
    "tenggat.waves",
    "tenggat.training",
    "tenggat.help",
    "tenggat.reasons",
    "tenggat.deadlines",
    "tenggat.pages",
    "tenggat.portal",
]
# Nothing is signed with it: a session is a row, and what browsers keep is proved with the keys of the home. So it only
# has to differ at each start.
SECRET_KEY = os.environ.get("TENGGAT_SECRET_KEY") or os.urandom(32).hex()
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "id"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The web. A gateway's call is proved by a signature over its body, never by a cookie; a person's form by Django's token
# (CSRF). CommonMiddleware refuses other hosts.
ROOT_URLCONF = "tenggat.config.urls"
WSGI_APPLICATION = "tenggat.config.wsgi.application"
ALLOWED_HOSTS = os.environ.get("TENGGAT_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # adds random bytes, so that no length tells a token (BREACH)
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenggat.portal.visit.visit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "tenggat.portal.visit.page"],
        },
    }
]
FORM_RENDERER = "tenggat.pages.forms.Renderer"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
STATIC_URL = "/static/"
STATIC_ROOT = home.default_path() / "static"
STORAGES = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True


def _for_trying() -> bool:
    """Whether this is a sandbox home, which is looked at without HTTPS; where there is none yet, it is not."""
    try:
        return home.open_home(home.default_path()).sandbox
    except Refusal:
        return False


# HTTPS ends at the proxy, which must set this header itself (docs/portal.md): the web listens on this machine alone.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if _for_trying() else 365 * 24 * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not _for_trying()
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
# Sessions of participants (docs/security.md); with HTTPS no other host and no plain page can set their cookie.
SESSION_ENGINE = "tenggat.accounts.store"
SESSION_COOKIE_SECURE = not _for_trying()
SESSION_COOKIE_NAME = "__Host-tenggat" if SESSION_COOKIE_SECURE else "tenggat"
SESSION_COOKIE_HTTPONLY, SESSION_COOKIE_SAMESITE = True, "Lax"
PROXIES = int(os.environ.get("TENGGAT_PROXIES", "1"))
"""How many proxies of ours a call passes: each adds whom it saw to X-Forwarded-For; what stands before is a claim."""
CSRF_FAILURE_VIEW = "tenggat.portal.errors.form_not_ours"
# Nothing from elsewhere, nothing inline, and nobody frames us.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Django tells of a refused call with its path and host, of a failure with everything: no such line may be written.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"django": {"handlers": [], "level": 100}},  # above the gravest
}
