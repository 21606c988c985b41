"""Pages that are the same for everyone: the first one, the contact, the glossary, and what search engines are told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenggat.pages import words
from tenggat.portal.answers import fields
from tenggat.portal.glossary import TERMS
from tenggat.portal.visit import Visited

_ROBOTS = "User-agent: *\nDisallow: /receipts/\nDisallow: /masuk\nDisallow: /saya\n"


@require_safe
def home(request: Visited) -> HttpResponse:
    """What this is, where to sign in, what to do after being accepted, and what not to fall for."""
    return render(request, "portal/home.html", {"fields": fields(request.programme, now=request.now)})


@require_safe
def contact(request: Visited) -> HttpResponse:
    """Every way to a person of the office that the programme file names."""
    found = request.programme.contact
    hours = None
    if found and found.first_day and found.last_day and found.opens and found.closes:
        hours = words.office_hours(found.first_day, found.last_day, found.opens, found.closes)
    zone = f"{request.now.astimezone(request.programme.zone):%Z}"
    return render(request, "portal/contact.html", {"contact": found, "hours": hours, "zone": zone})


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """What the office's words mean."""
    return render(request, "portal/glossary.html", {"terms": TERMS})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines may find the help; what is personal lies behind a code in any case."""
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")
