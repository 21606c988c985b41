"""Pages for what went wrong: what happened, that nothing was lost, and what to do now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenggat.portal.visit import MACHINES


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _page(request, "not_found", 404)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(request, "refused", 403)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(request, "unreadable", 400)


def failed(request: HttpRequest) -> HttpResponse:
    """500. Its page asks neither the database nor a session, which may be what failed."""
    return _page(request, "failed", 500)


def form_not_ours(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without our token: an old page, or cookies that are off."""
    return _page(request, "form_not_ours", 403)


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    if request.path_info.startswith(MACHINES):
        return HttpResponse(status=status)  # a program reads the number
    return render(request, f"portal/errors/{name}.html", status=status)
