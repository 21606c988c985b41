"""Who has no phone or e-mail of the programme at hand: three questions, masked hints, and a code."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenggat.accounts import recovering
from tenggat.accounts.codes import CodeOver
from tenggat.foundation.refusals import Refusal
from tenggat.portal import browser
from tenggat.portal.account_forms import RecoveryForm, WayForm, sentence
from tenggat.portal.visit import Visited

_both = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@_both
def recover(request: Visited) -> HttpResponse:
    """Ask the three questions. What follows is the same whether or not they lead to anybody."""
    form = RecoveryForm(request.POST or None, programme=request.programme, now=request.now)
    if request.method == "POST" and form.is_valid():
        try:
            token = recovering.recognise(
                **form.cleaned_data,
                asker=browser.asker(request),
                programme=request.programme,
                keys=request.keys,
                now=request.now,
            )
        except Refusal as refusal:
            form.add_error(None, sentence(refusal, request.programme))
        else:
            response = redirect("ways")
            browser.keep_recovery(response, token)
            return response
    return render(request, "portal/account/recover.html", {"form": form})


@never_cache
@_both
def ways(request: Visited) -> HttpResponse:
    """Show where a code can go, masked, and send one."""
    token = request.COOKIES.get(browser.RECOVERY, "")
    try:
        found = recovering.ways(token=token, keys=request.keys, now=request.now)
    except CodeOver:
        return redirect("recover")
    form = WayForm(request.POST or None, ways=found, initial={"channel": found[0].channel})
    if request.method == "POST" and form.is_valid():
        channel = form.cleaned_data["channel"]
        try:
            challenge = recovering.ask_to_recover(
                token=token, channel=channel, asker=browser.asker(request), keys=request.keys, now=request.now
            )
        except Refusal as refusal:
            form.add_error(None, sentence(refusal, request.programme))
        else:
            response = redirect("code")
            browser.keep_challenge(response, challenge)
            return response
    return render(request, "portal/account/ways.html", {"form": form})
