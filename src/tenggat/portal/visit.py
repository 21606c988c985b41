"""What every request of a person has: a moment, the programme, the keys, and a language.

Indonesian, until the reader chooses: many phones sold in Indonesia are set to English by people who read Indonesian
more easily, so what a browser says it accepts is no choice. The choice stays in a cookie of this browser.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from tenggat.foundation.keys import Keys
from tenggat.portal.opening import opened
from tenggat.rules.programme import Programme

MACHINES = "/receipts/"
"""Below it programs call, not people: they have no language, and follow the clock of the wall."""

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

Answering = Callable[[HttpRequest], HttpResponse]


class Visited(HttpRequest):
    """A request as the views of the portal are given it."""

    now: datetime
    programme: Programme
    keys: Keys


def visit(answer: Answering) -> Answering:
    """Middleware: give the request what it has, and answer in its language."""

    def answered(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(MACHINES):
            return answer(request)
        house = opened()
        found: Any = request
        found.now, found.programme, found.keys = house.now(), house.programme, house.keys
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else house.programme.language
        with translation.override(language):
            response = answer(request)
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        patch_vary_headers(response, ["Cookie"])
        return response

    return answered


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what each page may name."""
    return {
        "programme": getattr(request, "programme", None) or opened().programme,
        "now": getattr(request, "now", None),
        "here": request.get_full_path(),
    }
