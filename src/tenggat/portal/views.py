"""The first page, and what programs that read the web are told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_ROBOTS = "User-agent: *\nDisallow: /receipts/\nDisallow: /masuk\nDisallow: /saya\n"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, where to sign in, what to do after being accepted, and what not to fall for."""
    return render(request, "portal/home.html")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may find the help; what is personal lies behind a code in any case."""
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")
