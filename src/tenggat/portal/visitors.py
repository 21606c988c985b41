"""Who may see a page: `signed_in` gives a view the person; anybody else is sent to sign in and back."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tenggat.accounts.sessions import visiting
from tenggat.portal.visit import Visited

View = Callable[..., HttpResponse]


class Participant(Visited):
    """A request of somebody who is signed in."""

    person_id: UUID


def signed_in(view: Callable[..., HttpResponse]) -> View:
    """Only for who is signed in: `request.person_id`. Nothing of such a page stays in a cache."""

    @never_cache
    @wraps(view)
    def guarded(request: Participant, *arguments: object, **named: object) -> HttpResponse:
        found = visiting(request.session, now=request.now)
        if found is None:
            back = f"?{urlencode({'next': request.path})}" if request.method in {"GET", "HEAD"} else ""
            return redirect(reverse("sign-in") + back)
        request.person_id = found
        return view(request, *arguments, **named)

    return guarded
