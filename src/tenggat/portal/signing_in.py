"""Signing in: an address, a code, and where a family shares a phone, a NIK. The same page whoever asks."""

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenggat.accounts import codes, recovering, sessions, signing_in
from tenggat.accounts.codes import CodeOver, Waiting
from tenggat.accounts.signing_in import Arrived, Shared
from tenggat.foundation.refusals import Refusal
from tenggat.portal import browser
from tenggat.portal.account_forms import AddressForm, NikForm, SignInCodeForm, sentence
from tenggat.portal.visit import Visited

_both = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@_both
def sign_in(request: Visited) -> HttpResponse:
    """Ask for the address, and send a code to it if it is known."""
    form = AddressForm(request.POST or None, programme=request.programme)
    if request.method == "POST" and form.is_valid():
        try:
            challenge = signing_in.ask_to_sign_in(
                address=form.cleaned_data["address"], asker=browser.asker(request), keys=request.keys, now=request.now
            )
        except Refusal as refusal:
            form.add_error(None, sentence(refusal, request.programme))
        else:
            response = redirect(_with_next(request, "code"))
            browser.keep_challenge(response, challenge)
            return response
    return render(request, "portal/account/sign_in.html", {"form": form, "next": browser.own_path(request, "")})


def _with_next(request: Visited, name: str) -> str:
    """The address of the next page, with where to go in the end."""
    path = browser.own_path(request, "")
    return reverse(name, query={"next": path} if path else None)


@never_cache
@_both
def enter_code(request: Visited) -> HttpResponse:
    """Take the code; or send another one."""
    challenge = browser.challenge_in(request)
    try:
        if challenge is None:
            raise CodeOver
        waits = codes.waiting(challenge_id=challenge, keys=request.keys, now=request.now)
    except CodeOver:
        return render(request, "portal/account/code_over.html")
    if "again" in request.POST:
        return _ask_again(request, waits)
    form = SignInCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = signing_in.come_in(
                challenge_id=challenge, code=form.cleaned_data["code"], keys=request.keys, now=request.now
            )
        except CodeOver:
            return render(request, "portal/account/code_over.html")
        except Refusal as refusal:
            form.add_error("code", sentence(refusal, request.programme))
        else:
            return _go_on(request, found, elsewhere=form.cleaned_data["elsewhere"])
    return _code_page(request, form, waits)


def _code_page(request: Visited, form: SignInCodeForm, waits: Waiting) -> HttpResponse:
    minutes = max(1, -(-int((waits.expires_at - request.now).total_seconds()) // 60))
    seen: dict[str, Any] = {"form": form, "waits": waits, "minutes": minutes, "next": browser.own_path(request, "")}
    return render(request, "portal/account/code.html", seen)


def _ask_again(request: Visited, waits: Waiting) -> HttpResponse:
    asker = browser.asker(request)
    try:
        if waits.purpose == "recover":
            token, channel = request.COOKIES.get(browser.RECOVERY, ""), waits.address.channel
            challenge = recovering.ask_to_recover(
                token=token, channel=channel, asker=asker, keys=request.keys, now=request.now
            )
        else:
            challenge = signing_in.ask_to_sign_in(
                address=waits.address, asker=asker, keys=request.keys, now=request.now
            )
    except CodeOver:
        return render(request, "portal/account/code_over.html")
    except Refusal as refusal:
        form = SignInCodeForm({"code": ""})
        form.errors.clear()
        form.add_error(None, sentence(refusal, request.programme))
        return _code_page(request, form, waits)
    response = redirect(_with_next(request, "code"))
    browser.keep_challenge(response, challenge)
    return response


def _go_on(request: Visited, found: Arrived | Shared, *, elsewhere: bool) -> HttpResponse:
    """Into the pages; or first to the question who it is."""
    if isinstance(found, Shared):
        response = redirect(_with_next(request, "who"))
        browser.keep_challenge(response, found.challenge_id, elsewhere=elsewhere)
        return response
    device = sessions.device_of(request.headers.get("User-Agent", ""))
    sessions.begin(request.session, person_id=found.person_id, device=device, brief=elsewhere, now=request.now)
    rotate_token(request)
    response = redirect(browser.own_path(request, reverse("me")))
    browser.forget_steps(response)
    if not elsewhere:
        browser.keep_device(request, response, address=found.address, keys=request.keys, now=request.now)
    return response


@never_cache
@_both
def who(request: Visited) -> HttpResponse:
    """Ask which of those who share a phone it is: by NIK, never from a list of names."""
    challenge = browser.challenge_in(request)
    if challenge is None or not signing_in.is_to_name(challenge_id=challenge, now=request.now):
        return render(request, "portal/account/code_over.html")
    form = NikForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = signing_in.name_person(
                challenge_id=challenge,
                nik=form.cleaned_data["nik"],
                programme=request.programme,
                keys=request.keys,
                now=request.now,
            )
        except CodeOver:
            return render(request, "portal/account/code_over.html")
        except Refusal as refusal:
            form.add_error("nik", sentence(refusal, request.programme))
        else:
            return _go_on(request, found, elsewhere=browser.is_elsewhere(request))
    return render(request, "portal/account/who.html", {"form": form, "next": browser.own_path(request, "")})


@never_cache
@_both
def sign_out(request: Visited) -> HttpResponse:
    """End the session of this browser. It stays known: signing in again needs a code all the same."""
    if request.method == "POST":
        request.session.flush()
        rotate_token(request)
        return redirect("home")
    return render(request, "portal/account/sign_out.html")
