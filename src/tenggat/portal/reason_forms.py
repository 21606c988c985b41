"""The forms of one's own page: what stops somebody, and giving the place back."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenggat.foundation.refusals import Refusal
from tenggat.reasons.actions import LONGEST_WORDS
from tenggat.reasons.states import Reason

SAID: dict[Reason, "str | Promise"] = {
    Reason.WHAT_NEXT: _("I do not know what to do next"),
    Reason.CANNOT_SIGN_IN: _("I could not sign in, or forgot my password"),
    Reason.WAITS_FOR_A_CARD: _("I am waiting for the card to come by post"),
    Reason.WALLET_FIRST: _("I thought I need an e-wallet first"),
    Reason.HAS_A_JOB: _("I have a job now"),
    Reason.NO_TRAINING_FITS: _("I find no training that suits me"),
    Reason.PURCHASE_FAILED: _("I tried to buy, and it failed"),
    Reason.FORGOT: _("I was busy, or forgot it"),
    Reason.OTHER: _("Something else"),
}


def refused(refusal: Refusal) -> str:
    """What a refusal says to a person."""
    if refusal.code == "nothing_to_ask":
        return gettext("This question is over: your page says where you stand.")
    return gettext("That is not possible.")


class ReasonForm(forms.Form):
    """One of the reasons, and words of one's own."""

    reason = forms.ChoiceField(
        label=_("What stops you?"),
        choices=list(SAID.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    words = forms.CharField(
        label=_("Tell us more, if you like"),
        help_text=_("Write no NIK, no card number and no code here."),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_words(self) -> str:
        """In one line, as it is kept."""
        words = " ".join(self.cleaned_data["words"].split())
        if not words.isprintable():
            raise forms.ValidationError(gettext("Some signs cannot be kept. Write it with letters and digits."))
        return words


class LeavingForm(forms.Form):
    """Why, and that it was understood."""

    reason = forms.CharField(
        label=_("Why do you give the place back?"),
        max_length=200,
        error_messages={"required": _("Write a few words, such as: I have a job.")},
    )
    understood = forms.BooleanField(
        label=_("I have understood: the money returns, and I cannot take this back."),
        error_messages={"required": _("Tick this if you have understood it.")},
    )

    def clean_reason(self) -> str:
        """In one line, as it is kept."""
        words: Any = " ".join(self.cleaned_data["reason"].split())
        if not words.isprintable():
            raise forms.ValidationError(gettext("Some signs cannot be kept. Write it with letters and digits."))
        return str(words)
