"""Pages for what went wrong: what happened, that nothing was lost, and what to do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return render(request, "portal/errors/not_found.html", status=404)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "portal/errors/refused.html", status=403)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "portal/errors/unreadable.html", status=400)


def failed(request: HttpRequest) -> HttpResponse:
    """500. Its page asks neither the database nor a session, which may be what failed."""
    return render(request, "portal/errors/failed.html", status=500)


def form_not_ours(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without our token: an old page, or cookies that are off."""
    return render(request, "portal/errors/form_not_ours.html", status=403)
