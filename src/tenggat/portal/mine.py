"""The pages of one's own account: who is signed in, where, and by which phone and e-mail one is reached."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tenggat.accounts import changing, codes, sessions
from tenggat.accounts.codes import CodeOver
from tenggat.evidence.case import mask_words
from tenggat.foundation.refusals import Refusal
from tenggat.portal import browser
from tenggat.portal.account_forms import CodeForm, NewContactForm, sentence
from tenggat.portal.visitors import Participant, signed_in
from tenggat.registry.queries import name_of

_both = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@signed_in
def me(request: Participant) -> HttpResponse:
    """Who is signed in, and where to go from here."""
    return render(request, "portal/account/me.html", {"name": mask_words(name_of(person_id=request.person_id))})


@_both
@signed_in
def devices(request: Participant) -> HttpResponse:
    """Where one is signed in; end one of them, or all."""
    if request.method == "POST" and "everywhere" in request.POST:
        sessions.end_all(person_id=request.person_id, now=request.now)
        request.session.flush()
        return redirect("sign-in")
    if request.method == "POST":
        sessions.end(person_id=request.person_id, name=request.POST.get("end", ""), now=request.now)
        return redirect("devices")
    found = sessions.sessions_of(person_id=request.person_id, session=request.session, now=request.now)
    return render(request, "portal/account/devices.html", {"sessions": found})


@_both
@signed_in
def contacts(request: Participant) -> HttpResponse:
    """The phone and the e-mail; begin a change of one, or take one back that waits."""
    if "cancel" in request.POST:
        changing.cancel_changes(person_id=request.person_id, now=request.now)
        return redirect("contacts")
    changing.apply_due(keys=request.keys, now=request.now)
    form = NewContactForm(request.POST or None, programme=request.programme)
    if request.method == "POST" and form.is_valid():
        try:
            changing.begin_change(
                person_id=request.person_id,
                address=form.cleaned_data["address"],
                asker=browser.asker(request),
                keys=request.keys,
                now=request.now,
            )
        except Refusal as refusal:
            form.add_error("address", sentence(refusal, request.programme))
        else:
            return redirect("contact-code")
    known = changing.contacts_of(person_id=request.person_id)
    return render(request, "portal/account/contacts.html", {"form": form, "known": known})


@_both
@signed_in
def contact_code(request: Participant) -> HttpResponse:
    """Take the two codes of a change, that of the other address first."""
    form, person = CodeForm(request.POST or None), request.person_id
    try:
        change = changing.unfinished(person_id=person)
        if request.method == "POST" and form.is_valid():
            try:
                effective = changing.take_code(
                    change_id=change,
                    person_id=person,
                    code=form.cleaned_data["code"],
                    programme=request.programme,
                    keys=request.keys,
                    now=request.now,
                )
            except CodeOver:
                raise
            except Refusal as refusal:
                form.add_error("code", sentence(refusal, request.programme))
            else:
                return redirect("contact-code" if effective is None else "contacts")
        challenge = changing.outstanding(change_id=change, person_id=person, now=request.now)
        if challenge is None:  # both were given, and what followed was interrupted
            changing.settle(change_id=change, programme=request.programme, keys=request.keys, now=request.now)
            return redirect("contacts")
        waits = codes.waiting(challenge_id=challenge, keys=request.keys, now=request.now)
    except CodeOver:
        return render(request, "portal/account/change_over.html")
    return render(request, "portal/account/contact_code.html", {"form": form, "waits": waits})
