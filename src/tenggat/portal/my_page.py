"""One's own page: where one stands, the next step, what has happened; what stops one; giving the place back."""

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tenggat.evidence.case import mask_words
from tenggat.evidence.mine import Mine, mine
from tenggat.foundation.actors import Actor
from tenggat.portal.history import told
from tenggat.portal.reason_forms import LeavingForm, ReasonForm, refused
from tenggat.portal.visit import Visited
from tenggat.portal.visitors import Participant, signed_in
from tenggat.reasons import actions as reasons
from tenggat.reasons.states import REMEDIES, Reason, Way
from tenggat.rules.programme import Programme
from tenggat.waves.withdrawing import NotWithdrawn, withdraw

_both = require_http_methods(["GET", "HEAD", "POST"])
HERSELF = Actor("participant")


@require_safe
@signed_in
def me(request: Participant) -> HttpResponse:
    """Where one stands, by one template for each state."""
    found = mine(person_id=request.person_id, keys=request.keys)
    page = page_of(found, request)
    if page in _ASKED and found.asked_at is None:
        with suppress(reasons.NothingToAsk):  # bought, or over, since it was read
            reasons.ask(person_id=request.person_id, way=Way.PORTAL, keys=request.keys, now=request.now)
    return render(request, f"portal/me/{page}.html", _shown(found, request.programme) | {"asks": _asks(page, found)})


@_both
@signed_in
def reason(request: Participant) -> HttpResponse:
    """What stops somebody; the answer leads to what helps."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _answer(request, request.person_id, form, Way.PORTAL)
        except reasons.NothingToAsk as refusal:
            form.add_error(None, refused(refusal))
        else:
            return redirect("remedy")
    return render(request, "portal/me/reason.html", {"form": form})


@require_safe
@signed_in
def remedy(request: Participant) -> HttpResponse:
    """What helps against what one has just said."""
    found = mine(person_id=request.person_id, keys=request.keys)
    if found.reason is None:
        return redirect("me")
    said = Reason(found.reason)
    shown = _shown(found, request.programme) | {"reason": said.value, "may_leave": _may_leave(found, request)}
    return render(request, f"portal/remedies/{REMEDIES[said]}.html", shown)


@never_cache
@_both
def by_link(request: Visited, link: UUID) -> HttpResponse:
    """The same question by a link, without signing in: whoever opens it sees nothing of the person."""
    try:
        person = reasons.person_behind(link_id=link, now=request.now)
    except reasons.LinkUnknown:
        raise Http404 from None
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told_us = _answer(request, person, form, Way.LINK)
        return render(request, "portal/me/thanks.html", {"remedy": told_us.remedy.value})
    return render(request, "portal/me/reason.html", {"form": form, "by_link": True})


@_both
@signed_in
def leave(request: Participant) -> HttpResponse:
    """Give the place back, after having read what that means."""
    found = mine(person_id=request.person_id, keys=request.keys)
    if not _may_leave(found, request):
        return redirect("me")
    form = LeavingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with suppress(NotWithdrawn):  # bought, or over, while the page was open: their own page says so
            withdraw(
                person_id=request.person_id,
                reason=form.cleaned_data["reason"],
                programme=request.programme,
                now=request.now,
                actor=HERSELF,
            )
        return redirect("me")
    rule = request.programme.withdrawal(request.now.astimezone(request.programme.zone).date())
    return render(request, "portal/me/leave.html", _shown(found, request.programme) | {"form": form, "rule": rule})


def page_of(found: Mine, request: Visited) -> str:
    """The name of the template of the state that somebody is in."""
    if found.state == "accepted":
        if found.deadline_at is None:
            return "not_announced"
        if found.held(request.now):
            return "held"
        return "deciding" if found.late(request.now) else "accepted"
    return found.state if found.state in {"bought", "completed", "revoked", "withdrawn"} else "nowhere"


_ASKED = ("accepted", "revoked")
"""The pages on which one is asked what stops them, or what has."""


def _asks(page: str, found: Mine) -> bool:
    return page in _ASKED and found.reason is None


def _may_leave(found: Mine, request: Visited) -> bool:
    today = request.now.astimezone(request.programme.zone).date()
    in_time = found.state == "accepted" and found.first_purchase_at is None and not found.late(request.now)
    return in_time and request.programme.withdrawal(today) is not None


def _answer(request: Visited, person: UUID, form: ReasonForm, way: Way) -> reasons.Told:
    return reasons.answer(
        person_id=person,
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
        way=way,
        keys=request.keys,
        now=request.now,
        actor=HERSELF,
    )


def _shown(found: Mine, programme: Programme) -> dict[str, object]:
    card = " ".join(found.card[at : at + 4] for at in range(0, len(found.card), 4))
    rule = None
    if found.announced_at is not None:
        rule = programme.first_purchase(found.announced_at.astimezone(programme.zone).date())
    return {
        "mine": found,
        "name": mask_words(found.name),
        "card": card,
        "rule_of_deadline": rule,
        "history": [(each.at, told(each, programme)) for each in found.happened],
        "reader_zone": found.time_zone,
    }
