"""What a browser keeps between two pages of signing in: no address and no number, only what is worthless elsewhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from tenggat.accounts import recovering
from tenggat.accounts.askers import DEVICE_LIVES, Asker, network_of, with_device
from tenggat.foundation.keys import Keys

CODE, RECOVERY, DEVICE = "tenggat_code", "tenggat_recovery", "tenggat_device"
_CODE_LIVES = 25 * 60  # seconds: ten minutes to type it, ten to say who it is
_ELSEWHERE = ".elsewhere"


def asker(request: HttpRequest) -> Asker:
    """From where this request comes: the address that the outermost of our own proxies saw."""
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    through = settings.PROXIES
    address = passed[-through] if 0 < through <= len(passed) else request.META.get("REMOTE_ADDR", "")
    return Asker(network_of(address), request.COOKIES.get(DEVICE, ""))


def challenge_in(request: HttpRequest) -> UUID | None:
    """The challenge that this browser waits in."""
    try:
        return UUID(hex=request.COOKIES.get(CODE, "").removesuffix(_ELSEWHERE))
    except ValueError:
        return None


def is_elsewhere(request: HttpRequest) -> bool:
    """Whether it was said to be somebody else's device, before somebody was named."""
    return request.COOKIES.get(CODE, "").endswith(_ELSEWHERE)


def keep_challenge(response: HttpResponse, challenge: UUID, *, elsewhere: bool = False) -> None:
    """Let the browser give the code back."""
    _keep(response, CODE, challenge.hex + (_ELSEWHERE if elsewhere else ""), _CODE_LIVES)


def keep_recovery(response: HttpResponse, token: str) -> None:
    """Let the browser choose where its code goes."""
    _keep(response, RECOVERY, token, int(recovering.LIVES.total_seconds()))


def keep_device(request: HttpRequest, response: HttpResponse, *, address: UUID, keys: Keys, now: datetime) -> None:
    """Let the browser show that it has proven this address."""
    cookie = with_device(request.COOKIES.get(DEVICE, ""), address=address, keys=keys, now=now)
    _keep(response, DEVICE, cookie, int(DEVICE_LIVES.total_seconds()))


def forget_steps(response: HttpResponse) -> None:
    """Signing in is over."""
    for name in (CODE, RECOVERY):
        response.delete_cookie(name, samesite="Lax")


def own_path(request: HttpRequest, fallback: str) -> str:
    """Where to go on: a path of ours, as `next` names it; anything else is the fallback."""
    asked: Any = request.POST.get("next") or request.GET.get("next") or ""
    safe = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if safe else fallback


def _keep(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=seconds, secure=secure, httponly=True, samesite="Lax")
