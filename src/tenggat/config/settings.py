"""Django's settings. What the programme's rules say is never a setting: it stands in the programme file (D10)."""

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

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
    "tenggat.foundation",
    "tenggat.journal",
    "tenggat.registry",
    "tenggat.partners",
    "tenggat.ledger",
    "tenggat.messaging",
    "tenggat.accounts",
    "tenggat.waves",
    "tenggat.training",
    "tenggat.reasons",
    "tenggat.deadlines",
]
# No sessions or signed values leave this installation yet: the key only has to differ at each start.
SECRET_KEY = os.environ.get("TENGGAT_SECRET_KEY") or os.urandom(32).hex()
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "id"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The web. A call is proved by a signature over its body, never by a cookie: there are no sessions, and so nothing that
# a forged form could borrow (CSRF). CommonMiddleware refuses other hosts.
ROOT_URLCONF = "tenggat.config.urls"
WSGI_APPLICATION = "tenggat.config.wsgi.application"
ALLOWED_HOSTS = os.environ.get("TENGGAT_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
APPEND_SLASH = False

# Django tells of a refused call with its path and host, of a failure with everything: no such line may be written.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"django": {"handlers": [], "level": 100}},  # above the gravest
}
