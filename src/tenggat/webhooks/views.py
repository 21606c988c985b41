"""One call of a gateway, from the raw body to the inbox.

Whoever calls learns nothing but a number: 200 taken in, 400 unreadable, 403 not proved, 404 no such route, 411 no
length, 413 too large, 500 ours (they call again). No body and no address is ever logged: a sentence of our own, and
the route's name.
"""

import logging
import traceback
from pathlib import Path

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tenggat.foundation import clock
from tenggat.messaging import incoming, receipts
from tenggat.messaging.gateways import ReceiptRefused, ReceiptUnreadable
from tenggat.messaging.incoming import Incoming
from tenggat.webhooks.accepting import accepting

MOST = 256 * 1024
"""Bytes of a call: some hundreds of receipts, and what one caller can make us keep in memory."""

_log = logging.getLogger("tenggat.webhooks")


@csrf_exempt  # what proves a call is its signature: there is no cookie that a forged form could borrow
@require_http_methods(["GET", "POST"])
def of_route(request: HttpRequest, route: str) -> HttpResponse:
    """Take receipts in, or answer to the check with which a webhook is entered at Meta."""
    settings = accepting().get(route)
    if settings is None:
        return HttpResponse(status=404)
    try:
        if request.method == "GET":
            return HttpResponse(incoming.challenge(request.GET.dict(), settings=settings), content_type="text/plain")
        return HttpResponse(status=_take_in(request, route, settings))
    except ReceiptUnreadable as refusal:
        status, said = 400, refusal.message
    except ReceiptRefused as refusal:
        status, said = 403, refusal.message
    except UnreadablePostError:
        status, said = 400, "The call broke off."
    except SuspiciousOperation:  # more fields than Django reads
        status, said = 400, "The call has too much in it."
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]  # a message might hold personal data, a place does not
        status, said = 500, f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
    _log.warning("receipts of %s: %d. %s", route, status, said)
    return HttpResponse(status=status)


def _take_in(request: HttpRequest, route: str, settings: Incoming) -> int:
    if "Transfer-Encoding" in request.headers:
        return 411  # in pieces of unknown number; a proxy in front gathers them
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 10 or int(length) > MOST:
        return 413
    now = clock.now()  # of the wall, also in a sandbox: a signature has a time-stamp of the wall
    told = incoming.read(request.body, request.headers, settings=settings, now=now)
    receipts.take_in(route, told, now=now)
    return 200
