"""The help: search, a page per question, and "did this help?", counted without knowing who."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from tenggat.help import actions, queries
from tenggat.portal.answers import answer, fields
from tenggat.portal.visit import Visited

LONGEST = 200
"""Characters of a search that are looked at."""

COOKIE = "membantu"
_DAY = 24 * 3600
_MOST = 40  # questions that the cookie remembers


@require_safe
def search(request: Visited) -> HttpResponse:
    """All questions by topic, or those that a search found; what is found nowhere is counted."""
    language, asked = _language(), request.GET.get("q", "").strip()[:LONGEST]
    told: dict[str, Any] = {"asked": asked, "found": (), "instead": "", "topics": ()}
    if asked:
        result = queries.find(asked, language=language)
        told |= {"found": result.found, "instead": result.instead}
        if not result.found:
            actions.miss(language=language, text=asked, zone=request.programme.zone, now=request.now)
    if not told["found"]:
        by_topic = groupby(queries.questions(language), key=lambda one: one.topic)
        told["topics"] = [(topic, list(questions)) for topic, questions in by_topic]
    return render(request, "portal/help.html", told)


@require_safe
def question(request: Visited, slug: str) -> HttpResponse:
    """One question with its answer, and others of its topic."""
    language = _language()
    found = queries.question(language, slug)
    if found is None:
        raise Http404
    others = [one for one in queries.questions(language) if one.topic == found.topic and one.slug != slug]
    shown = {
        "question": found,
        "answer": answer(found.body, fields(request.programme, now=request.now)),
        "others": others,
        "said": _said(request).get(slug),
    }
    return render(request, "portal/question.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def say(request: Visited, slug: str) -> HttpResponse:
    """Count a yes or no, once a day and browser: the browser itself remembers, and nobody else."""
    if request.method != "POST":  # a page that was loaded again, or in the other language
        return HttpResponseRedirect(reverse("question", args=[slug]))
    said, helped = _said(request), request.POST.get("membantu")
    if helped not in {"ya", "tidak"}:
        raise Http404
    if slug not in said:
        try:
            zone = request.programme.zone
            actions.say(language=_language(), slug=slug, helped=helped == "ya", zone=zone, now=request.now)
        except actions.QuestionUnknown:
            raise Http404 from None
        said[slug] = helped
    response = HttpResponseRedirect(reverse("question", args=[slug]) + "#membantu")
    kept = ",".join(f"{one}.{word}" for one, word in list(said.items())[-_MOST:])
    response.set_cookie(
        COOKIE,
        f"{_day(request)}:{kept}",
        max_age=_DAY,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
        path=reverse("help"),
    )
    return response


def _said(request: Visited) -> dict[str, str]:
    """What this browser has said today, by question."""
    day, _, kept = request.COOKIES.get(COOKIE, "").partition(":")
    if day != _day(request):
        return {}
    return {slug: word for slug, _, word in (one.partition(".") for one in kept.split(",")) if word in {"ya", "tidak"}}


def _day(request: Visited) -> str:
    return f"{request.now.astimezone(request.programme.zone):%Y-%m-%d}"


def _language() -> str:
    return get_language() or "id"
